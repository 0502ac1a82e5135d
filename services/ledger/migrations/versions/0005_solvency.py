"""What solvency was on each day: kept, so that its trend can be seen."""

import sqlalchemy as sa
from alembic import op


revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "solvency_days",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("district", sa.Text, primary_key=True),
        sa.Column("supplied_minutes", sa.BigInteger, nullable=False),
        sa.Column("expected_minutes", sa.BigInteger, nullable=False),
        sa.Column("redeemable_minutes", sa.BigInteger, nullable=False),
    )
