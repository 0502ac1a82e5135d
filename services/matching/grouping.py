"""What becomes of the places of an activity: asked for, held, paid by those who came, given back.

The activity is a request that a volunteer books; it has no hold. To the ledger and to rating each
place is a request of its own, with its own hold, and in the end its own visit. When a public
programme pays it is the other way round: the activity has the one hold and the one payment, and its
places, which cost nothing, are told to rating alone. Whoever changes a place has locked the
activity's request.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.matching import storage, taking_part
from services.matching.contract import (
    ActivityAttended,
    AlreadyJoined,
    Category,
    NoPlaceLeft,
    RequestCancelled,
    RequestExpired,
    RequestSubmitted,
    SeatState,
    VisitCompleted,
)
from services.matching.domain import Credit, Person
from services.matching.domain.activities import TAKEN, minutes_to_hold, moved_seat, payers, shares
from services.matching.storage import RequestRow, VisitRow
from services.matching.storage import activities as kept
from services.matching.storage.tables_activities import ActivityRow, SeatRow


Record = Callable[..., None]

ABSENT = "absent"
SHARE = "share_of_group"


def move_seat(seat: SeatRow, to: SeatState) -> None:
    """The only place where a place's state changes; raises WrongState."""
    seat.state = moved_seat(SeatState(seat.state), to)


def organise(
    session: Session,
    row: RequestRow,
    smallest_places: int,
    largest_places: int,
    programme_id: UUID | None,
) -> ActivityRow:
    """Each place holds a share of the minutes, or nothing where a programme pays for all."""
    share = minutes_to_hold(row.minutes, smallest_places)
    return kept.add_activity(
        session,
        request_id=row.request_id,
        smallest_places=smallest_places,
        largest_places=largest_places,
        held_minutes=share if programme_id is None else 0,
        programme_id=programme_id,
        is_funded=programme_id is None,
    )


def take(
    record: Record,
    session: Session,
    row: RequestRow,
    activity: ActivityRow,
    elder: Person,
    submitted_by: UUID,
    now: datetime,
) -> SeatRow:
    """A place for an elder, whose coins the ledger is asked to hold."""
    taken = [seat for seat in kept.seats_of(session, row.request_id) if seat.state in TAKEN]
    if any(seat.elder_id == elder.person_id for seat in taken):
        raise AlreadyJoined
    free = set(range(1, activity.largest_places + 1)) - {seat.place for seat in taken}
    if not free:
        raise NoPlaceLeft(fields={"largest_places": activity.largest_places})
    seat = kept.add_seat(
        session,
        seat_id=uuid4(),
        request_id=row.request_id,
        elder_id=elder.person_id,
        submitted_by=submitted_by,
        place=min(free),
        state=SeatState.SUBMITTED if activity.held_minutes else SeatState.HELD,
        is_absent=False,
        held_minutes=activity.held_minutes,
        created_at=now,
    )
    if not seat.held_minutes:
        return seat
    record(
        session,
        RequestSubmitted,
        request_id=seat.seat_id,
        elder_id=elder.person_id,
        submitted_by=submitted_by,
        category=Category(row.category),
        item_code=row.item_code,
        item_version=row.item_version,
        minutes=seat.held_minutes,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        street=elder.street,
        district=elder.district,
        activity_id=row.request_id,
    )
    return seat


def give_back(
    record: Record, session: Session, row: RequestRow, seat: SeatRow, by: UUID, reason: str
) -> None:
    """Somebody's coins go back before it begins, or because they were not there."""
    if not seat.held_minutes:
        return
    facts = {"request_id": seat.seat_id, "elder_id": seat.elder_id, "district": row.district}
    record(session, RequestCancelled, **facts, cancelled_by=by, reason=reason, late=False)


def cancel(record: Record, session: Session, row: RequestRow, by: UUID, reason: str) -> None:
    """The activity does not take place: every place's coins go back."""
    for seat in kept.seats_of(session, row.request_id):
        if seat.state in TAKEN:
            move_seat(seat, SeatState.CANCELLED)
            give_back(record, session, row, seat, by, reason)


