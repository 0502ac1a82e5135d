"""Why a star was reached, or not yet: each rule with the values that it compared (S10).

Whoever has pen and paper gets the same: the reputation is (prior_stars × prior_ratings + stars_sum)
÷ (prior_ratings + ratings).
"""

from dataclasses import dataclass
from typing import Any

from services.rating.domain.policy import StarPolicy
from services.rating.domain.reputation import in_hundredths
from services.rating.domain.stars import MINUTES_AN_HOUR


# Enough for any two numbers of ratings that there will ever be.
MORE_DECIMALS = range(3, 10)


@dataclass(frozen=True)
class Step:
    """A step by its code; ``rule`` is the rule of the policy that it comes from."""

    code: str
    rule: str | None
    values: dict[str, Any]


def number(value: float) -> str:
    """As one writes it down.

    >>> number(4), number(3.5), number(4.0)
    ('4', '3.5', '4')
    """
    return f"{value:g}"


def beside(reputation: float, least: float) -> str:
    """In hundredths; with more decimals where rounding would put it on the other side of the least.

    >>> beside(4.2222, 3.5), beside(3.49505, 3.5)
    ('4.22', '3.495')
    """
    texts = [in_hundredths(reputation), *(f"{reputation:.{more}f}" for more in MORE_DECIMALS)]
    enough = reputation >= least
    return next((text for text in texts if (float(text) >= least) == enough), texts[-1])


def star_steps(
    star: int, hours: int, minutes: int, ratings: int, stars_sum: int, policy: StarPolicy
) -> list[Step]:
    """What a star needs and what there is, whether it suffices or not."""
    shrinkage = policy.shrinkage
    reputation = shrinkage.of(ratings, stars_sum)
    needed = hours * MINUTES_AN_HOUR
    enough = minutes >= needed
    trusted = reputation >= policy.least_reputation
    counted = {
        "prior_stars": number(shrinkage.prior_stars),
        "prior_ratings": number(shrinkage.prior_ratings),
        "ratings": ratings,
        "stars_sum": stars_sum,
        "reputation": beside(reputation, policy.least_reputation),
    }
    least = {"least_reputation": number(policy.least_reputation)}
    return [
        Step("served", None, served_values(minutes)),
        Step(
            "hours_enough" if enough else "hours_missing",
            "stars.hours",
            {"star": star, "needed_hours": hours, "needed_minutes": needed}
            | ({} if enough else {"missing_minutes": needed - minutes}),
        ),
        Step("reputation", "finding.prior_stars", counted),
        Step(
            "reputation_enough" if trusted else "reputation_missing",
            "stars.least_reputation",
            least,
        ),
    ]


def served_values(minutes: int) -> dict[str, Any]:
    hours, rest = divmod(minutes, MINUTES_AN_HOUR)
    return {"minutes": minutes, "hours": hours, "rest_minutes": rest}


def highest_steps(minutes: int, policy: StarPolicy) -> list[Step]:
    """Of somebody who has every star that there is."""
    most = {"stars": len(policy.hours)}
    return [Step("served", None, served_values(minutes)), Step("highest", "stars.hours", most)]
