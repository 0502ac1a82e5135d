"""The telephone to call about a visit, sealed."""

import sqlalchemy as sa
from alembic import op


revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("requests", sa.Column("phone", sa.Text))
