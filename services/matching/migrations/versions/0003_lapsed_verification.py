"""Whether a person's verification stands, with the sequence of the event that says so."""

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column(
        "people",
        sa.Column("verified", sa.Boolean, nullable=False, server_default=sa.text("true")),
    )
    op.add_column(
        "people",
        sa.Column("verified_sequence", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    )
    # So far the sequence of a person is that of the verification.
    op.execute("UPDATE people SET verified_sequence = sequence")
