"""The numbers of the city's policy that the ledger decides by."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.identity.contract import Relation, SpecialGroup
from services.ledger.contract import Provenance


# What versions from before these rules go by, as the description of each rule says.
EARLIER_POINTS: Mapping[str, Any] = {"a_rating": 0, "a_star": 0, "most_for_ratings_a_month": None}
EARLIER_REWARDS: Mapping[str, Any] = {
    "pickup_days": 30,
    "return_days": 7,
    "most_wrong_codes": 5,
    "wrong_codes_minutes": 15,
}


class SettleTo(StrEnum):
    """Who may get the coins of a closed wallet."""

    HEIR = "heir"
    CHARITY_POOL = "charity_pool"


def later_rules(values: Mapping[str, Any]) -> dict[str, Any]:
    """Of points for ratings and of picking up, in versions that know of them and in others."""
    given = {name: values["points"].get(name, old) for name, old in EARLIER_POINTS.items()}
    rewards = values.get("rewards", EARLIER_REWARDS)
    return {
        "points_a_rating": given["a_rating"],
        "points_a_star": given["a_star"],
        "most_rating_points_a_month": given["most_for_ratings_a_month"],
        "pickup_days": rewards["pickup_days"],
        "return_days": rewards["return_days"],
        "most_wrong_pickup_codes": rewards["most_wrong_codes"],
        "wrong_pickup_codes_minutes": rewards["wrong_codes_minutes"],
    }


@dataclass(frozen=True)
class LedgerPolicy:
    version: int
    redeem_from_age: int
    redeem_from_age_in_hardship: int
    spending_order: tuple[Provenance, ...]
    gift_receiver_from_age: int
    gift_relations: frozenset[Relation]
    special_groups_only: bool
    care_home_coins: int
    care_home_offer_days: int
    points_a_minute: int
    points_a_rating: int
    points_a_star: int
    most_rating_points_a_month: int | None
    pickup_days: int
    return_days: int
    most_wrong_pickup_codes: int
    wrong_pickup_codes_minutes: int
    solvency_bands_from_ages: tuple[int, ...]
    solvency_horizon_days: int
    closing_settle_to: frozenset[SettleTo]
    closing_heirs_coins: Provenance
    closing_points_expire: bool

    @staticmethod
    def from_values(version: int, values: Mapping[str, Any]) -> "LedgerPolicy":
        from_age = values["elder"]["redeem_from_age"]
        return LedgerPolicy(
            version=version,
            redeem_from_age=from_age,
            # Versions from before this rule, and cities without it, know one age for all.
            redeem_from_age_in_hardship=values["elder"].get("redeem_from_age_in_hardship")
            or from_age,
            spending_order=tuple(map(Provenance, values["hold"]["spending_order"])),
            gift_receiver_from_age=values["gift"]["receiver_from_age"],
            gift_relations=frozenset(map(Relation, values["gift"]["relations"])),
            special_groups_only=values["grant"]["special_groups_only"],
            care_home_coins=values["care_home"]["coins_needed"],
            care_home_offer_days=values["care_home"]["offer_days"],
            points_a_minute=values["points"]["a_minute"],
            **later_rules(values),
            solvency_bands_from_ages=tuple(values["solvency"]["bands_from_ages"]),
            solvency_horizon_days=values["solvency"]["horizon_days"],
            closing_settle_to=frozenset(map(SettleTo, values["closing"]["settle_to"])),
            closing_heirs_coins=Provenance(values["closing"]["heirs_coins"]),
            closing_points_expire=values["closing"]["points_expire"],
        )

    def redeems_from(self, groups: Collection[str]) -> int:
        """The age from which somebody of these special groups redeems coins for themselves."""
        (age,) = self.age_told(groups).values()
        return age

    def age_told(self, groups: Collection[str]) -> dict[str, int]:
        """The same with the rule's name, by which it is explained."""
        in_hardship = SpecialGroup.ECONOMIC_HARDSHIP in groups
        if in_hardship and self.redeem_from_age_in_hardship < self.redeem_from_age:
            return {"redeem_from_age_in_hardship": self.redeem_from_age_in_hardship}
        return {"redeem_from_age": self.redeem_from_age}
