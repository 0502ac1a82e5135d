"""What a selection is judged by: the policy's numbers, pinned when the selection is opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.rating.domain.policy import rule


PER_CENT = 100


class Criterion(StrEnum):
    """What earns points."""

    HOURS = "hours"
    VISITS = "visits"
    ELDERS = "elders"
    VOLUNTEERS = "volunteers"
    SATISFACTION = "satisfaction"


@dataclass(frozen=True)
class SelectionPolicy:
    """One version's rules for selections. ``weights`` are by criterion, and none is left out."""

    weights: Mapping[str, float]
    least_visits: int
    least_elders: int
    least_volunteers: int
    least_ratings: int
    prior_stars: float
    prior_ratings: float
    least_shown: int
    quorum_percent: int
    least_jury: int
    most_winners: int

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "SelectionPolicy":
        names = SelectionPolicy.__dataclass_fields__
        return SelectionPolicy(**{name: rule(values, "selection", name) for name in names})

    def quorum(self, members: int) -> int:
        """How many of the members must have voted: never fewer than the share says.

        >>> rules = SelectionPolicy({}, 1, 1, 1, 1, 4, 20, 5, 60, 3, 10)
        >>> [rules.quorum(members) for members in (3, 4, 5)]
        [2, 3, 3]
        """
        return -(-members * self.quorum_percent // PER_CENT)

    def least(self) -> dict[str, int]:
        """Below which a candidate is not judged; never below what may be shown."""
        return {
            "visits": max(self.least_visits, self.least_shown),
            "elders": max(self.least_elders, self.least_shown),
            "volunteers": max(self.least_volunteers, self.least_shown),
            "raters": max(self.least_ratings, self.least_shown),
        }
