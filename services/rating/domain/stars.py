"""Stars for hours of proven service: reached once, and never lost (S10)."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.rating.domain.policy import StarPolicy
from services.rating.domain.reputation import Reputation, in_hundredths


MINUTES_AN_HOUR = 60


@dataclass(frozen=True)
class Served:
    """What a visit proved of a volunteer's service; no coin's way changes it."""

    visit_id: UUID
    volunteer_id: UUID
    minutes: int
    ended_at: datetime
    category: str = ""
    street: str = ""


@dataclass(frozen=True)
class ServiceChange:
    """What a settled dispute takes from, or adds to, the minutes that its visit proved."""

    dispute_id: UUID
    visit_id: UUID
    volunteer_id: UUID
    minutes: int
    settled_at: datetime


@dataclass(frozen=True)
class Star:
    """A star with what the volunteer had when it was reached."""

    volunteer_id: UUID
    star: int
    hours: int
    minutes: int
    ratings: int
    stars_sum: int
    policy_version: int
    reached_at: datetime


@dataclass(frozen=True)
class Way:
    """What is missing for the next star; no ``star`` when there is no higher one."""

    star: int | None = None
    minutes_left: int | None = None
    reputation_needed: str | None = None


def has_reputation(reputation: Reputation, policy: StarPolicy) -> bool:
    shrunken = policy.shrinkage.of(reputation.ratings, reputation.stars_sum)
    return shrunken >= policy.least_reputation


def due_stars(
    minutes: int,
    reputation: Reputation,
    reached: Collection[int],
    policy: StarPolicy,
    now: datetime,
) -> list[Star]:
    """The stars to be given now: not yet reached, with hours enough and the reputation for it."""
    if not has_reputation(reputation, policy):
        return []
    return [
        Star(
            volunteer_id=reputation.volunteer_id,
            star=star,
            hours=hours,
            minutes=minutes,
            ratings=reputation.ratings,
            stars_sum=reputation.stars_sum,
            policy_version=policy.version,
            reached_at=now,
        )
        for star, hours in enumerate(policy.hours, start=1)
        if star not in reached and minutes >= hours * MINUTES_AN_HOUR
    ]


def way_to_next(
    minutes: int, reputation: Reputation, reached: Collection[int], policy: StarPolicy
) -> Way:
    for star, hours in enumerate(policy.hours, start=1):
        if star > max(reached, default=0):
            needed = None
            if not has_reputation(reputation, policy):
                needed = in_hundredths(policy.least_reputation)
            return Way(star, max(0, hours * MINUTES_AN_HOUR - minutes), needed)
    return Way()


def proven(visits: Iterable[Served], changes: Iterable[ServiceChange]) -> list[Served]:
    """The visits with the minutes that count by now: of each dispute its newest word."""
    newest = sorted(changes, key=lambda change: change.settled_at)
    last = {change.dispute_id: change for change in newest}
    changed: Counter[UUID] = Counter()
    for change in last.values():
        changed[change.visit_id] += change.minutes
    return [replace(each, minutes=each.minutes + changed[each.visit_id]) for each in visits]


def total_minutes(visits: Iterable[Served]) -> int:
    """Counted from nothing: each visit once.

    >>> visit = Served(UUID(int=1), UUID(int=2), 95, datetime(2026, 6, 1))
    >>> total_minutes([visit, visit])
    95
    """
    return sum({visit.visit_id: visit.minutes for visit in visits}.values())
