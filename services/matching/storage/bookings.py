"""Bookings: which volunteer comes to which request."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.matching.contract import OverlappingBooking
from services.matching.domain import BookingState
from services.matching.storage.tables import BookingRow


OVERLAP = "bookings_one_place_at_a_time"
STANDING = (
    BookingState.ACCEPTED,
    BookingState.UNDERWAY,
    BookingState.EXCEPTED,
    BookingState.COMPLETED,
)


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


def active_booking_of(session: Session, request_id: UUID) -> BookingRow | None:
    """The booking that stands for the request, if one does."""
    query = select(BookingRow).where(
        BookingRow.request_id == request_id, BookingRow.state.in_(STANDING)
    )
    return session.scalar(query)


def set_booking_state(session: Session, request_id: UUID, state: BookingState) -> BookingRow | None:
    """Move the request's standing booking along with the request."""
    booking = active_booking_of(session, request_id)
    if booking is not None:
        booking.state = state
    return booking
