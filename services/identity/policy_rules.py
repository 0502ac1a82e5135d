"""The description of every rule of the policy, read once from the catalogue."""

from functools import cache
from pathlib import Path

import yaml

from services.identity.domain.policy_rules import PolicyRule


DATA = Path(__file__).parent / "data" / "policy_rules.yaml"


@cache
def policy_rules() -> tuple[PolicyRule, ...]:
    """All rules, in the order in which they are shown."""
    described = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return tuple(
        PolicyRule(section, name, **entry | {"choices": tuple(entry.get("choices", ()))})
        for section, rules in described.items()
        for name, entry in rules.items()
    )
