"""What a proposed policy would have credited: the visits of a day once more, in their order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.kernel.contract import InvalidRequest
from services.matching.contract import DayNotOver
from services.matching.domain.policy import MatchingPolicy
from services.matching.domain.visits import Credited, credit


@dataclass(frozen=True)
class Past:
    """A completed visit, and what it was credited; ``by_clerk`` when no rule decided it."""

    volunteer_id: UUID
    district: str
    started_at: datetime
    ended_at: datetime
    planned_minutes: int
    minutes: int
    by_clerk: bool = False


@dataclass(frozen=True)
class Total:
    """A district's visits of a day: how many, how many of them change, and their minutes."""

    district: str
    visits: int = 0
    changed: int = 0
    minutes_before: int = 0
    minutes_after: int = 0

    def plus(self, before: int, after: int) -> "Total":
        return Total(
            self.district,
            self.visits + 1,
            self.changed + (before != after),
            self.minutes_before + before,
            self.minutes_after + after,
        )


def replay(
    day: Iterable[Past], before_minutes: Mapping[UUID, int], policy: MatchingPolicy
) -> list[Total]:
    """The day's totals by district, under other rules.

    ``day`` are all visits of one day as they ended, so that the limit of a day cuts as it would
    have; ``before_minutes`` is what the volunteers had been credited until that day, as it was.
    What a clerk decided stays as decided.
    """
    totals: dict[str, Total] = {}
    today: dict[UUID, int] = {}
    for past in day:
        so_far = today.get(past.volunteer_id, 0)
        in_all = before_minutes.get(past.volunteer_id, 0) + so_far
        after = past.minutes
        if not past.by_clerk:
            credited = Credited(so_far, in_all)
            after = credit(
                past.started_at, past.ended_at, past.planned_minutes, credited, policy
            ).minutes
        today[past.volunteer_id] = so_far + after
        total = totals.get(past.district, Total(past.district))
        totals[past.district] = total.plus(past.minutes, after)
    return [totals[district] for district in sorted(totals)]


def day_of(month: str, cursor: date | None, today: date) -> date:
    """The day that a page is about: the first of the month, or where the page before led.

    >>> day_of("2026-10", None, date(2026, 11, 24))
    datetime.date(2026, 10, 1)

    Raises InvalidRequest for no month or a day outside it, DayNotOver for one still to come.
    """
    try:
        first = datetime.strptime(month, "%Y-%m").date()
    except ValueError:
        raise InvalidRequest(fields={"month": ["There is no such month."]}) from None
    day = cursor or first
    if (day.year, day.month) != (first.year, first.month):
        raise InvalidRequest(fields={"cursor": ["It lies outside the month."]})
    if day >= today:
        raise DayNotOver
    return day


def next_day(day: date, today: date) -> date | None:
    """The next day of the same month that is over.

    >>> next_day(date(2026, 10, 1), date(2026, 11, 24))
    datetime.date(2026, 10, 2)
    >>> next_day(date(2026, 10, 31), date(2026, 11, 24)) is None
    True
    """
    following = day + timedelta(days=1)
    return following if following.month == day.month and following < today else None
