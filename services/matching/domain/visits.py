"""What a visit is worth: whole minutes, step by step, so that it can be explained (S2, S7)."""

from collections.abc import Iterator
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


@dataclass(frozen=True)
class Credited:
    """What the volunteer was credited for other visits: of the same day, and in all."""

    today_minutes: int = 0
    in_all_minutes: int = 0


def credit(
    started_at: datetime,
    ended_at: datetime,
    planned_minutes: int,
    credited: Credited,
    policy: MatchingPolicy,
) -> Credit:
    """Whole minutes served, cut to what was planned, to the policy's limits and to its steps.

    Raises OutsideWindow when the end lies before the start.
    """
    if ended_at < started_at:
        raise OutsideWindow(fields={"earliest": started_at.isoformat()})
    minutes = (ended_at - started_at) // timedelta(minutes=1)
    steps = [("served", minutes)]
    for rule, most in limits(planned_minutes, credited, policy):
        minutes = min(minutes, most)
        steps.append((rule, minutes))
    if policy.credit_step_minutes > 1:
        minutes -= minutes % policy.credit_step_minutes
        steps.append(("step_minutes", minutes))
    if minutes < policy.smallest_credit_minutes:
        minutes = 0
    steps.append(("smallest_minutes", minutes))
    return Credit(minutes, tuple(steps))


def limits(
    planned_minutes: int, credited: Credited, policy: MatchingPolicy
) -> Iterator[tuple[str, int]]:
    """The limits in the order in which they cut, each with what it leaves at most."""
    yield "planned", planned_minutes
    yield "most_minutes_a_visit", policy.most_minutes_a_visit
    yield "most_minutes_a_day", max(0, policy.most_minutes_a_day - credited.today_minutes)
    if policy.most_minutes_in_all is not None:
        yield "most_minutes_in_all", max(0, policy.most_minutes_in_all - credited.in_all_minutes)


def limits_of_steps(planned_minutes: int, policy: MatchingPolicy) -> dict[str, int]:
    """By the name of its step, the value that a rule had."""
    found = dict(limits(planned_minutes, Credited(), policy))
    found["step_minutes"] = policy.credit_step_minutes
    found["smallest_minutes"] = policy.smallest_credit_minutes
    return found


def is_overdue(ends_at: datetime, now: datetime, policy: MatchingPolicy) -> bool:
    """Whether the check-out comes so late that a clerk must decide about the visit."""
    return now > ends_at + timedelta(minutes=policy.missing_check_out_minutes)


def check_decision(minutes: int, planned_minutes: int) -> Credit:
    """What a clerk credits is at most what was planned; raises InvalidRequest for more."""
    if minutes > planned_minutes:
        raise InvalidRequest(fields={"minutes": [f"At most the {planned_minutes} planned."]})
    return Credit(minutes, (("clerk", minutes),))
