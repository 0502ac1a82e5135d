"""How a place in an activity is given back, by whomever, and what becomes of the activity then."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from services.matching import endings, grouping, storage
from services.matching.contract import RequestState, SeatState
from services.matching.domain.activities import BEFORE_IT_BEGINS, TAKEN
from services.matching.storage import RequestRow, SeatRow
from services.matching.storage import activities as kept


Record = Callable[..., None]

TOO_FEW_LEFT = "too_few_left"


def leave(
    record: Record, session: Session, row: RequestRow, seat: SeatRow, left_by: UUID, reason: str
) -> None:
    """Give a place back; an activity that had enough and has not any more is cancelled.

    So whoever begins it has enough elders, and no share is more than is held for it.
    """
    grouping.move_seat(seat, SeatState.CANCELLED)
    grouping.give_back(record, session, row, seat, left_by, reason)
    session.flush()
    activity = storage.find_activity(session, row.request_id)
    assert activity is not None
    too_few = grouping.held_count(session, row.request_id) < activity.smallest_places
    if row.state != RequestState.SUBMITTED and too_few:
        endings.cancel(record, session, row, left_by, TOO_FEW_LEFT)


def leave_all(record: Record, session: Session, elder_id: UUID, left_by: UUID, reason: str) -> None:
    """Somebody who is gone gives back every place in what has not begun."""
    for seat_id in kept.seats_taken_by(session, elder_id):
        place = grouping.lock_place(session, seat_id)
        assert place is not None
        row, seat = place
        if row.state in BEFORE_IT_BEGINS and seat.state in TAKEN:
            leave(record, session, row, seat, left_by, reason)
