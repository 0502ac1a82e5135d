"""Giving strikes, and looking whether somebody's strikes pause them."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.matching import domain, storage
from services.matching.contract import StrikeGiven, StrikeKind, StrikeSide, StrikeState
from services.matching.storage import BookingRow, RequestRow


Record = Callable[..., None]


def give(
    record: Record,
    session: Session,
    kind: StrikeKind,
    row: RequestRow,
    booking: BookingRow,
    now: datetime,
    evidence: Mapping[str, Any],
) -> None:
    """One strike to the side that let the other down; once for each booking and kind."""
    side = domain.SIDES[kind]
    if side is StrikeSide.ELDER and row.is_activity:
        return  # whoever organises an activity is no elder who lets somebody down
    facts = {
        "strike_id": uuid4(),
        "person_id": booking.volunteer_id if side is StrikeSide.VOLUNTEER else row.elder_id,
        "side": side,
        "kind": kind,
        "given_at": now,
        "request_id": row.request_id,
        "booking_id": booking.booking_id,
    }
    columns = facts | {"state": StrikeState.GIVEN, "street": row.street, "evidence": dict(evidence)}
    if storage.add_strike(session, **columns):
        record(session, StrikeGiven, **facts, district=row.district)


def check_not_paused(
    session: Session,
    person_id: UUID,
    side: StrikeSide,
    now: datetime,
    policy: domain.MatchingPolicy,
) -> None:
    """Raise Paused for somebody with too many strikes of late."""
    given = storage.strikes_given(session, person_id, side)
    domain.check_not_paused(given, now, policy.strike)


def paused_among(
    session: Session, volunteers: Collection[UUID], now: datetime, policy: domain.MatchingPolicy
) -> set[UUID]:
    """Those of several volunteers whose strikes pause them."""
    given = storage.strikes_of_volunteers(session, volunteers)
    return {
        person_id
        for person_id, moments in given.items()
        if domain.paused_until(moments, now, policy.strike) is not None
    }
