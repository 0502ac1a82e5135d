"""What every rule of a policy may be, and whether a document has each rule, with its reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.identity.contract import PolicySource
from services.kernel.contract import InvalidRequest


LONGEST_REASON = 500


@dataclass(frozen=True)
class PolicyRule:
    """One rule as data; ``most_rule`` names the rule of its section that it may not exceed."""

    section: str
    name: str
    kind: str
    unit: str
    zh: str
    en: str
    least: float | None = None
    most: float | None = None
    choices: tuple[Any, ...] = ()
    most_rule: str | None = None
    optional: bool = False
    default: Any = None

    @property
    def key(self) -> str:
        return f"{self.section}.{self.name}"

    @property
    def range_words(self) -> str:
        if self.choices:
            return "of " + ", ".join(map(str, self.choices))
        low = f"from {self.least} " if self.least is not None else ""
        return low + (f"to {self.most}" if self.most is not None else "")


def is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    return is_integer(value) or isinstance(value, float)


def within(rule: PolicyRule, value: float) -> bool:
    """Whether a number is in the rule's range, and one of its choices when it has any."""
    if rule.least is not None and not value >= rule.least:
        return False
    if rule.most is not None and not value <= rule.most:
        return False
    return not rule.choices or value in rule.choices


def is_whole(rule: PolicyRule, value: Any) -> bool:
    return is_integer(value) and within(rule, value)


def is_real(rule: PolicyRule, value: Any) -> bool:
    return is_number(value) and within(rule, value)


def is_truth(rule: PolicyRule, value: Any) -> bool:
    return isinstance(value, bool)


def is_choice(rule: PolicyRule, value: Any) -> bool:
    return isinstance(value, str) and value in rule.choices


def are_choices(rule: PolicyRule, value: Any) -> bool:
    """Different ones of the choices; at least as many as ``least`` says."""
    if not isinstance(value, list) or not all(is_choice(rule, each) for each in value):
        return False
    return len(set(value)) == len(value) >= (rule.least or 0)


def are_rising(rule: PolicyRule, value: Any) -> bool:
    if not isinstance(value, list) or not value or not all(is_whole(rule, each) for each in value):
        return False
    return value == sorted(set(value))


def are_weights(rule: PolicyRule, value: Any) -> bool:
    """A number for each of the choices, not all of them nothing."""
    if not isinstance(value, dict) or set(value) != set(rule.choices):
        return False
    numbers = list(value.values())
    fits = all(is_number(each) and rule.least <= each <= rule.most for each in numbers)
    return fits and any(numbers)


def are_words(rule: PolicyRule, value: Any) -> bool:
    """What people read, in both languages: a line of ordinary characters each."""
    if not isinstance(value, dict) or set(value) != {"zh", "en"}:
        return False
    return all(
        isinstance(words, str)
        and words.strip()
        and words.isprintable()
        and (rule.most is None or len(words) <= rule.most)
        for words in value.values()
    )


def are_conditions(rule: PolicyRule, value: Any) -> bool:
    return isinstance(value, list) and all(is_condition(rule, each) for each in value)


def is_condition(rule: PolicyRule, value: Any) -> bool:
    """One condition by its name; the one about categories names them."""
    if not isinstance(value, dict) or not is_choice(rule, value.get("when")):
        return False
    if value["when"] != "category":
        return set(value) == {"when"}
    categories = value.get("categories")
    named = isinstance(categories, list) and all(isinstance(each, str) for each in categories)
    return set(value) == {"when", "categories"} and named and bool(categories)


CHECKS: dict[str, Callable[[PolicyRule, Any], bool]] = {
    "integer": is_whole,
    "number": is_real,
    "boolean": is_truth,
    "choice": is_choice,
    "choices": are_choices,
    "rising": are_rising,
    "weights": are_weights,
    "words": are_words,
    "conditions": are_conditions,
}


