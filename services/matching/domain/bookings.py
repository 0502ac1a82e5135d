"""Who may come, and when they may begin."""

from datetime import datetime, timedelta
from uuid import UUID

from services.kernel.calendar import age_at
from services.matching.contract import (
    NotAVolunteer,
    OutsideWindow,
    OwnRequest,
    RequestNotOpen,
    RequestState,
)
from services.matching.domain.policy import MatchingPolicy
from services.matching.domain.requests import Person


def check_volunteer(volunteer: Person) -> None:
    """Raise NotAVolunteer for somebody who has not declared to be one."""
    if not volunteer.willing_and_healthy:
        raise NotAVolunteer


def check_acceptance(
    volunteer: Person, elder_id: UUID, state: RequestState, starts_at: datetime, now: datetime
) -> None:
    """Raise for a volunteer who may not take this request, or a request that is not to be had."""
    check_volunteer(volunteer)
    if volunteer.person_id == elder_id:
        raise OwnRequest
    if state is not RequestState.OPEN or starts_at <= now:
        raise RequestNotOpen(fields={"state": str(state)})


def check_check_in(
    starts_at: datetime, ends_at: datetime, at: datetime, policy: MatchingPolicy
) -> None:
    """Raise OutsideWindow too early or too late (S7)."""
    earliest = starts_at - timedelta(minutes=policy.check_in_early_minutes)
    if not earliest <= at < ends_at:
        raise OutsideWindow(
            fields={
                "early_minutes": policy.check_in_early_minutes,
                "earliest": earliest.isoformat(),
                "latest": ends_at.isoformat(),
            }
        )


def is_pupil(volunteer: Person, at: datetime, policy: MatchingPolicy) -> bool:
    """Whether the volunteer is led by a guardian (S1)."""
    return age_at(volunteer.birth_date, at) < policy.adult_age


def is_late_release(starts_at: datetime, now: datetime, policy: MatchingPolicy) -> bool:
    """Whether the volunteer withdraws so late that it counts."""
    return now > starts_at - timedelta(minutes=policy.free_release_minutes)
