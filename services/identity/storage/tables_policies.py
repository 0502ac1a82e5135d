"""Drafts of the policy, and every step that each of them took."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.contract import DraftState
from services.identity.storage.tables import Base, words


class PolicyDraftRow(Base):
    """A whole document as it is to be; approved, it has the number of its version."""

    __tablename__ = "policy_drafts"
    __table_args__ = (
        Index("policy_drafts_newest", "drafted_at", "draft_id"),
        CheckConstraint(
            "(state = 'approved') = (version IS NOT NULL)"
            " AND (state = 'approved') = (approved_by IS NOT NULL)",
            name="policy_drafts_approved_whole",
        ),
        CheckConstraint("approved_by <> author_id", name="policy_drafts_second_officer"),
        CheckConstraint("version = base_version + 1", name="policy_drafts_version_follows"),
    )

    draft_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[DraftState] = mapped_column(words(DraftState, "policy_drafts_state"))
    author_id: Mapped[UUID]
    drafted_at: Mapped[datetime]
    base_version: Mapped[int]
    effective_from: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int | None] = mapped_column(unique=True)
    approved_by: Mapped[UUID | None]


class PolicyDraftStepRow(Base):
    """What a draft became, when and through whom."""

    __tablename__ = "policy_draft_steps"

    draft_id: Mapped[UUID] = mapped_column(ForeignKey("policy_drafts.draft_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[DraftState] = mapped_column(words(DraftState, "policy_draft_steps_state"))
    at: Mapped[datetime]
    by: Mapped[UUID]
    reason: Mapped[str | None] = mapped_column(Text)
