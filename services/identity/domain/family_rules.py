"""The numbers of the policy that kinship and consent need."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.identity.domain.rules import positive


@dataclass(frozen=True)
class FamilyRules:
    """One version of the policy as kinship and consent read it."""

    most_parents: int
    consent_most_days: int

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "FamilyRules":
        """Raises InvalidRequest when one of our rules is missing or is not a positive number."""
        return FamilyRules(
            most_parents=positive(values, "kin", "most_parents"),
            consent_most_days=positive(values, "consent", "most_days"),
        )
