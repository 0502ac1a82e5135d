"""The numbers in the policy about requests: review, cancelling, series, what is shown when."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RequestPolicy:
    """One version's rules about requests. ``review`` lists the conditions that ask for one."""

    from_age: int
    from_age_in_hardship: int
    review: tuple[Mapping[str, Any], ...]
    free_cancel_minutes: int
    phone_shown_minutes: int
    series_ahead_days: int
    series_longest_weeks: int
    series_most_refusals: int

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "RequestPolicy":
        rules = values["request"]
        # Whoever may redeem their own coins, and whoever may be given some (S4, S5).
        from_ages = (values["elder"]["redeem_from_age"], values["gift"]["receiver_from_age"])
        in_hardship = values["elder"].get("redeem_from_age_in_hardship")
        return RequestPolicy(
            from_age=min(from_ages),
            from_age_in_hardship=min(*from_ages, in_hardship or max(from_ages)),
            review=tuple(rules["review"]),
            free_cancel_minutes=rules["free_cancel_minutes"],
            phone_shown_minutes=rules["phone_shown_minutes"],
            series_ahead_days=rules["series_ahead_days"],
            series_longest_weeks=rules["series_longest_weeks"],
            series_most_refusals=rules["series_most_refusals"],
        )
