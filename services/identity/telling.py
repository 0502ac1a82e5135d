"""What the other services are told of kinship: they keep pairs, and no graph."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.identity.contract import KinshipConfirmed, KinshipEnd, KinshipEnded
from services.identity.domain.family import Change, Tie
from services.identity.storage.people import get_person


# Called as record(session, EventClass, **facts), like the service's own.
Record = Callable[..., None]


def facts_of(session: Session, tie: Tie) -> dict[str, Any]:
    return {
        "district": get_person(session, tie.kinship.person_id).district,
        "kinship_id": tie.kinship_id,
        **vars(tie.kinship),
        "is_derived": tie.is_derived,
    }


def tell_change(
    record: Record,
    session: Session,
    change: Change,
    acted_by: UUID | None,
    reason: KinshipEnd | None = None,
) -> None:
    """Tell of every pair that became kin or no longer is; a ``reason`` says why something ended."""
    for tie in change.taken:
        facts = facts_of(session, tie)
        end = reason or KinshipEnd.RECORDED_WRONGLY
        record(session, KinshipEnded, **facts, reason=end, ended_by=acted_by)
    for tie in change.brought:
        record(session, KinshipConfirmed, **facts_of(session, tie), confirmed_by=acted_by)
