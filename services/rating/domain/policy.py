"""The numbers of the city's policy that rating decides by.

A city that is upgraded runs on the policy it has until it adopts the next: what was not in it then
is refused with the rule's name, and never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.kernel.contract import InvalidRequest
from services.rating.contract import Level, shrunken_mean


def rule(values: Mapping[str, Any], section: str, name: str) -> Any:
    """The rule's value; raises InvalidRequest where the policy in force does not know it yet."""
    try:
        return values[section][name]
    except KeyError as error:
        said = f"The policy in force has no {section}.{name} yet."
        raise InvalidRequest(fields={"values": [said]}) from error


@dataclass(frozen=True)
class RatingPolicy:
    """One version's rules for ratings: how many days they are open, and answers after that."""

    version: int
    window_days: int
    answer_days: int

    @staticmethod
    def from_values(version: int, values: Mapping[str, Any]) -> "RatingPolicy":
        """Before the policy knew days for answers, there are none beyond the window."""
        rules = values["rating"]
        return RatingPolicy(version, rules["window_days"], rules.get("answer_days", 0))


@dataclass(frozen=True)
class Shrinkage:
    """What ratings usually are, and how many of one's own weigh as much; finding ranks by them."""

    prior_stars: float
    prior_ratings: float

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "Shrinkage":
        names = ("prior_stars", "prior_ratings")
        return Shrinkage(*(rule(values, "finding", name) for name in names))

    def of(self, ratings: int, stars_sum: int) -> float:
        return shrunken_mean(ratings, stars_sum, self.prior_stars, self.prior_ratings)


@dataclass(frozen=True)
class CertificatePolicy:
    """One version's rules for certificates: from how many minutes on, and in whose name."""

    version: int
    least_minutes: int
    issuer_zh: str
    issuer_en: str
    adult_age: int

    @staticmethod
    def from_values(version: int, values: Mapping[str, Any]) -> "CertificatePolicy":
        issuer = rule(values, "certificate", "issuer")
        return CertificatePolicy(
            version=version,
            least_minutes=rule(values, "certificate", "least_minutes"),
            issuer_zh=issuer["zh"],
            issuer_en=issuer["en"],
            adult_age=rule(values, "account", "adult_age"),
        )


@dataclass(frozen=True)
class StarPolicy:
    """One version's rules for stars: from how many hours, and from what reputation on."""

    version: int
    hours: tuple[int, ...]
    least_reputation: float
    shrinkage: Shrinkage

    @staticmethod
    def from_values(version: int, values: Mapping[str, Any]) -> "StarPolicy":
        return StarPolicy(
            version=version,
            hours=tuple(rule(values, "stars", "hours")),
            least_reputation=rule(values, "stars", "least_reputation"),
            shrinkage=Shrinkage.from_values(values),
        )


@dataclass(frozen=True)
class DisputePolicy:
    """One version's rules for disputes: until when, how long each level has, and how much."""

    version: int
    window_days: int
    days: Mapping[Level, int]
    appeal_days: int
    most_correction_minutes: int
    most_statements: int
    least_shown: int

    @staticmethod
    def from_values(version: int, values: Mapping[str, Any]) -> "DisputePolicy":
        names = ("appeal_days", "most_correction_minutes", "most_statements", "least_shown")
        return DisputePolicy(
            version=version,
            window_days=rule(values, "dispute", "window_days"),
            days={level: rule(values, "dispute", f"{level}_days") for level in Level},
            **{name: rule(values, "dispute", name) for name in names},
        )
