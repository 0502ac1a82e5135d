"""When a clerk settled what was in doubt about a visit: from then on it can be disputed."""

import sqlalchemy as sa
from alembic import op


revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("disputable", sa.Column("decided_at", sa.DateTime(timezone=True)))
