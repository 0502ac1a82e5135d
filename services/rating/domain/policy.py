"""The numbers of the city's policy that rating decides by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RatingPolicy:
    """The numbers of the city's policy that rating decides by."""

    window_days: int

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "RatingPolicy":
        return RatingPolicy(window_days=values["rating"]["window_days"])
