"""Who may act for whom."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY


revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "powers",
        sa.Column("power_id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("agent_id", sa.Uuid, nullable=False),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("is_ended", sa.Boolean, nullable=False),
    )
    op.create_index("powers_of_person", "powers", ["person_id", "agent_id"])
    # A relative who may rate does so on the platform, as the elder would.
    op.drop_constraint("ratings_acted", "ratings", type_="check")
    op.create_check_constraint(
        "ratings_acted", "ratings", "rated_by <> elder_id or channel = 'platform'"
    )
