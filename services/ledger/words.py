"""Why something was moved, in the words that people see, from the catalogue."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.ledger.domain import TransferKind
from services.ledger.domain.holds import Hold, HoldState
from services.ledger.domain.transfers import Leg


LANGUAGES = ("zh", "en")
COMMA = {"zh": "、", "en": ", "}
DATA = Path(__file__).parent / "data" / "explanations.yaml"


@cache
def catalogue() -> dict[str, Any]:
    return dict(yaml.safe_load(DATA.read_text(encoding="utf-8")))


def why(kind: TransferKind, amount: int, version: int | None) -> dict[str, str]:
    """
    >>> why(TransferKind.POST, 95, 2)["en"]
    '95 minutes were earned by a visit, by version 2 of the policy'
    >>> why(TransferKind.DONATION, 60, None)["zh"]
    '公益捐赠60分钟'
    """
    sentence = catalogue()["kinds"][kind]
    by = catalogue()["by_policy"] if version is not None else {"zh": "", "en": ""}
    return {
        language: (sentence[language] + by[language]).format(amount=amount, version=version)
        for language in ("zh", "en")
    }


def steps(
    kind: TransferKind,
    legs: Iterable[Leg],
    held: Hold | None,
    policy_values: Mapping[str, Any] | None,
) -> list[dict[str, Any]]:
    """Each side of what was moved, the hold that it came from, and the rules that it went by."""
    legs = list(legs)
    moved = sum(leg.amount for leg in legs if leg.amount > 0)
    told = [side(leg) for leg in legs]
    if held is not None:
        values = {
            "minutes": held.minutes,
            "posted_minutes": held.posted_minutes,
            "released_minutes": held.released_minutes,
        }
        # While it is held, nothing is known yet of what the visit takes.
        known = ("minutes",) if held.state is HoldState.PLACED else tuple(values)
        told += [
            step(None, {each["of"]: values[each["of"]]}, each)
            for each in catalogue()["hold"]
            if each["of"] in known
        ]
    if held is not None and held.programme_id is not None:
        # A programme's minutes are all of one kind, and no order was asked.
        return told
    return [*told, *rule_steps(kind, moved, policy_values or {})]


def side(leg: Leg) -> dict[str, Any]:
    """One account, and what went into it or out of it."""
    words, account = catalogue(), leg.account
    part = words["provenances"].get(account.provenance) or dict.fromkeys(LANGUAGES, "")
    sentence = words["sides"]["in" if leg.amount > 0 else "out"]
    values = {"account": account.kind.value, "amount": abs(leg.amount)}
    said = {
        language: sentence[language].format(
            account=words["accounts"][account.kind.value][language] + part[language],
            amount=abs(leg.amount),
            unit=words["units"][account.kind.unit][language],
        )
        for language in LANGUAGES
    }
    return {"rule": None, "values": values | {"provenance": account.provenance}} | said


def rule_steps(
    kind: TransferKind, amount: int, policy_values: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """The rules of a kind with the values of the transfer's own version, which may lack one."""
    for each in catalogue()["rules"].get(kind, ()):
        section, name = each["rule"].split(".")
        value = policy_values.get(section, {}).get(name)
        if value is not None:
            values = {"value": value, "amount": amount}
            for counted in ("minutes", "stars"):
                if f"{{{counted}}}" in each["zh"]:
                    values[counted] = amount // value if value else 0
            yield step(each["rule"], values, each)


def step(rule: str | None, values: dict[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """
    >>> step(None, {"minutes": 60}, {"zh": "预留{minutes}分钟", "en": "{minutes} minutes"})["zh"]
    '预留60分钟'
    """
    said = {
        language: words[language].format(
            **{name: spoken(value, language) for name, value in values.items()}
        )
        for language in LANGUAGES
    }
    return {"rule": rule, "values": values} | said


def spoken(value: Any, language: str) -> str:
    """
    >>> spoken(["granted", "earned"], "en"), spoken(True, "zh")
    ('granted, earned', '是')
    """
    if isinstance(value, list):
        return COMMA[language].join(spoken(each, language) for each in value)
    known = catalogue()["words"].get(str(value).lower() if isinstance(value, bool) else value)
    return str(known[language]) if known else str(value)
