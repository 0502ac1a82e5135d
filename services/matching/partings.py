"""When somebody leaves, dies or is no volunteer any more: what was to come of them, and is told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.matching import domain, endings, leaving, looking, recurring, storage
from services.matching.contract import (
    BookingReleased,
    ExceptionReason,
    RequestState,
)
from services.matching.domain import BookingState
from services.matching.endings import Record
from services.matching.storage import BookingRow, RequestRow, partings


# Reasons that events and answers give; the words people read are the catalogue's.
ACCOUNT_CLOSED = "account_closed"
NOT_WILLING = "not_willing_and_healthy"
SUSPENDED = "suspended"


def part(record: Record, session: Session, person_id: UUID, closed_by: UUID, now: datetime) -> None:
    """Cancel what a person asked for and give back what they booked, each told once.

    A visit under way goes to a clerk, for somebody was there: it is neither paid nor lost.
    """
    # Series before requests, as everybody locks them.
    for series in storage.lock_series_of(session, person_id):
        recurring.end(record, session, series, closed_by, ACCOUNT_CLOSED)
    for row, booking in unfinished(session, person_id):
        if row.state == RequestState.UNDERWAY:
            assert booking is not None
            put_before_clerk(record, session, row, booking, now)
        elif row.elder_id == person_id:
            endings.cancel(record, session, row, closed_by, ACCOUNT_CLOSED)
        else:
            assert booking is not None
            release(record, session, row, booking, ACCOUNT_CLOSED)
    leaving.leave_all(record, session, person_id, closed_by, ACCOUNT_CLOSED)
    partings.erase_addresses(session, person_id)


def give_back(
    record: Record, session: Session, volunteer_id: UUID, reason: str = NOT_WILLING
) -> None:
    """Whoever is no volunteer any more comes to no visit; one under way is brought to its end."""
    for row, booking in unfinished(session, volunteer_id):
        is_theirs = booking is not None and booking.volunteer_id == volunteer_id
        if booking is not None and is_theirs and booking.state == BookingState.ACCEPTED:
            release(record, session, row, booking, reason)


def unfinished(session: Session, person_id: UUID) -> list[tuple[RequestRow, BookingRow | None]]:
    rows = partings.lock_unfinished(session, person_id)
    bookings = storage.bookings_of(session, [row.request_id for row in rows])
    return [(row, bookings.get(row.request_id, (None, None))[0]) for row in rows]


def release(
    record: Record, session: Session, row: RequestRow, booking: BookingRow, reason: str
) -> None:
    """The request opens again; that is no strike, however late it is."""
    endings.move(row, RequestState.OPEN)
    booking.state, booking.release_reason = BookingState.RELEASED, reason
    booking.released_late = False
    facts = endings.booking_facts(row, booking)
    del facts["elder_id"]
    record(session, BookingReleased, **facts, reason=reason, late=False)


def put_before_clerk(
    record: Record, session: Session, row: RequestRow, booking: BookingRow, now: datetime
) -> None:
    visit = storage.visit_of_booking(session, booking.booking_id)
    assert visit is not None
    policy = storage.policy_of_version(session, visit.policy_version)
    closed = domain.Signal(ExceptionReason.ACCOUNT_CLOSED, {})
    found = [closed, *looking.look(session, row, visit, policy, is_over=False)]
    storage.add_signals(session, visit.visit_id, found, now)
    endings.except_visit(record, session, row, booking, visit, now)
