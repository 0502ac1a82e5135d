"""Drafts of the policy, approved by a second officer; a version keeps its sources and reasons."""

import sqlalchemy as sa
from alembic import op


revision = "0016"
down_revision = "0015"

TIME = sa.DateTime(timezone=True)
STATES = ("draft", "submitted", "returned", "approved", "withdrawn")


def state(name: str) -> sa.Enum:
    return sa.Enum(*STATES, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "policy_drafts",
        sa.Column("draft_id", sa.Uuid, primary_key=True),
        sa.Column("state", state("policy_drafts_state"), nullable=False),
        sa.Column("author_id", sa.Uuid, nullable=False),
        sa.Column("drafted_at", TIME, nullable=False),
        sa.Column("base_version", sa.Integer, nullable=False),
        sa.Column("effective_from", TIME, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("version", sa.Integer, unique=True),
        sa.Column("approved_by", sa.Uuid),
        sa.CheckConstraint(
            "(state = 'approved') = (version IS NOT NULL)"
            " AND (state = 'approved') = (approved_by IS NOT NULL)",
            name="policy_drafts_approved_whole",
        ),
        sa.CheckConstraint("approved_by <> author_id", name="policy_drafts_second_officer"),
        sa.CheckConstraint("version = base_version + 1", name="policy_drafts_version_follows"),
    )
    op.create_index("policy_drafts_newest", "policy_drafts", ["drafted_at", "draft_id"])
    op.create_table(
        "policy_draft_steps",
        sa.Column("draft_id", sa.Uuid, sa.ForeignKey("policy_drafts.draft_id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("state", state("policy_draft_steps_state"), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Uuid, nullable=False),
        sa.Column("reason", sa.Text),
    )
    op.add_column("policy_adoptions", sa.Column("document", sa.JSON))
