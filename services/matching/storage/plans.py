"""Plans: asked for, taken by a dispatcher, computed, decided, booked line by line."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, insert, or_, select, update
from sqlalchemy import tuple_ as row_of
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session, aliased

from services.matching.contract import PlanState
from services.matching.storage.tables import PersonRow, RequestRow
from services.matching.storage.tables_plans import PlanLineRow, PlanRow


# How many lines become bookings in one transaction.
BOOKING_BATCH = 100
STALE_BATCH = 100


def add_plan(session: Session, **columns: Any) -> PlanRow | None:
    """None when a plan for this area and day is being computed."""
    row = upsert(PlanRow).values(**columns).on_conflict_do_nothing()
    added = session.scalar(row.returning(PlanRow.plan_id))
    return find_plan(session, added) if added else None


def find_plan(session: Session, plan_id: UUID) -> PlanRow | None:
    return session.get(PlanRow, plan_id)


def lock_plan(session: Session, plan_id: UUID) -> PlanRow | None:
    query = select(PlanRow).where(PlanRow.plan_id == plan_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def plans_page(
    session: Session, area: str, most: int, before: tuple[datetime, UUID] | None
) -> list[PlanRow]:
    """Newest first."""
    query = select(PlanRow).where(PlanRow.area == area)
    if before is not None:
        query = query.where(row_of(PlanRow.asked_at, PlanRow.plan_id) < before)
    order = (PlanRow.asked_at.desc(), PlanRow.plan_id.desc())
    return list(session.scalars(query.order_by(*order).limit(most)))


def take_asked_plan(session: Session, now: datetime, lease: timedelta) -> PlanRow | None:
    """The plan that has waited longest and that no dispatcher has, taken for a while."""
    query = (
        select(PlanRow)
        .where(
            PlanRow.state == PlanState.ASKED,
            or_(PlanRow.taken_until.is_(None), PlanRow.taken_until <= now),
        )
        .order_by(PlanRow.asked_at)
        .limit(1)
    )
    row = session.scalar(query.with_for_update(skip_locked=True))
    if row is not None:
        row.taken_until, row.attempts = now + lease, row.attempts + 1
    return row


def add_lines(session: Session, lines: Sequence[dict[str, Any]]) -> None:
    if lines:
        session.execute(insert(PlanLineRow), list(lines))


def lines_of(
    session: Session, plan_id: UUID
) -> list[tuple[PlanLineRow, RequestRow, str | None, str | None]]:
    """Each line with its request and both names, in the order of the day.

    An activity is nobody's: whoever announced it or pays for it is no elder.
    """
    elder, volunteer = aliased(PersonRow), aliased(PersonRow)
    query = (
        select(PlanLineRow, RequestRow, elder.name, volunteer.name)
        .join(RequestRow, RequestRow.request_id == PlanLineRow.request_id)
        .outerjoin(elder, and_(elder.person_id == RequestRow.elder_id, ~RequestRow.is_activity))
        .outerjoin(volunteer, volunteer.person_id == PlanLineRow.volunteer_id)
        .where(PlanLineRow.plan_id == plan_id)
        .order_by(RequestRow.starts_at, RequestRow.request_id)
    )
    return [(line, row, name, whose) for line, row, name, whose in session.execute(query)]


def lines_to_book(session: Session, plan_id: UUID) -> list[PlanLineRow]:
    """Some of the lines that have not been tried yet."""
    query = select(PlanLineRow).where(
        PlanLineRow.plan_id == plan_id,
        PlanLineRow.volunteer_id.is_not(None),
        PlanLineRow.outcome.is_(None),
    )
    return list(session.scalars(query.order_by(PlanLineRow.request_id).limit(BOOKING_BATCH)))


def middle_of(session: Session, plan_id: UUID) -> tuple[float, float]:
    """Around where the plan was made: the same middle for each batch of its lines."""
    query = (
        select(func.avg(RequestRow.latitude), func.avg(RequestRow.longitude))
        .join(PlanLineRow, PlanLineRow.request_id == RequestRow.request_id)
        .where(PlanLineRow.plan_id == plan_id)
    )
    latitude, longitude = session.execute(query).one()
    return latitude, longitude


def count_outcomes(session: Session, plan_id: UUID) -> tuple[int, int]:
    """How many lines were booked, and how many were overtaken."""
    booked = PlanLineRow.outcome == "booked"
    query = select(
        func.count().filter(booked),
        func.count().filter(PlanLineRow.outcome.is_not(None), ~booked),
    ).where(PlanLineRow.plan_id == plan_id)
    booked_lines, overtaken_lines = session.execute(query).one()
    return booked_lines, overtaken_lines


def unbooked_plan(session: Session) -> PlanRow | None:
    """An accepted plan whose lines are not all booked, unless another is at work on it."""
    query = (
        select(PlanRow)
        .where(PlanRow.state == PlanState.ACCEPTED, PlanRow.booked.is_(None))
        .order_by(PlanRow.decided_at)
        .limit(1)
    )
    return session.scalar(query.with_for_update(skip_locked=True))


def earlier_computed(session: Session, plan: PlanRow) -> list[PlanRow]:
    """Plans for the same area and day that a newer one replaces, locked."""
    query = select(PlanRow).where(
        PlanRow.area == plan.area,
        PlanRow.day == plan.day,
        PlanRow.state == PlanState.COMPUTED,
        PlanRow.plan_id != plan.plan_id,
    )
    return list(session.scalars(query.order_by(PlanRow.plan_id).with_for_update()))


def plans_of_the_past(session: Session, today: date) -> list[PlanRow]:
    """Plans that nobody decided about before their day was over, locked."""
    query = (
        select(PlanRow)
        .where(PlanRow.state.in_((PlanState.ASKED, PlanState.COMPUTED)), PlanRow.day < today)
        .limit(STALE_BATCH)
    )
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def forget_lease(session: Session, plan_id: UUID) -> None:
    """Let another dispatcher try at once."""
    session.execute(update(PlanRow).where(PlanRow.plan_id == plan_id).values(taken_until=None))
