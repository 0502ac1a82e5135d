"""Bookings: which volunteer comes to which request."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.matching.contract import OverlappingBooking
from services.matching.domain import LAPSED, BookingState
from services.matching.storage.tables import BookingRow, VisitRow


OVERLAP = "bookings_one_place_at_a_time"


def add_booking(session: Session, **columns: Any) -> BookingRow:
    """Add a booking; raises OverlappingBooking when the volunteer is elsewhere at that time."""
    row = BookingRow(**columns)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        if getattr(getattr(error.orig, "diag", None), "constraint_name", None) != OVERLAP:
            raise
        raise OverlappingBooking from error
    return row


def find_booking(session: Session, booking_id: UUID) -> BookingRow | None:
    return session.get(BookingRow, booking_id)


def lock_booking(session: Session, booking_id: UUID) -> BookingRow | None:
    query = select(BookingRow).where(BookingRow.booking_id == booking_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def bookings_of(
    session: Session, request_ids: Iterable[UUID]
) -> dict[UUID, tuple[BookingRow, VisitRow | None]]:
    """By request, the booking that stands for it, with its visit once there is one."""
    query = (
        select(BookingRow, VisitRow)
        .outerjoin(VisitRow, VisitRow.booking_id == BookingRow.booking_id)
        .where(BookingRow.request_id.in_(list(request_ids)), BookingRow.state.not_in(LAPSED))
    )
    return {booking.request_id: (booking, visit) for booking, visit in session.execute(query)}


def set_booking_state(session: Session, request_id: UUID, state: BookingState) -> BookingRow | None:
    """Move the request's standing booking along with the request."""
    booking, _ = bookings_of(session, [request_id]).get(request_id, (None, None))
    if booking is not None:
        booking.state = state
    return booking
