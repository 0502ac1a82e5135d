"""How visits were proven, what a clerk should see of them, and the queue."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.matching.storage.tables import Base


class MarkRow(Base):  # type: ignore[misc, valid-type]
    """One end of a visit: when it counts as, when we heard of it, and what proved it."""

    __tablename__ = "visit_marks"
    __table_args__ = (
        CheckConstraint("end_name in ('start', 'end')", name="visit_marks_end"),
        CheckConstraint(
            "method in ('position', 'code', 'card', 'clerk')", name="visit_marks_method"
        ),
        CheckConstraint(
            "method <> 'position' or (latitude is not null and longitude is not null"
            " and distance_metres is not null)",
            name="visit_marks_position",
        ),
    )

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.visit_id"), primary_key=True)
    end_name: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID]
    method: Mapped[str] = mapped_column(Text)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    distance_metres: Mapped[int | None]
    device_index: Mapped[str | None] = mapped_column(Text)
    capture_id: Mapped[UUID | None]


class PresenceRow(Base):  # type: ignore[misc, valid-type]
    """A guardian said at the place that they were there; the last time counts."""

    __tablename__ = "guardian_presences"

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.booking_id"), primary_key=True)
    guardian_id: Mapped[UUID] = mapped_column(primary_key=True)
    confirmed_at: Mapped[datetime]
    latitude: Mapped[float]
    longitude: Mapped[float]
    distance_metres: Mapped[int]
    device_index: Mapped[str | None] = mapped_column(Text)


class SignalRow(Base):  # type: ignore[misc, valid-type]
    """A reason for a clerk to look at a visit, with what was found."""

    __tablename__ = "visit_signals"
    __table_args__ = (Index("visit_signals_of_reason", "reason", "visit_id"),)

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.visit_id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text, primary_key=True)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    raised_at: Mapped[datetime]


class ExceptionRow(Base):  # type: ignore[misc, valid-type]
    """A visit in the queue, until a clerk has decided."""

    __tablename__ = "exceptions"
    __table_args__ = (
        CheckConstraint("state in ('open', 'decided')", name="exceptions_state"),
        CheckConstraint(
            "(state = 'decided') = (decided_by is not null) and"
            " (decided_by is null) = (decided_at is null) and"
            " (decided_by is null) = (decision_reason is null)",
            name="exceptions_decided",
        ),
        Index("exceptions_queue", "street", "state", "raised_at", "visit_id"),
        Index("exceptions_open", "raised_at", postgresql_where=text("state = 'open'")),
    )

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.visit_id"), primary_key=True)
    street: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None] = mapped_column(Text)
