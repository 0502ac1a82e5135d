"""Plans of a day's dispatch, and their lines."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.matching.storage.tables import Base


class PlanRow(Base):  # type: ignore[misc, valid-type]
    """A plan of an area and a day; ``taken_until`` is how long a dispatcher has it for itself."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint(
            "state in ('asked', 'computed', 'accepted', 'rejected', 'stale', 'failed')",
            name="plans_state",
        ),
        CheckConstraint(
            "state not in ('computed', 'accepted', 'rejected') or computed_at is not null",
            name="plans_computed",
        ),
        CheckConstraint(
            "(state in ('accepted', 'rejected')) = (decided_by is not null)", name="plans_decided"
        ),
        Index(
            "plans_one_asked",
            "area",
            "day",
            unique=True,
            postgresql_where=text("state = 'asked'"),
        ),
        Index("plans_of_area", "area", "asked_at", "plan_id"),
        Index("plans_standing", "day", postgresql_where=text("state in ('asked', 'computed')")),
    )

    plan_id: Mapped[UUID] = mapped_column(primary_key=True)
    area: Mapped[str] = mapped_column(Text)
    day: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    taken_until: Mapped[datetime | None]
    attempts: Mapped[int]
    reason: Mapped[str | None] = mapped_column(Text)
    policy_version: Mapped[int | None]
    computed_at: Mapped[datetime | None]
    requests: Mapped[int | None]
    served: Mapped[int | None]
    walking_metres: Mapped[int | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    booked: Mapped[int | None]
    overtaken: Mapped[int | None]


class PlanLineRow(Base):  # type: ignore[misc, valid-type]
    """One request of a plan: who comes, or why nobody; after acceptance, what became of it."""

    __tablename__ = "plan_lines"
    __table_args__ = (
        CheckConstraint(
            "(volunteer_id is null) = (unserved is not null)", name="plan_lines_served"
        ),
        CheckConstraint(
            "(coalesce(outcome, '') = 'booked') = (booking_id is not null)",
            name="plan_lines_booked",
        ),
    )

    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.plan_id"), primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("requests.request_id"), primary_key=True)
    volunteer_id: Mapped[UUID | None]
    metres: Mapped[int | None]
    parts: Mapped[list[Any]] = mapped_column(JSON)
    unserved: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("bookings.booking_id"))
