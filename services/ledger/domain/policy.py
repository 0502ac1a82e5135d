"""The numbers of the city's policy that the ledger decides by."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.identity.contract import Relation, SpecialGroup
from services.ledger.contract import Provenance


class SettleTo(StrEnum):
    """Who may get the coins of a closed wallet."""

    HEIR = "heir"
    CHARITY_POOL = "charity_pool"


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
            solvency_bands_from_ages=tuple(values["solvency"]["bands_from_ages"]),
            solvency_horizon_days=values["solvency"]["horizon_days"],
            closing_settle_to=frozenset(map(SettleTo, values["closing"]["settle_to"])),
            closing_heirs_coins=Provenance(values["closing"]["heirs_coins"]),
            closing_points_expire=values["closing"]["points_expire"],
        )

    def redeems_from(self, groups: Collection[str]) -> int:
        """The age from which somebody of these special groups redeems coins for themselves."""
        in_hardship = SpecialGroup.ECONOMIC_HARDSHIP in groups
        return self.redeem_from_age_in_hardship if in_hardship else self.redeem_from_age
