"""People who have left: nobody books by them or for them any more."""

import sqlalchemy as sa
from alembic import op


revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("people", sa.Column("closed_on", sa.Date))
