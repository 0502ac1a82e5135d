"""How requests and visits end, and whom it is told to."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.matching import domain, grouping, looking, storage, striking, taking_part
from services.matching.contract import (
    RequestCancelled,
    RequestExpired,
    RequestState,
    StrikeKind,
    VisitCompleted,
    VisitExcepted,
    VisitNoShow,
)
from services.matching.domain import BookingState, VisitState, explaining
from services.matching.storage import BookingRow, RequestRow, VisitRow, ends


# The service's own ``self.record``: called as record(session, EventClass, **facts).
Record = Callable[..., None]


def move(row: RequestRow, to: RequestState) -> None:
    """The only place where a request's state changes; raises WrongState."""
    row.state = domain.moved(RequestState(row.state), to)


def move_visit(visit: VisitRow, to: VisitState) -> None:
    """The only place where a visit's state changes; raises WrongState."""
    visit.state = domain.moved_in(domain.VISIT_MOVES, VisitState(visit.state), to)


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


def completed_facts(
    session: Session, row: RequestRow, visit: VisitRow, paid_by: UUID | None
) -> dict[str, Any]:
    return visit_facts(row, visit) | {
        "booking_id": visit.booking_id,
        "started_at": visit.started_at,
        "ended_at": visit.ended_at,
        "minutes": visit.minutes,
        "policy_version": visit.policy_version,
        "explanation": visit.explanation,
        "street": row.street,
        "programme_id": paid_by,
        "category": row.category,
        "planned_minutes": row.minutes,
        **taking_part.settling_facts(session, row, visit),
    }


def complete(
    record: Record, session: Session, row: RequestRow, visit: VisitRow, earned: domain.Credit
) -> None:
    """Settle the visit and tell the ledger what to pay."""
    move(row, RequestState.COMPLETED)
    storage.set_booking_state(session, row.request_id, BookingState.COMPLETED)
    move_visit(visit, VisitState.COMPLETED)
    visit.minutes = earned.minutes
    visit.explanation = earned.explanation
    paid_by = None
    if row.is_activity:
        paid_by = grouping.settle(record, session, row, visit, earned)
        if paid_by is None:
            return
    record(session, VisitCompleted, **completed_facts(session, row, visit, paid_by))


def except_visit(
    record: Record,
    session: Session,
    row: RequestRow,
    booking: BookingRow,
    visit: VisitRow,
    now: datetime,
) -> None:
    """Put the visit before a clerk, for the signals kept of it; nothing is paid until then."""
    signals = storage.signals_of_visits(session, [visit.visit_id])[visit.visit_id]
    reasons = [signal.reason for signal in signals]
    move(row, RequestState.EXCEPTED)
    booking.state = BookingState.EXCEPTED
    move_visit(visit, VisitState.EXCEPTED)
    storage.add_exception(session, visit.visit_id, row.street, now)
    facts = visit_facts(row, visit)
    record(session, VisitExcepted, **facts, reason=reasons[0], reasons=reasons)


def expire(
    record: Record, session: Session, row: RequestRow, now: datetime, policy_version: int
) -> None:
    """Nobody had accepted by the start, or the coins never came."""
    why = explaining.EXPIRED_FROM[RequestState(row.state)]
    ends.keep_end(session, row.request_id, why, now, policy_version)
    move(row, RequestState.EXPIRED)
    if row.is_activity:
        grouping.expire(record, session, row)
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
    if row.is_activity:
        grouping.cancel(record, session, row, cancelled_by, reason)
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


def cancel_in_time(
    record: Record, session: Session, row: RequestRow, by: UUID, reason: str, now: datetime
) -> BookingRow | None:
    """Cancel, and say whether a volunteer was already as good as on the way."""
    is_booked = row.state == RequestState.ACCEPTED
    policy = storage.policy_in_force(session, now)
    late = domain.is_late_cancel(is_booked, row.starts_at, now, policy)
    booking = cancel(record, session, row, by, reason, late)
    why = explaining.CANCELLED_LATE if late else explaining.CANCELLED
    facts = explaining.facts_of_cancelling(policy, late)
    ends.keep_end(session, row.request_id, why, now, policy.version, **facts)
    # Once it should have begun, nobody knows who let whom down.
    if booking is not None and late and now < row.starts_at:
        evidence = {"reason": reason}
        striking.give(record, session, StrikeKind.LATE_CANCEL, row, booking, now, evidence)
    return booking


def no_show(
    record: Record,
    session: Session,
    row: RequestRow,
    booking: BookingRow,
    kind: StrikeKind,
    now: datetime,
    evidence: Mapping[str, Any],
) -> None:
    """The visit did not take place, for the volunteer never came, or the elder was away."""
    move(row, RequestState.NO_SHOW)
    booking.state = BookingState.NO_SHOW
    if row.is_activity:
        grouping.expire(record, session, row)
    policy = storage.policy_in_force(session, now)
    facts = explaining.facts_of_no_show(policy, kind)
    ends.keep_end(session, row.request_id, kind.value, now, policy.version, **facts)
    told = booking_facts(row, booking) | taking_part.missed_facts(session, row, booking)
    record(session, VisitNoShow, **told, side=domain.SIDES[kind].value)
    striking.give(record, session, kind, row, booking, now, evidence)


def sweep(record: Record, session: Session, now: datetime) -> dict[str, int]:
    """Settle a batch of what time has overtaken; how many of each. Safe with replicas."""
    policy = storage.policy_in_force(session, now)
    missing = timedelta(minutes=policy.missing_check_out_minutes)
    counts = {"expired": 0, "no_shows": 0, "excepted": 0}
    due = storage.due_requests(session, now, missing, policy.visit)
    bookings = storage.bookings_of(session, [row.request_id for row in due])
    for row in due:
        booking, visit = bookings.get(row.request_id, (None, None))
        if row.state == RequestState.ACCEPTED:
            assert booking is not None
            no_show(record, session, row, booking, StrikeKind.NO_SHOW, now, {})
            counts["no_shows"] += 1
        elif row.state == RequestState.UNDERWAY:
            assert booking is not None and visit is not None
            rules = storage.policy_of_version(session, visit.policy_version)
            found = looking.look(session, row, visit, rules)
            storage.add_signals(session, visit.visit_id, found, now)
            except_visit(record, session, row, booking, visit, now)
            counts["excepted"] += 1
        else:
            expire(record, session, row, now, policy.version)
            counts["expired"] += 1
    return counts
