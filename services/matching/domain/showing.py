"""What is shown of the place: the area to all, the place to who comes, then the phone."""

from datetime import datetime, timedelta

from services.matching.contract import AddressStep
from services.matching.domain.policy import MatchingPolicy


def step_for_volunteer(
    comes: bool, starts_at: datetime, ends_at: datetime, now: datetime, policy: MatchingPolicy
) -> AddressStep:
    """Where the volunteer stands: nothing but the area before accepting and after withdrawing.

    The elder's telephone rings for those who are about to come, or have not left long ago.
    """
    if not comes:
        return AddressStep.AREA
    first = starts_at - timedelta(minutes=policy.requests.phone_shown_minutes)
    last = ends_at + timedelta(minutes=policy.missing_check_out_minutes)
    return AddressStep.DOOR if first <= now <= last else AddressStep.PLACE
