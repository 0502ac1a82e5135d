"""What a volunteer's ratings add up to."""

from dataclasses import dataclass, replace
from uuid import UUID


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
