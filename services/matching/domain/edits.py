"""What may be changed of a request that nobody has accepted yet, and when cancelling counts."""

from datetime import datetime, timedelta

from services.matching.contract import MoreThanHeld, RequestState, VersionConflict, WrongState
from services.matching.domain.policy import MatchingPolicy


EDITABLE = frozenset({RequestState.SUBMITTED, RequestState.IN_REVIEW, RequestState.OPEN})
# Its coins are held, so that they can be given back before the new one's are held.
REPLACEABLE = frozenset({RequestState.IN_REVIEW, RequestState.OPEN})


def check_edit(state: RequestState, version: int, seen_version: int) -> None:
    """Raise WrongState once a volunteer comes, VersionConflict when another changed it first."""
    if state not in EDITABLE:
        raise WrongState(fields={"state": str(state)})
    if version != seen_version:
        raise VersionConflict(fields={"version": version})


def check_replacement(state: RequestState, version: int, seen_version: int) -> None:
    """As an edit, but only once the coins are held."""
    if state not in REPLACEABLE:
        raise WrongState(fields={"state": str(state)})
    check_edit(state, version, seen_version)


def check_minutes_held(minutes: int, held_minutes: int) -> None:
    """Raise MoreThanHeld: more coins are held for a new request only, which replaces this one."""
    if minutes > held_minutes:
        raise MoreThanHeld(fields={"minutes": [f"At most the {held_minutes} held."]})


def is_late_cancel(
    is_booked: bool, starts_at: datetime, now: datetime, policy: MatchingPolicy
) -> bool:
    """Whether a volunteer was already as good as on the way."""
    return is_booked and now > starts_at - timedelta(minutes=policy.requests.free_cancel_minutes)
