"""Who may come, and when they may begin."""

from datetime import datetime, timedelta
from uuid import UUID

from services.kernel.calendar import age_at
from services.matching.contract import (
    GuardianAbsent,
    NotAVolunteer,
    OutsideWindow,
    OwnRequest,
    RequestNotOpen,
    RequestState,
)
from services.matching.domain.policy import MatchingPolicy
from services.matching.domain.requests import Person


def check_acceptance(
    volunteer: Person, elder_id: UUID, state: RequestState, starts_at: datetime, now: datetime
) -> None:
    """Raise for a volunteer who may not take this request, or a request that is not to be had."""
    if not volunteer.willing_and_healthy:
        raise NotAVolunteer
    if volunteer.person_id == elder_id:
        raise OwnRequest
    if state is not RequestState.OPEN or starts_at <= now:
        raise RequestNotOpen(fields={"state": str(state)})


def check_check_in(
    volunteer: Person,
    starts_at: datetime,
    ends_at: datetime,
    guardian_present: bool,
    now: datetime,
    policy: MatchingPolicy,
) -> None:
    """Raise OutsideWindow too early or too late, GuardianAbsent for a pupil alone (S1, S7)."""
    earliest = starts_at - timedelta(minutes=policy.check_in_early_minutes)
    if not earliest <= now < ends_at:
        raise OutsideWindow(
            fields={"earliest": earliest.isoformat(), "latest": ends_at.isoformat()}
        )
    is_pupil = age_at(volunteer.birth_date, now) < policy.adult_age
    if is_pupil and not guardian_present:
        raise GuardianAbsent


def is_late_release(starts_at: datetime, now: datetime, policy: MatchingPolicy) -> bool:
    """Whether the volunteer withdraws so late that it counts."""
    return now > starts_at - timedelta(minutes=policy.free_release_minutes)
