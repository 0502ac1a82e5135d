"""Disputes, what was said and decided in them, and what they change of the minutes served."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.rating.storage.tables import Base


DISPUTE = "disputes.dispute_id"


class DisputableRow(Base):  # type: ignore[misc, valid-type]
    """A copy of what a dispute needs to know of a visit, or of one that did not take place."""

    __tablename__ = "disputable"
    __table_args__ = (CheckConstraint("minutes >= 0", name="disputable_minutes"),)

    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID]
    elder_id: Mapped[UUID]
    volunteer_id: Mapped[UUID]
    street: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime]
    minutes: Mapped[int]
    planned_minutes: Mapped[int | None]
    programme_id: Mapped[UUID | None]
    # Who asked for it, proved it or decided about it for others: none of them is its arbiter.
    acted_by: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    category: Mapped[str] = mapped_column(Text)
    # When a clerk settled what was in doubt about it.
    decided_at: Mapped[datetime | None]


class DisputeRow(Base):  # type: ignore[misc, valid-type]
    """A dispute as it stands; who changes anything of it locks its row first."""

    __tablename__ = "disputes"
    __table_args__ = (
        CheckConstraint("side in ('elder', 'volunteer', 'clerk')", name="disputes_side"),
        CheckConstraint("claim in ('too_much', 'too_little', 'other')", name="disputes_claim"),
        CheckConstraint("level in ('street', 'district', 'city')", name="disputes_level"),
        CheckConstraint(
            "state in ('awaiting_freeze', 'under_review', 'decided', 'appealed', 'settling',"
            " 'unfunded', 'settled', 'withdrawing', 'withdrawn')",
            name="disputes_state",
        ),
        CheckConstraint(
            "frozen_minutes is not null or"
            " state in ('awaiting_freeze', 'withdrawing', 'withdrawn')",
            name="disputes_frozen",
        ),
        CheckConstraint(
            "coalesce(returned_minutes, 0) between 0 and coalesce(frozen_minutes, 0)",
            name="disputes_returned",
        ),
        CheckConstraint("corrected_minutes >= 0", name="disputes_corrected"),
        CheckConstraint("(ending is null) = (closed_at is null)", name="disputes_ending"),
        Index(
            "disputes_one_open_a_visit",
            "visit_id",
            unique=True,
            postgresql_where=text("state not in ('settled', 'withdrawn')"),
        ),
        Index(
            "disputes_one_a_side",
            "visit_id",
            "side",
            unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        Index(
            "disputes_to_decide",
            "level",
            "due_at",
            "dispute_id",
            postgresql_where=text("state in ('under_review', 'appealed', 'unfunded')"),
        ),
        Index(
            "disputes_due",
            "due_at",
            postgresql_where=text(
                "state = 'decided' or state in ('under_review', 'appealed') and level <> 'city'"
            ),
        ),
        Index("disputes_of_visit", "visit_id"),
        Index("disputes_of_elder", "elder_id", "opened_at"),
        Index("disputes_of_volunteer", "volunteer_id", "opened_at"),
        Index("disputes_of_opener", "opened_by", "opened_at"),
        Index("disputes_opened", "opened_at"),
    )

    dispute_id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("disputable.visit_id"))
    request_id: Mapped[UUID]
    elder_id: Mapped[UUID]
    volunteer_id: Mapped[UUID]
    street: Mapped[str] = mapped_column(Text)
    side: Mapped[str] = mapped_column(Text)
    claim: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    opened_by: Mapped[UUID]
    opened_at: Mapped[datetime]
    policy_version: Mapped[int]
    paid_minutes: Mapped[int]
    claimed_minutes: Mapped[int | None]
    planned_minutes: Mapped[int | None]
    programme_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime | None]
    frozen_minutes: Mapped[int | None]
    frozen_reason: Mapped[str | None] = mapped_column(Text)
    appealed_by: Mapped[UUID | None]
    returned_minutes: Mapped[int | None]
    corrected_minutes: Mapped[int | None]
    refused: Mapped[str | None] = mapped_column(Text)
    ending: Mapped[str | None] = mapped_column(Text)
    closed_at: Mapped[datetime | None]


class EvidenceRow(Base):  # type: ignore[misc, valid-type]
    """A statement: only ever added."""

    __tablename__ = "dispute_evidence"
    __table_args__ = (
        CheckConstraint("side in ('elder', 'volunteer', 'clerk')", name="dispute_evidence_side"),
        Index("dispute_evidence_of", "dispute_id", "given_at"),
    )

    evidence_id: Mapped[UUID] = mapped_column(primary_key=True)
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey(DISPUTE))
    side: Mapped[str] = mapped_column(Text)
    given_by: Mapped[UUID]
    words: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime]


class DecisionRow(Base):  # type: ignore[misc, valid-type]
    """What was decided: once, and once more on appeal."""

    __tablename__ = "dispute_decisions"
    __table_args__ = (
        CheckConstraint(
            "outcome in ('stand', 'partial', 'reverse', 'correction')",
            name="dispute_decisions_outcome",
        ),
        CheckConstraint(
            "(returned_minutes > 0) = (outcome in ('partial', 'reverse'))"
            " and (corrected_minutes > 0) = (outcome = 'correction')",
            name="dispute_decisions_minutes",
        ),
        CheckConstraint(
            "outcome <> 'correction' or level in ('district', 'city')",
            name="dispute_decisions_budget",
        ),
    )

    dispute_id: Mapped[UUID] = mapped_column(ForeignKey(DISPUTE), primary_key=True)
    is_appeal: Mapped[bool] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    returned_minutes: Mapped[int]
    corrected_minutes: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[UUID]
    decided_at: Mapped[datetime]
    policy_version: Mapped[int]


class StepRow(Base):  # type: ignore[misc, valid-type]
    """The history of a dispute: only ever added."""

    __tablename__ = "dispute_steps"

    dispute_id: Mapped[UUID] = mapped_column(ForeignKey(DISPUTE), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    by: Mapped[UUID | None]
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class ServiceChangeRow(Base):  # type: ignore[misc, valid-type]
    """What a settled dispute changes of the minutes that its visit proved."""

    __tablename__ = "service_changes"
    __table_args__ = (Index("service_changes_of_volunteer", "volunteer_id"),)

    dispute_id: Mapped[UUID] = mapped_column(ForeignKey(DISPUTE), primary_key=True)
    visit_id: Mapped[UUID]
    volunteer_id: Mapped[UUID]
    minutes: Mapped[int]
    settled_at: Mapped[datetime]
