"""What a volunteer's ratings add up to: overall, by category and by district."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from services.rating.domain.policy import Shrinkage


HUNDREDTHS = 100


@dataclass(frozen=True)
class Reputation:
    """How many ratings a volunteer has, and the sum of their stars."""

    volunteer_id: UUID
    ratings: int = 0
    stars_sum: int = 0

    def plus(self, stars: int) -> "Reputation":
        return replace(self, ratings=self.ratings + 1, stars_sum=self.stars_sum + stars)

    def instead(self, former: int, stars: int) -> "Reputation":
        """A rating was edited: it still counts once."""
        return replace(self, stars_sum=self.stars_sum - former + stars)

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

    def shrunken(self, shrinkage: Shrinkage) -> str:
        """With two decimals, as it is shown.

        >>> Reputation(1, 1, 5).shrunken(Shrinkage(4, 5))
        '4.17'
        """
        return in_hundredths(shrinkage.of(self.ratings, self.stars_sum))


def in_hundredths(stars: float) -> str:
    return f"{round(stars * HUNDREDTHS) / HUNDREDTHS:.2f}"


class Where(NamedTuple):
    """The smallest part that is counted: of one kind of service in one district."""

    category: str
    district: str


class Count(NamedTuple):
    ratings: int = 0
    stars_sum: int = 0


@dataclass(frozen=True)
class Counted:
    """One rating as it counts: the newest version of what the elder said."""

    where: Where
    stars: int


def count_anew(ratings: Iterable[Counted]) -> dict[Where, Count]:
    """The parts from nothing."""
    parts: dict[Where, Count] = defaultdict(Count)
    for each in ratings:
        ratings_so_far, stars_sum = parts[each.where]
        parts[each.where] = Count(ratings_so_far + 1, stars_sum + each.stars)
    return dict(parts)


def grouped(volunteer_id: UUID, parts: Mapping[Where, Count], field: str) -> dict[str, Reputation]:
    """The parts added up by ``category`` or by ``district``, in the order of their codes.

    >>> parts = {Where("law", "110105"): Count(1, 5), Where("law", "110101"): Count(1, 4)}
    >>> grouped(1, parts, "category")["law"].stars_sum
    9
    """
    codes = sorted({getattr(where, field) for where in parts})
    return {
        code: added_up(
            volunteer_id, [parts[where] for where in parts if getattr(where, field) == code]
        )
        for code in codes
    }


def added_up(volunteer_id: UUID, counts: Iterable[Count]) -> Reputation:
    counts = list(counts)
    ratings = sum(count.ratings for count in counts)
    return Reputation(volunteer_id, ratings, sum(count.stars_sum for count in counts))
