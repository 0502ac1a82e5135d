"""Kinships end, and those that follow from others may come back."""

import sqlalchemy as sa
from alembic import op


revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    for column in (
        sa.Column("is_ended", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("sequence", sa.BigInteger, nullable=False, server_default="0"),
    ):
        op.add_column("kinships", column)
        op.alter_column("kinships", column.name, server_default=None)