def expire(record: Record, session: Session, row: RequestRow) -> None:
    """Time has overtaken it: too few elders, no volunteer, or one who never came."""
    for seat in kept.seats_of(session, row.request_id):
        if seat.state in TAKEN:
            move_seat(seat, SeatState.EXPIRED)
            if not seat.held_minutes:
                continue
            facts = {"request_id": seat.seat_id, "elder_id": seat.elder_id}
            record(session, RequestExpired, **facts, district=row.district)


def held_count(session: Session, request_id: UUID) -> int:
    return sum(seat.state == SeatState.HELD for seat in kept.seats_of(session, request_id))


def lock_place(session: Session, seat_id: UUID) -> tuple[RequestRow, SeatRow] | None:
    """An activity's request, locked, and one of its places; None for what is no place."""
    seen = kept.find_seat(session, seat_id)
    if seen is None:
        return None
    row = storage.lock_request(session, seen.request_id)
    assert row is not None
    session.refresh(seen)
    return row, seen


def settle(
    record: Record, session: Session, row: RequestRow, visit: VisitRow, earned: Credit
) -> UUID | None:
    """Each who was there pays a share; the shares add up to what the volunteer earned.

    Or nobody does: the answer is the programme that pays for the activity as a whole.
    """
    activity = kept.find_activity(session, row.request_id)
    assert activity is not None
    seats = kept.seats_of(session, row.request_id)
    held = [seat for seat in seats if seat.state == SeatState.HELD]
    present = [seat for seat in held if not seat.is_absent]
    absent = [seat for seat in held if seat.is_absent]
    if activity.programme_id is not None:
        for seat in present:
            attend(seat, 0)
            facts = facts_of_place(row, visit, seat) | {"programme_id": activity.programme_id}
            record(session, ActivityAttended, **facts, activity_id=row.request_id)
    else:
        settling = taking_part.settling_facts(session, row, visit)
        paying = payers(present, absent, activity.smallest_places)
        for seat, minutes in zip(paying, shares(earned.minutes, len(paying)), strict=True):
            attend(seat, minutes)
            facts = facts_of(row, visit, seat, earned.explanation, settling)
            record(session, VisitCompleted, **facts)
    for seat in held:
        if seat.state == SeatState.HELD:
            move_seat(seat, SeatState.ABSENT)
            give_back(record, session, row, seat, visit.volunteer_id, ABSENT)
    expire(record, session, row)
    return activity.programme_id


def attend(seat: SeatRow, minutes: int) -> None:
    """This elder was served, and pays so much."""
    move_seat(seat, SeatState.ATTENDED)
    seat.visit_id, seat.paid_minutes = uuid4(), minutes


def facts_of(
    row: RequestRow,
    visit: VisitRow,
    seat: SeatRow,
    explanation: list[Any],
    settling: dict[str, Any],
) -> dict[str, Any]:
    """A place's own visit, as ledger and rating know visits."""
    share = {"rule": SHARE, "minutes": seat.paid_minutes}
    return facts_of_place(row, visit, seat) | {
        "minutes": seat.paid_minutes,
        "policy_version": visit.policy_version,
        "explanation": [*explanation, share],
        "acted_by": sorted({*settling["acted_by"], seat.submitted_by} - {seat.elder_id}),
        "decided_at": settling["decided_at"],
    }


def facts_of_place(row: RequestRow, visit: VisitRow, seat: SeatRow) -> dict[str, Any]:
    return {
        "visit_id": seat.visit_id,
        "request_id": seat.seat_id,
        "elder_id": seat.elder_id,
        "volunteer_id": visit.volunteer_id,
        "booking_id": visit.booking_id,
        "started_at": visit.started_at,
        "ended_at": visit.ended_at,
        "street": row.street,
        "category": row.category,
        "district": row.district,
    }


def has_place(session: Session, request_id: UUID, person_id: UUID) -> bool:
    seats = kept.seats_of(session, request_id)
    return any(seat.elder_id == person_id and seat.state in TAKEN for seat in seats)
