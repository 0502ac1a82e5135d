"""The rules of rating: who rates a visit, until when, and what a volunteer's ratings add up to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.identity.contract import Role
from services.kernel.caller import Caller
from services.kernel.contract import CITY_AREA, Forbidden, InvalidRequest, Unauthenticated
from services.rating.contract import Channel, NotTheElder, RatingWindowClosed


DISTRICT_DIGITS = 6
# Halves of characters, which JSON can spell and UTF-8 cannot.
FIRST_SURROGATE, LAST_SURROGATE = "\ud800", "\udfff"


@dataclass(frozen=True)
class RatingPolicy:
    """The numbers of the city's policy that rating decides by."""

    window_days: int

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "RatingPolicy":
        return RatingPolicy(window_days=values["rating"]["window_days"])


@dataclass(frozen=True)
class Visit:
    """What rating knows of a completed visit."""

    visit_id: UUID
    elder_id: UUID
    volunteer_id: UUID
    street: str
    ended_at: datetime

    @property
    def district(self) -> str:
        return self.street[:DISTRICT_DIGITS]


@dataclass(frozen=True)
class Rating:
    """The elder's word on a visit; ``rated_by`` is who brought it, by which channel."""

    rating_id: UUID
    visit_id: UUID
    elder_id: UUID
    volunteer_id: UUID
    stars: int
    words: str
    channel: Channel
    rated_by: UUID
    rated_at: datetime


@dataclass(frozen=True)
class Reputation:
    """How many ratings a volunteer has, and the sum of their stars."""

    volunteer_id: UUID
    ratings: int = 0
    stars_sum: int = 0

    def plus(self, stars: int) -> "Reputation":
        return replace(self, ratings=self.ratings + 1, stars_sum=self.stars_sum + stars)

    @property
    def average(self) -> str | None:
        """With one decimal, half rounded up; None while there are no ratings.

        >>> [Reputation(1, 4, stars).average for stars in (20, 17, 19, 13)]
        ['5.0', '4.3', '4.8', '3.3']
        """
        if not self.ratings:
            return None
        tenths = (20 * self.stars_sum + self.ratings) // (2 * self.ratings)
        return f"{tenths // 10}.{tenths % 10}"


def signed_in(caller: Caller) -> UUID:
    if caller.person_id is None:
        raise Unauthenticated
    return caller.person_id


def may_rate(caller: Caller, visit: Visit, channel: Channel) -> UUID:
    """Return who rates: the elder on the platform, or the street's clerk who heard the elder (S8).

    Nobody rates a visit that they served in, whatever their role.
    """
    rated_by = signed_in(caller)
    if rated_by == visit.elder_id:
        if channel is not Channel.PLATFORM:
            raise InvalidRequest(fields={"channel": ["The elder in person uses the platform."]})
    elif rated_by == visit.volunteer_id or not caller.holds(Role.AGENCY_CLERK, visit.street):
        raise NotTheElder
    elif channel is Channel.PLATFORM:
        raise InvalidRequest(fields={"channel": ["Say how the elder's word reached the agency."]})
    return rated_by


def may_see_rating(caller: Caller, visit: Visit) -> None:
    """Elder and volunteer of the visit, the street's clerk, officers of the district and city."""
    if signed_in(caller) in (visit.elder_id, visit.volunteer_id):
        return
    if not (
        caller.holds(Role.AGENCY_CLERK, visit.street)
        or caller.holds(Role.DISTRICT_OFFICER, visit.district)
        or caller.holds(Role.CITY_OFFICER, CITY_AREA)
    ):
        raise Forbidden


def require_storable(words: str) -> None:
    """Raise InvalidRequest for the two kinds of characters that PostgreSQL's text cannot hold."""
    if any(letter == "\0" or FIRST_SURROGATE <= letter <= LAST_SURROGATE for letter in words):
        raise InvalidRequest(fields={"words": ["Contains characters that cannot be stored."]})


def require_open(visit: Visit, now: datetime, policy: RatingPolicy) -> None:
    """Raise RatingWindowClosed when the visit's end is longer ago than the policy's days."""
    if now > visit.ended_at + timedelta(days=policy.window_days):
        raise RatingWindowClosed
