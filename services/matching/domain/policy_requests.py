"""The numbers in the policy about requests: review, cancelling, series, what is shown when."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RequestPolicy:
    """One version's rules about requests. ``review`` lists the conditions that ask for one."""

    redeem_from_age: int
    redeem_from_age_in_hardship: int | None
    receiver_from_age: int
    review: tuple[Mapping[str, Any], ...]
    free_cancel_minutes: int
    phone_shown_minutes: int
    series_ahead_days: int
    series_longest_weeks: int
    series_most_refusals: int

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "RequestPolicy":
        rules = values["request"]
        return RequestPolicy(
            redeem_from_age=values["elder"]["redeem_from_age"],
            redeem_from_age_in_hardship=values["elder"].get("redeem_from_age_in_hardship"),
            receiver_from_age=values["gift"]["receiver_from_age"],
            review=tuple(rules["review"]),
            free_cancel_minutes=rules["free_cancel_minutes"],
            phone_shown_minutes=rules["phone_shown_minutes"],
            series_ahead_days=rules["series_ahead_days"],
            series_longest_weeks=rules["series_longest_weeks"],
            series_most_refusals=rules["series_most_refusals"],
        )

    def from_ages(self, in_hardship: bool) -> dict[str, int]:
        """By rule, from when one may redeem one's own coins, or be given some (S4, S5)."""
        ages = {"redeem_from_age": self.redeem_from_age}
        if in_hardship and self.redeem_from_age_in_hardship is not None:
            ages = {"redeem_from_age_in_hardship": self.redeem_from_age_in_hardship}
        return ages | {"receiver_from_age": self.receiver_from_age}
