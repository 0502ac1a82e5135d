"""What is left here of somebody who leaves: their requests, their bookings, where they lived."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from services.matching.contract import RequestState
from services.matching.domain import BookingState
from services.matching.storage.tables import BookingRow, PersonRow, RequestRow
from services.matching.storage.tables_series import SeriesRow
from services.matching.storage.tables_volunteers import VolunteerRow


UNFINISHED = (
    RequestState.SUBMITTED,
    RequestState.IN_REVIEW,
    RequestState.OPEN,
    RequestState.ACCEPTED,
    RequestState.UNDERWAY,
)
STANDING = (BookingState.ACCEPTED, BookingState.UNDERWAY)
# About ten kilometres: the district is left, not the home.
DECIMALS_LEFT = 1
# Of a visit the place is a fact; what everybody might see of it stays.
DECIMALS_LEFT_OF_REQUESTS = 3


def save_closing(session: Session, person_id: UUID, closed_on: date, sequence: int) -> bool:
    """Whether the person is known here; nobody books by them or for them any more."""
    query = select(PersonRow).where(PersonRow.person_id == person_id)
    row = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        return False
    row.closed_on = closed_on
    row.willing_and_healthy = row.verified = False
    row.latitude = round(row.latitude, DECIMALS_LEFT)
    row.longitude = round(row.longitude, DECIMALS_LEFT)
    row.sequence = row.verified_sequence = sequence
    # The profile says where they set out from, and when they are at home.
    session.execute(delete(VolunteerRow).where(VolunteerRow.person_id == person_id))
    session.flush()
    return True


def is_closed(session: Session, person_id: UUID) -> bool:
    query = select(PersonRow.closed_on).where(PersonRow.person_id == person_id)
    return session.scalar(query) is not None


def asked_for_by(person_id: UUID) -> ColumnElement[bool]:
    return and_(RequestRow.elder_id == person_id, ~RequestRow.is_activity)


def lock_unfinished(session: Session, person_id: UUID) -> list[RequestRow]:
    """What is under way or still to come, asked for by a person or booked by them; locked by id.

    An activity is its street's, and not of the clerk who announced it.
    """
    booked = select(BookingRow.request_id).where(
        BookingRow.volunteer_id == person_id, BookingRow.state.in_(STANDING)
    )
    query = (
        select(RequestRow)
        .where(or_(asked_for_by(person_id), RequestRow.request_id.in_(booked)))
        .where(RequestRow.state.in_(UNFINISHED))
        .order_by(RequestRow.request_id)
    )
    return list(session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def erase_addresses(session: Session, elder_id: UUID) -> None:
    """Nobody needs to find the door any more; the place of a visit is left roughly."""
    for row in session.scalars(select(RequestRow).where(asked_for_by(elder_id))):
        row.address = row.note = row.phone = None
        row.latitude = round(row.latitude, DECIMALS_LEFT_OF_REQUESTS)
        row.longitude = round(row.longitude, DECIMALS_LEFT_OF_REQUESTS)
    for series in session.scalars(select(SeriesRow).where(SeriesRow.elder_id == elder_id)):
        series.address = series.note = series.phone = None
        series.latitude = round(series.latitude, DECIMALS_LEFT_OF_REQUESTS)
        series.longitude = round(series.longitude, DECIMALS_LEFT_OF_REQUESTS)
