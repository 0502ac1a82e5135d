"""How requests and visits end, and whom it is told to."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.matching import domain, storage
from services.matching.contract import (
    RequestCancelled,
    RequestExpired,
    RequestState,
    VisitCompleted,
    VisitExcepted,
    VisitNoShow,
)
from services.matching.domain import BookingState, VisitState
from services.matching.storage import BookingRow, RequestRow, VisitRow


# The service's own ``self.record``: called as record(session, EventClass, **facts).
Record = Callable[..., None]

MISSING_CHECK_OUT = "missing_check_out"


def move(row: RequestRow, to: RequestState) -> None:
    """The only place where a request's state changes; raises WrongState."""
    row.state = domain.moved(RequestState(row.state), to)


def booking_facts(row: RequestRow, booking: BookingRow) -> dict[str, Any]:
    return {
        "booking_id": booking.booking_id,
        "request_id": row.request_id,
        "elder_id": row.elder_id,
        "volunteer_id": booking.volunteer_id,
        "district": row.district,
    }


def visit_facts(row: RequestRow, visit: VisitRow) -> dict[str, Any]:
    return {
        "visit_id": visit.visit_id,
        "request_id": visit.request_id,
        "elder_id": visit.elder_id,
        "volunteer_id": visit.volunteer_id,
        "district": row.district,
    }


def complete(
    record: Record, session: Session, row: RequestRow, visit: VisitRow, earned: domain.Credit
) -> None:
    """Settle the visit and tell the ledger what to pay."""
    move(row, RequestState.COMPLETED)
    storage.set_booking_state(session, row.request_id, BookingState.COMPLETED)
    visit.state, visit.minutes = VisitState.COMPLETED, earned.minutes
    visit.explanation = earned.explanation
    record(
        session,
        VisitCompleted,
        **visit_facts(row, visit),
        booking_id=visit.booking_id,
        started_at=visit.started_at,
        ended_at=visit.ended_at,
        minutes=earned.minutes,
        policy_version=visit.policy_version,
        explanation=earned.explanation,
        street=row.street,
    )


def except_visit(
    record: Record,
    session: Session,
    row: RequestRow,
    booking: BookingRow,
    visit: VisitRow,
    reason: str,
) -> None:
    """Put the visit before a clerk; nothing is paid until then."""
    move(row, RequestState.EXCEPTED)
    booking.state = BookingState.EXCEPTED
    visit.state, visit.exception = VisitState.EXCEPTED, reason
    record(session, VisitExcepted, **visit_facts(row, visit), reason=reason)


def expire(record: Record, session: Session, row: RequestRow) -> None:
    """Nobody had accepted by the start, or the coins never came."""
    move(row, RequestState.EXPIRED)
    facts = {"request_id": row.request_id, "elder_id": row.elder_id, "district": row.district}
    record(session, RequestExpired, **facts)


def cancel(
    record: Record,
    session: Session,
    row: RequestRow,
    cancelled_by: UUID,
    reason: str,
    late: bool = False,
) -> BookingRow | None:
    """The elder's side does not want it any more; the booking that falls with it is returned."""
    booking = storage.set_booking_state(session, row.request_id, BookingState.CANCELLED)
    move(row, RequestState.CANCELLED)
    row.cancelled_by, row.cancel_reason, row.cancelled_late = cancelled_by, reason, late
    record(
        session,
        RequestCancelled,
        request_id=row.request_id,
        elder_id=row.elder_id,
        cancelled_by=cancelled_by,
        reason=reason,
        late=late,
        district=row.district,
    )
    return booking


def no_show(record: Record, session: Session, row: RequestRow, booking: BookingRow) -> None:
    """The volunteer accepted and never came."""
    move(row, RequestState.NO_SHOW)
    booking.state = BookingState.NO_SHOW
    record(session, VisitNoShow, **booking_facts(row, booking))


def sweep(record: Record, session: Session, now: datetime) -> dict[str, int]:
    """Settle a batch of what time has overtaken; how many of each. Safe with replicas."""
    policy = storage.policy_in_force(session, now)
    missing = timedelta(minutes=policy.missing_check_out_minutes)
    counts = {"expired": 0, "no_shows": 0, "excepted": 0}
    due = storage.due_requests(session, now, missing)
    bookings = storage.bookings_of(session, [row.request_id for row in due])
    for row in due:
        booking, visit = bookings.get(row.request_id, (None, None))
        if row.state == RequestState.ACCEPTED:
            assert booking is not None
            no_show(record, session, row, booking)
            counts["no_shows"] += 1
        elif row.state == RequestState.UNDERWAY:
            assert booking is not None and visit is not None
            except_visit(record, session, row, booking, visit, MISSING_CHECK_OUT)
            counts["excepted"] += 1
        else:
            expire(record, session, row)
            counts["expired"] += 1
    return counts