def fits(rule: PolicyRule, value: Any) -> bool:
    """
    >>> rule = PolicyRule("elder", "redeem_from_age", "integer", "years", "", "", 1, 120)
    >>> [fits(rule, value) for value in (60, 0, 121, "60", True, None)]
    [True, False, False, False, False, False]
    """
    if value is None:
        return rule.optional
    return CHECKS[rule.kind](rule, value)


def flaws_of_values(rules: Sequence[PolicyRule], values: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with the values of a whole policy, by rule: none missing, none unknown."""
    known = {rule.key: rule for rule in rules}
    given = flat(values)
    flaws = {key: ["There is no such rule."] for key in given if key not in known}
    for key, rule in known.items():
        if key not in given:
            flaws[key] = ["It is missing."]
        elif not fits(rule, given[key]):
            flaws[key] = [f"It must be {rule.kind} {rule.range_words}, in {rule.unit}.".strip()]
    for key, rule in known.items():
        highest = f"{rule.section}.{rule.most_rule}"
        if not rule.most_rule or flaws.keys() & {key, highest} or given[key] is None:
            continue
        if given[key] > given[highest]:
            flaws[key] = [f"It must not exceed {highest}."]
    return flaws


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values by ``section.rule``; a section that is none stands for itself.

    >>> flat({"elder": {"redeem_from_age": 60}, "gift": 3})
    {'elder.redeem_from_age': 60, 'gift': 3}
    """
    found: dict[str, Any] = {}
    for section, rules in values.items():
        if isinstance(rules, Mapping):
            found |= {f"{section}.{name}": value for name, value in rules.items()}
        else:
            found[section] = rules
    return found


def check_values(rules: Sequence[PolicyRule], values: Mapping[str, Any]) -> None:
    """Raises InvalidRequest naming every rule that is missing, unknown or has no proper value."""
    if flaws := flaws_of_values(rules, values):
        raise InvalidRequest(fields=dict(flaws))


def check_document(rules: Sequence[PolicyRule], document: Mapping[str, Any]) -> None:
    """The same for a whole document, in which each value has its source and reason."""
    flaws = {key: why for key, entry in flat(document).items() if (why := flaws_of_entry(entry))}
    if not flaws:
        flaws = flaws_of_values(rules, values_of(document))
    if flaws:
        raise InvalidRequest(fields=dict(flaws))


def flaws_of_entry(entry: Any) -> list[str]:
    if not isinstance(entry, Mapping) or set(entry) != {"value", "source", "reason"}:
        return ["It must have value, source and reason."]
    reason, flaws = entry["reason"], []
    if entry["source"] not in list(PolicySource):
        flaws.append("The source is one of: " + ", ".join(PolicySource) + ".")
    if not isinstance(reason, str) or not reason.strip() or len(reason) > LONGEST_REASON:
        flaws.append(f"The reason is a sentence of up to {LONGEST_REASON} characters.")
    elif not reason.isprintable():
        flaws.append("The reason is one line of ordinary characters.")
    return flaws


def values_of(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The values alone, as services read them.

    >>> entry = {"value": 60, "source": "plan", "reason": "S4"}
    >>> values_of({"elder": {"redeem_from_age": entry}})
    {'elder': {'redeem_from_age': 60}}
    """
    return {
        section: {name: entry["value"] for name, entry in entries.items()}
        for section, entries in document.items()
    }


@dataclass(frozen=True)
class Difference:
    """A rule whose value a document changes; what it had no value for before is None."""

    rule: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What changes from the values of one version to those of another, in the rules' order."""
    old, new = flat(before), flat(after)
    keys = [*new, *(key for key in old if key not in new)]
    return [
        Difference(key, old.get(key), new.get(key))
        for key in keys
        if not alike(old.get(key), new.get(key))
    ]


def alike(one: Any, other: Any) -> bool:
    """Equal, and not merely as 1 and True are."""
    return type(one) is type(other) and one == other
