"""What a visit is worth: whole minutes, step by step, so that it can be explained (S2, S7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.kernel.contract import InvalidRequest
from services.matching.contract import OutsideWindow
from services.matching.domain.policy import MatchingPolicy


@dataclass(frozen=True)
class Credit:
    """The minutes to pay, and each rule with the minutes after it."""

    minutes: int
    steps: tuple[tuple[str, int], ...]

    @property
    def explanation(self) -> list[dict[str, str | int]]:
        return [{"rule": rule, "minutes": minutes} for rule, minutes in self.steps]


def credit(
    started_at: datetime,
    ended_at: datetime,
    planned_minutes: int,
    credited_today_minutes: int,
    policy: MatchingPolicy,
) -> Credit:
    """Whole minutes served, cut to what was planned and to the policy's limits.

    ``credited_today_minutes`` is what the volunteer was credited for other visits of that day.
    Raises OutsideWindow when the end lies before the start.
    """
    if ended_at < started_at:
        raise OutsideWindow(fields={"earliest": started_at.isoformat()})
    minutes = (ended_at - started_at) // timedelta(minutes=1)
    steps = [("served", minutes)]
    left_today = max(0, policy.most_minutes_a_day - credited_today_minutes)
    for rule, most in (
        ("planned", planned_minutes),
        ("most_minutes_a_visit", policy.most_minutes_a_visit),
        ("most_minutes_a_day", left_today),
    ):
        minutes = min(minutes, most)
        steps.append((rule, minutes))
    if minutes < policy.smallest_credit_minutes:
        minutes = 0
    steps.append(("smallest_minutes", minutes))
    return Credit(minutes, tuple(steps))


def is_overdue(ends_at: datetime, now: datetime, policy: MatchingPolicy) -> bool:
    """Whether the check-out comes so late that a clerk must decide about the visit."""
    return now > ends_at + timedelta(minutes=policy.missing_check_out_minutes)


def check_decision(minutes: int, planned_minutes: int) -> Credit:
    """What a clerk credits is at most what was planned; raises InvalidRequest for more."""
    if minutes > planned_minutes:
        raise InvalidRequest(fields={"minutes": [f"At most the {planned_minutes} planned."]})
    return Credit(minutes, (("clerk", minutes),))
