"""One-time codes: how many may be sent, how long they are good, and how they end."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from services.identity.domain.jobs import Pauses
from services.identity.domain.policy_values import positive
from services.kernel.contract import TooManyRequests


DIGITS = 6


@dataclass(frozen=True)
class CodeRules:
    """The section ``codes`` of the policy."""

    valid_minutes: int
    most_tries: int
    pause_seconds: int
    most_a_phone: int
    a_phone_minutes: int
    most_in_all: int
    in_all_minutes: int
    confirmed_minutes: int
    most_sends: int
    send_pause_seconds: int

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "CodeRules":
        """Raises InvalidRequest when one of the rules is missing or is not a positive number."""
        return CodeRules(
            **{rule.name: positive(values, "codes", rule.name) for rule in fields(CodeRules)}
        )

    @property
    def sending(self) -> Pauses:
        """How often a message is tried: for as long as its code is good."""
        return Pauses(self.most_sends, self.send_pause_seconds, self.valid_minutes * 60)


class CodeState(StrEnum):
    """open → used, or spent by wrong tries, or replaced by a newer one; used → taken."""

    OPEN = "open"
    USED = "used"
    TAKEN = "taken"
    SPENT = "spent"
    REPLACED = "replaced"


S = CodeState

# From each state to those that may follow it. What is not listed is final.
# A used code for a new phone is taken once more: by the change that it was asked for.
MOVES: dict[CodeState, frozenset[CodeState]] = {
    S.OPEN: frozenset({S.USED, S.SPENT, S.REPLACED}),
    S.USED: frozenset({S.TAKEN}),
}


class NoSuchMove(ValueError):
    """A code cannot go from this state to that one: a bug, never the caller's fault."""


def moved(state: CodeState, to: CodeState) -> CodeState:
    """
    >>> str(moved(CodeState.OPEN, CodeState.USED))
    'used'
    """
    if to not in MOVES.get(state, frozenset()):
        raise NoSuchMove(f"{state} to {to}")
    return to


def after_try(tries: int, fits: bool, is_good: bool, rules: CodeRules) -> CodeState:
    """What an open code is after one more try, of which there have been ``tries`` with it.

    >>> rules = CodeRules(5, 3, 60, 5, 60, 1000, 10, 15, 3, 10)
    >>> [str(after_try(tries, False, True, rules)) for tries in (1, 2, 3)]
    ['open', 'open', 'spent']
    >>> str(after_try(3, True, True, rules)), str(after_try(1, True, False, rules))
    ('used', 'open')
    """
    if fits and is_good and tries <= rules.most_tries:
        return CodeState.USED
    return CodeState.SPENT if tries >= rules.most_tries else CodeState.OPEN


def expires_at(now: datetime, rules: CodeRules) -> datetime:
    return now + timedelta(minutes=rules.valid_minutes)


def ask_again_at(now: datetime, rules: CodeRules) -> datetime:
    return now + timedelta(seconds=rules.pause_seconds)


def confirmed_until(used_at: datetime, rules: CodeRules) -> datetime:
    return used_at + timedelta(minutes=rules.confirmed_minutes)


def check_may_send(to_phone: list[datetime], in_all: int, now: datetime, rules: CodeRules) -> None:
    """Raises TooManyRequests too soon after the last one, after too many to one phone, or in all.

    ``to_phone`` are the times of those to the phone within ``a_phone_minutes``, in their order.
    """
    waits = []
    if to_phone and now < ask_again_at(to_phone[-1], rules):
        waits.append(ask_again_at(to_phone[-1], rules))
    if len(to_phone) >= rules.most_a_phone:
        waits.append(to_phone[-rules.most_a_phone] + timedelta(minutes=rules.a_phone_minutes))
    if waits:
        raise TooManyRequests(fields={"ask_again_at": [max(waits).isoformat()]})
    if in_all >= rules.most_in_all:
        raise TooManyRequests(fields={"wait_minutes": [rules.in_all_minutes]})
