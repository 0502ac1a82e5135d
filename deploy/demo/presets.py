"""The presets of the cities, and what each says of the story: read beside the services."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from services.identity.domain.policy_rules import values_of


FOLDER = Path(__file__).parents[1] / "policies"
CITIES = ("beijing", "nanjing", "shanghai")
ACCEPTED, TOO_YOUNG = "accepted", "not_yet_elder"
NO_RELATIVE, RECEIVER_TOO_YOUNG = "not_kin", "receiver_not_elder"

Document = dict[str, dict[str, Any]]
Values = Mapping[str, Mapping[str, Any]]


def document_of(city: str) -> Document:
    """The document that ``deploy/policies`` keeps for a city."""
    document = yaml.safe_load((FOLDER / f"{city}.yaml").read_text(encoding="utf-8"))
    return dict(document["values"])


def rules_of(city: str) -> Values:
    return values_of(document_of(city))


def completed(document: Document) -> Document:
    """A document of an earlier release with the rules since then, as the first city has them."""
    return {
        section: rules
        | {name: said for name, said in document.get(section, {}).items() if name in rules}
        for section, rules in document_of(CITIES[0]).items()
    }


def credited(rules: Values, minutes: int, today: int = 0) -> int:
    """What a visit brings somebody to whom so much has been credited on the same day.

    >>> beijing, nanjing, shanghai = map(rules_of, CITIES)
    >>> credited(beijing, 50), credited(nanjing, 50), credited(shanghai, 50)
    (50, 40, 0)
    """
    credit = rules["credit"]
    left = credit["most_minutes_a_day"] - today
    counted = min(minutes, credit["most_minutes_a_visit"], left)
    counted -= counted % credit["step_minutes"]
    return counted if counted >= credit["smallest_minutes"] else 0


def redemption(rules: Values, age: int, in_hardship: bool = False) -> str:
    """What somebody hears who redeems coins for themselves.

    >>> shanghai = rules_of("shanghai")
    >>> redemption(rules_of("beijing"), 62), redemption(shanghai, 62)
    ('accepted', 'not_yet_elder')
    >>> redemption(shanghai, 62, in_hardship=True)
    'accepted'
    """
    ages = rules["elder"]["redeem_from_age"], rules["elder"]["redeem_from_age_in_hardship"]
    from_age = ages[in_hardship] or ages[False]
    return ACCEPTED if age >= from_age else TOO_YOUNG


def gift(rules: Values, relation: str, age: int) -> str:
    """What somebody hears who gives coins to a relative of an age.

    >>> gift(rules_of("nanjing"), "spouse", 66), gift(rules_of("shanghai"), "parent", 62)
    ('not_kin', 'receiver_not_elder')
    """
    if relation not in rules["gift"]["relations"]:
        return NO_RELATIVE
    return ACCEPTED if age >= rules["gift"]["receiver_from_age"] else RECEIVER_TOO_YOUNG
