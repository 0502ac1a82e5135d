"""Programmes are the ledger's; of its closed ones nothing new is paid."""

import sqlalchemy as sa
from alembic import op


revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column(
        "programmes", sa.Column("is_closed", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.alter_column("programmes", "is_closed", server_default=None)
