"""Whether the promise holds: coins that may be redeemed, against service that may be expected.

Redeemable within the horizon is what is held by those who have reached the age to redeem, or will
within it. Expected within the horizon is as much service as the last ninety days gave, continued.
Their ratio is the cover: below a hundred per cent, elders would wait.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.ledger.domain.policy import LedgerPolicy


DAYS_A_YEAR = 365
BASIS_DAYS = 90


@dataclass(frozen=True)
class Band:
    """Minutes held by people from one age to another; ``until_age`` is the last that belongs."""

    from_age: int
    until_age: int | None
    minutes: int


@dataclass(frozen=True)
class Cover:
    """Minutes expected and redeemable within the horizon."""

    expected_minutes: int
    redeemable_minutes: int

    @property
    def cover_percent(self) -> int | None:
        """None when nothing can be redeemed, for then there is nothing to cover."""
        if not self.redeemable_minutes:
            return None
        return self.expected_minutes * 100 // self.redeemable_minutes


def bands(held_by_age: Mapping[int, int], edges: Sequence[int]) -> list[Band]:
    """What is held in each band; the edges are the ages at which a new band begins.

    >>> [(each.from_age, each.until_age, each.minutes) for each in bands({25: 10, 61: 5}, [60, 80])]
    [(0, 59, 10), (60, 79, 5), (80, None, 0)]
    """
    starts = [0, *edges]
    ends: list[int | None] = [*(edge - 1 for edge in edges), None]
    return [
        Band(start, end, _held(held_by_age, start, end))
        for start, end in zip(starts, ends, strict=True)
    ]


def _held(held_by_age: Mapping[int, int], start: int, end: int | None) -> int:
    return sum(
        minutes
        for age, minutes in held_by_age.items()
        if start <= age and (end is None or age <= end)
    )


def supplied(by_day: Mapping[date, int], today: date, days: int) -> int:
    """Minutes of service in the last days, today among them."""
    first = today - timedelta(days=days - 1)
    return sum(minutes for day, minutes in by_day.items() if first <= day <= today)


def cover(
    held_by_age: Mapping[int, int], by_day: Mapping[date, int], today: date, policy: LedgerPolicy
) -> Cover:
    """What may be expected within the policy's horizon, against what may be redeemed."""
    expected = supplied(by_day, today, BASIS_DAYS) * policy.solvency_horizon_days // BASIS_DAYS
    from_age = policy.redeem_from_age - policy.solvency_horizon_days // DAYS_A_YEAR
    return Cover(expected, _held(held_by_age, from_age, None))
