"""Who is suspended, and who belongs to which special group."""

import sqlalchemy as sa
from alembic import op


revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "suspensions",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("is_suspended", sa.Boolean, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "special_groups",
        sa.Column("membership_id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("group_name", sa.Text, nullable=False),
        sa.Column("is_ended", sa.Boolean, nullable=False),
    )
    op.create_index(
        "special_groups_standing",
        "special_groups",
        ["person_id"],
        postgresql_where=sa.text("not is_ended"),
    )
