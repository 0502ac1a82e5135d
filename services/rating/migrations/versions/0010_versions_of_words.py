"""The version of the policy by which volunteers still could say what they said."""

import sqlalchemy as sa
from alembic import op


revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for table in ("replies", "conditions"):
        op.add_column(table, sa.Column("policy_version", sa.Integer))
