"""Drafts of the policy are known before they are adopted, and visits are found by their day."""

import sqlalchemy as sa
from alembic import op


revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "policy_proposals",
        sa.Column("draft_id", sa.Uuid, primary_key=True),
        sa.Column("base_version", sa.Integer, nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("values", sa.JSON, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
    )
    op.create_index(
        "visits_completed_by_day",
        "visits",
        ["started_at"],
        postgresql_where=sa.text("state = 'completed'"),
    )
