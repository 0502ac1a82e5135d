"""The numbers of the policy that special groups need."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.identity.contract import SpecialGroup
from services.identity.domain.rules import positive


@dataclass(frozen=True)
class GroupRules:
    """One version of the policy as special groups read it."""

    elder_age: int
    hardship_age: int
    advanced_age: int
    recheck_days: int
    recheck_grace_days: int
    recheck_notice_days: int

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "GroupRules":
        """Raises InvalidRequest when one of our rules is missing or is not a positive number."""
        elder_age = positive(values, "elder", "redeem_from_age")
        return GroupRules(
            elder_age=elder_age,
            # Versions from before this rule, and cities without it, know one age for all.
            hardship_age=values["elder"].get("redeem_from_age_in_hardship") or elder_age,
            advanced_age=positive(values, "special_group", "advanced_age_from"),
            recheck_days=positive(values, "special_group", "recheck_days"),
            recheck_grace_days=positive(values, "special_group", "recheck_grace_days"),
            recheck_notice_days=positive(values, "special_group", "recheck_notice_days"),
        )

    def youngest(self, group: SpecialGroup) -> int:
        """From which age one can belong to a group: they are all groups of elders (S16)."""
        ages = {
            SpecialGroup.ADVANCED_AGE: self.advanced_age,
            SpecialGroup.ECONOMIC_HARDSHIP: self.hardship_age,
        }
        return ages.get(group, self.elder_age)
