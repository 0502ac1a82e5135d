"""Why a request ended without a visit is kept, with the values and the version of the rules."""

import sqlalchemy as sa
from alembic import op


revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "request_ends",
        sa.Column("subject_id", sa.Uuid, primary_key=True),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("policy_version", sa.Integer),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
    )
