"""How often each person's tokens were made void."""

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "session_generations",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.person_id"), primary_key=True),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index(
        "session_generations_revoked", "session_generations", ["revoked_at", "person_id"]
    )
