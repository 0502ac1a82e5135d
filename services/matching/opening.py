"""How a request opens once its coins are held: at once, or after somebody has looked at it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.matching import domain, grouping, storage
from services.matching.contract import (
    Category,
    RequestOpened,
    RequestRefused,
    RequestState,
    SeatState,
)
from services.matching.domain import explaining
from services.matching.endings import move
from services.matching.storage import RequestRow, ends


Record = Callable[..., None]

# The refusal of a request that a reviewer said no to; the ledger's refusals are its errors' codes.
REFUSED_IN_REVIEW = "review"


def hold_placed(record: Record, session: Session, row: RequestRow, now: datetime) -> None:
    """The coins are set aside: open it, or put it before a reviewer where the policy asks."""
    if must_be_reviewed(session, row, now):
        move(row, RequestState.IN_REVIEW)
    else:
        open_request(record, session, row)


def seat_held(record: Record, session: Session, seat_id: UUID, now: datetime) -> bool:
    """A place's coins are set aside; with enough of them the activity opens. False for no place."""
    place = grouping.lock_place(session, seat_id)
    if place is None:
        return False
    row, seat = place
    if seat.state == SeatState.SUBMITTED:
        grouping.move_seat(seat, SeatState.HELD)
        open_with_enough(record, session, row, now)
    return True


def open_with_enough(record: Record, session: Session, row: RequestRow, now: datetime) -> None:
    """An activity opens when enough places are held, and the coins of who pays for all."""
    session.flush()
    activity = storage.find_activity(session, row.request_id)
    assert activity is not None
    enough = grouping.held_count(session, row.request_id) >= activity.smallest_places
    if enough and activity.is_funded and row.state == RequestState.SUBMITTED:
        hold_placed(record, session, row, now)


def fund(record: Record, session: Session, row: RequestRow, now: datetime) -> None:
    """The programme's coins are held for the whole of an activity."""
    activity = storage.find_activity(session, row.request_id)
    assert activity is not None
    activity.is_funded = True
    open_with_enough(record, session, row, now)


def seat_refused(session: Session, seat_id: UUID, told: Mapping[str, Any], now: datetime) -> bool:
    """The elder's coins do not suffice: the place is free again. False for no place."""
    place = grouping.lock_place(session, seat_id)
    if place is None:
        return False
    _, seat = place
    if seat.state == SeatState.SUBMITTED:
        grouping.move_seat(seat, SeatState.REFUSED)
        seat.refusal = told["reason"]
        keep_refusal(session, seat_id, told, now)
    return True


def keep_refusal(
    session: Session, subject_id: UUID, told: Mapping[str, Any], now: datetime
) -> None:
    """Why the ledger held no coins, so that it can be explained."""
    facts = explaining.facts_of_refusal(dict(told))
    ends.keep_end(session, subject_id, told["reason"], now, told.get("policy_version"), **facts)


def open_request(record: Record, session: Session, row: RequestRow) -> None:
    move(row, RequestState.OPEN)
    record(
        session,
        RequestOpened,
        request_id=row.request_id,
        elder_id=row.elder_id,
        category=Category(row.category),
        minutes=row.minutes,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        district=row.district,
    )


def refuse(
    record: Record, session: Session, row: RequestRow, refused_by: UUID, reason: str, now: datetime
) -> None:
    """A reviewer said no: the ledger gives the coins back."""
    move(row, RequestState.REFUSED)
    row.refusal = REFUSED_IN_REVIEW
    version = storage.policy_in_force(session, now).version
    ends.keep_end(session, row.request_id, REFUSED_IN_REVIEW, now, version)
    if row.is_activity:
        grouping.cancel(record, session, row, refused_by, reason)
    record(
        session,
        RequestRefused,
        request_id=row.request_id,
        elder_id=row.elder_id,
        refused_by=refused_by,
        reason=reason,
        district=row.district,
    )


def must_be_reviewed(session: Session, row: RequestRow, now: datetime) -> bool:
    conditions = storage.policy_in_force(session, now).requests.review
    if not conditions:
        return False
    item = storage.item_version(session, row.item_code, row.item_version)
    submitted = domain.Submitted(
        item,
        is_first=not storage.has_opened_before(session, row.elder_id, row.request_id),
        is_for_another=row.submitted_by != row.elder_id,
        is_approved_series=storage.is_series_approved(session, row.series_id),
    )
    return domain.needs_review(conditions, submitted)
