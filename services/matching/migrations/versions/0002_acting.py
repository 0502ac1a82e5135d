"""Who leads whom, and who may act for whom."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY


revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "guardianships",
        sa.Column("guardianship_id", sa.Uuid, primary_key=True),
        sa.Column("ward_id", sa.Uuid, nullable=False),
        sa.Column("guardian_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("is_ended", sa.Boolean, nullable=False),
        sa.CheckConstraint("kind in ('minor', 'adult')", name="guardianships_kind"),
    )
    op.create_index(
        "guardianships_of_ward",
        "guardianships",
        ["ward_id"],
        postgresql_where=sa.text("not is_ended"),
    )
    op.create_table(
        "consents",
        sa.Column("consent_id", sa.Uuid, primary_key=True),
        sa.Column("elder_id", sa.Uuid, nullable=False),
        sa.Column("agent_id", sa.Uuid, nullable=False),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("is_ended", sa.Boolean, nullable=False),
        sa.CheckConstraint("is_ended or until is not null", name="consents_until"),
    )
    op.create_index(
        "consents_of_elder",
        "consents",
        ["elder_id", "agent_id"],
        postgresql_where=sa.text("not is_ended"),
    )
