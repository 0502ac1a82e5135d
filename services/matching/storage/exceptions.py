"""The exceptions queue: which visits wait for a clerk, and why."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy import tuple_ as row_of
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.matching.contract import ExceptionReason, ExceptionState
from services.matching.domain import Signal
from services.matching.storage.tables import BookingRow, RequestRow, VisitRow
from services.matching.storage.tables_visits import ExceptionRow, SignalRow


def add_signals(session: Session, visit_id: UUID, signals: Iterable[Signal], now: datetime) -> None:
    """Keep what a clerk should see; of two signals for one reason the first is kept."""
    rows = [
        {
            "visit_id": visit_id,
            "reason": signal.reason,
            "evidence": dict(signal.evidence),
            "raised_at": now,
        }
        for signal in signals
    ]
    if rows:
        session.execute(insert(SignalRow).values(rows).on_conflict_do_nothing())


def forget_signals(session: Session, visit_id: UUID, reasons: Iterable[ExceptionReason]) -> None:
    """What was thought of a visit whose end was not known; it is looked at anew."""
    query = delete(SignalRow).where(SignalRow.visit_id == visit_id)
    session.execute(query.where(SignalRow.reason.in_(list(reasons))))


def signals_of_visits(session: Session, visit_ids: Iterable[UUID]) -> dict[UUID, list[SignalRow]]:
    """By visit, its reasons in the order of the contract."""
    query = select(SignalRow).where(SignalRow.visit_id.in_(list(visit_ids)))
    order = {reason.value: place for place, reason in enumerate(ExceptionReason)}
    found: dict[UUID, list[SignalRow]] = {}
    for row in sorted(session.scalars(query), key=lambda row: order[row.reason]):
        found.setdefault(row.visit_id, []).append(row)
    return found


def add_exception(session: Session, visit_id: UUID, street: str, now: datetime) -> None:
    session.add(
        ExceptionRow(visit_id=visit_id, street=street, state=ExceptionState.OPEN, raised_at=now)
    )
    session.flush()


def find_exception(session: Session, visit_id: UUID) -> ExceptionRow | None:
    return session.get(ExceptionRow, visit_id)


def exceptions_of(session: Session, visit_ids: Iterable[UUID]) -> dict[UUID, ExceptionRow]:
    query = select(ExceptionRow).where(ExceptionRow.visit_id.in_(list(visit_ids)))
    return {row.visit_id: row for row in session.scalars(query)}


def exceptions_page(
    session: Session,
    area: str,
    state: ExceptionState,
    reason: ExceptionReason | None,
    most: int,
    after: tuple[datetime, UUID] | None,
) -> list[tuple[ExceptionRow, VisitRow, BookingRow, RequestRow]]:
    """A page of the queue of a street or district, those waiting longest first."""
    query = (
        select(ExceptionRow, VisitRow, BookingRow, RequestRow)
        .join(VisitRow, VisitRow.visit_id == ExceptionRow.visit_id)
        .join(BookingRow, BookingRow.booking_id == VisitRow.booking_id)
        .join(RequestRow, RequestRow.request_id == VisitRow.request_id)
        .where(ExceptionRow.street.startswith(area, autoescape=True), ExceptionRow.state == state)
    )
    if reason is not None:
        with_it = select(SignalRow.visit_id).where(SignalRow.reason == reason)
        query = query.where(ExceptionRow.visit_id.in_(with_it))
    position = (ExceptionRow.raised_at, ExceptionRow.visit_id)
    if after is not None:
        query = query.where(row_of(*position) > after)
    found = session.execute(query.order_by(*position).limit(most))
    return [(each[0], each[1], each[2], each[3]) for each in found]


def open_exceptions(session: Session) -> tuple[int, datetime | None]:
    """How many wait, and since when the one that waits longest."""
    query = select(func.count(), func.min(ExceptionRow.raised_at)).where(
        ExceptionRow.state == ExceptionState.OPEN
    )
    count, oldest = session.execute(query).one()
    return count, oldest
