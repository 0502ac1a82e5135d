"""How well a volunteer fits a request: five parts, each from 0 to 1, and what they weigh."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.matching.domain.finding_policy import FindingPolicy
from services.matching.domain.volunteers import Profile, free_between, is_within
from services.rating.contract import shrunken_mean


DIGITS = 4
MOST_STARS, FEWEST_STARS = 5, 1
# Nobody learns from a list how far exactly another lives away.
SHOWN_TO_METRES = 100


class Part(StrEnum):
    DISTANCE = "distance"
    FIT = "fit"
    REPUTATION = "reputation"
    CONTINUITY = "continuity"
    FAIR_SHARE = "fair_share"


@dataclass(frozen=True)
class Need:
    """What a request asks of whoever comes."""

    starts_at: datetime
    ends_at: datetime
    skill: str | None
    certificate_needed: bool
    language: str | None


@dataclass(frozen=True)
class Known:
    """What is known of one volunteer in view of one request."""

    volunteer_id: UUID
    profile: Profile
    distance_metres: float
    ratings: int
    stars_sum: int
    visits_together: int
    minutes_lately: int


@dataclass(frozen=True)
class Scored:
    """One part of a score: ``points`` are the value times its weight."""

    part: Part
    value: float
    weight: float

    @property
    def points(self) -> float:
        return round(self.value * self.weight, DIGITS)


@dataclass(frozen=True)
class Candidate:
    """A volunteer with the parts of their score."""

    known: Known
    parts: tuple[Scored, ...]

    @property
    def score(self) -> float:
        return round(sum(part.points for part in self.parts), DIGITS)


def can(need: Need, profile: Profile) -> bool:
    """Whether the volunteer has the skill, with a certificate where one is needed."""
    if need.skill is None or need.skill in profile.certified:
        return True
    return not need.certificate_needed and need.skill in profile.skills


def speaks(need: Need, profile: Profile) -> bool:
    return need.language is None or need.language in profile.languages


def gives_time(need: Need, profile: Profile) -> bool:
    """Whether the visit lies within the hours that the volunteer gives."""
    spans = free_between(profile, need.starts_at, need.ends_at)
    return is_within(spans, need.starts_at, need.ends_at)


def nearness(distance_metres: float, radius_metres: float) -> float:
    """1 next door, 0 as far as the volunteer comes."""
    return max(0.0, 1 - distance_metres / radius_metres)


def fit(need: Need, profile: Profile) -> float:
    """The share of what is asked for that the volunteer has: skill, language, time."""
    asked = [gives_time(need, profile)]
    if need.skill is not None:
        asked.append(can(need, profile))
    if need.language is not None:
        asked.append(speaks(need, profile))
    return sum(asked) / len(asked)


def shrunken_stars(ratings: int, stars_sum: int, policy: FindingPolicy) -> float:
    """The mean of the ratings, drawn towards the prior while they are few."""
    return shrunken_mean(ratings, stars_sum, policy.prior_stars, policy.prior_ratings)


def reputation(ratings: int, stars_sum: int, policy: FindingPolicy) -> float:
    """One good rating does not put a newcomer before whoever had fifty."""
    stars = shrunken_stars(ratings, stars_sum, policy)
    return (stars - FEWEST_STARS) / (MOST_STARS - FEWEST_STARS)


def continuity(visits_together: int, policy: FindingPolicy) -> float:
    """1 for somebody whom the elder knows well."""
    return min(1.0, visits_together / policy.familiar_after_visits)


def fair_share(minutes_lately: int, average_minutes: float) -> float:
    """1 for whoever had nothing to do lately, a half for the average, less for the busiest."""
    if minutes_lately == 0:
        return 1.0
    return average_minutes / (average_minutes + minutes_lately)


def score(need: Need, known: Known, average_minutes: float, policy: FindingPolicy) -> Candidate:
    values = {
        # As it is shown, or the value would tell what the rounded distance does not.
        Part.DISTANCE: nearness(shown_metres(known.distance_metres), known.profile.radius_metres),
        Part.FIT: fit(need, known.profile),
        Part.REPUTATION: reputation(known.ratings, known.stars_sum, policy),
        Part.CONTINUITY: continuity(known.visits_together, policy),
        Part.FAIR_SHARE: fair_share(known.minutes_lately, average_minutes),
    }
    weights = policy.weights
    total = sum(weights.values())
    parts = (
        Scored(part, round(value, DIGITS), round(weights[part] / total, DIGITS))
        for part, value in values.items()
    )
    return Candidate(known, tuple(parts))


def rank(need: Need, people: Sequence[Known], policy: FindingPolicy) -> list[Candidate]:
    """Everybody who can do it, best first; who lacks a skill that is needed is not proposed."""
    able = [known for known in people if can(need, known.profile)]
    average = sum(known.minutes_lately for known in able) / len(able) if able else 0.0
    scored = [score(need, known, average, policy) for known in able]
    return sorted(scored, key=lambda each: (-each.score, each.known.volunteer_id))


def shown_metres(metres: float) -> int:
    """
    >>> shown_metres(420), shown_metres(30)
    (500, 100)
    """
    return max(1, -(-round(metres) // SHOWN_TO_METRES)) * SHOWN_TO_METRES
