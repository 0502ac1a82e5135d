"""A device may say that it is any year at all; that it was refused is answered and kept too."""

import sqlalchemy as sa
from alembic import op


revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.alter_column("capture_batches", "skew_seconds", type_=sa.BigInteger)
