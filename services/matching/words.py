"""Reasons in the words that people see, from the catalogue."""

from datetime import datetime
from string import Formatter
from typing import Any

import yaml

from services.kernel.calendar import CITY_TIME
from services.kernel.wire import plain
from services.matching.catalogue import DATA, LANGUAGES, SKILLS


WORDS: dict[str, Any] = yaml.safe_load((DATA / "reasons.yaml").read_text(encoding="utf-8"))
STEPS: dict[str, Any] = yaml.safe_load((DATA / "steps.yaml").read_text(encoding="utf-8"))
ENDS: dict[str, Any] = yaml.safe_load((DATA / "ends.yaml").read_text(encoding="utf-8"))
NAMES = {
    "skill": {skill["code"]: skill for skill in SKILLS},
    "language": {language["code"]: language for language in LANGUAGES},
}


def told(code: str, **values: Any) -> dict[str, str]:
    """The reason as code and sentences.

    >>> told("near", metres=400)
    {'code': 'near', 'zh': '离您约400米', 'en': 'about 400 m from you'}
    """
    spoken = with_names(values)
    words = WORDS[code]
    return {"code": code, "zh": words["zh"].format(**spoken), "en": words["en"].format(**spoken)}


def with_names(values: dict[str, Any]) -> dict[str, Any]:
    """Codes and moments as people say them; what the catalogue does not know stays a code."""
    spoken = dict(values)
    for kind, names in NAMES.items():
        if kind in values:
            known = names.get(values[kind], {})
            spoken[f"{kind}_zh"] = known.get("name_zh", values[kind])
            spoken[f"{kind}_en"] = known.get("name_en", values[kind])
    if "moment" in values:
        spoken |= day_words(values["moment"])
    return spoken


def day_words(moment: datetime) -> dict[str, str]:
    """
    >>> from datetime import UTC
    >>> day_words(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))["weekday_en"]
    'Tuesday'
    """
    there = moment.astimezone(CITY_TIME)
    weekday = WORDS["weekdays"][there.weekday()]
    part = next(each for each in WORDS["parts_of_day"] if there.hour < each["until"])
    return {f"weekday_{language}": weekday[language] for language in ("zh", "en")} | {
        f"part_{language}": part[language] for language in ("zh", "en")
    }


def step_told(
    rule: str, value: int | None, minutes: int, before: int | None = None
) -> dict[str, Any]:
    """A step of what a visit was credited, with the rule's value in words.

    Where a limit cut what was left ``before`` it, the rest of the limit had been used up already.

    >>> step_told("step_minutes", 20, 40)["en"]
    'credited in steps of 20 minutes: 40 minutes'
    >>> step_told("most_minutes_a_day", 480, 30, before=60)["zh"]
    '每日最多计480分钟，当天别的服务已计450分钟，这次计30分钟'
    """
    words, spoken = STEPS[rule], {"limit": value, "minutes": minutes}
    if "cut" in words and value is not None and before is not None and minutes < before:
        words, spoken["already"] = words["cut"], value - minutes
    told = {language: words[language].format(**spoken) for language in ("zh", "en")}
    return {"rule": rule, "value": value, "minutes": minutes, **told}


def visit_told(state: str, minutes: int | None) -> dict[str, str]:
    """
    >>> visit_told("completed", 0)["en"]
    'The visit is completed, and by the steps below counted nothing: 0 minutes.'
    """
    counted = "nothing" if state == "completed" and not minutes else state
    words = ENDS["visits"][counted]
    return {language: text.format(minutes=minutes) for language, text in words.items()}


def request_told(state: str, why: str | None, facts: dict[str, Any]) -> dict[str, Any]:
    """What a request's state, or what ended it, is in words, and each value that is known.

    >>> told = request_told("refused", "no_wallet", {"needed_minutes": 60})
    >>> told["why"], told["steps"][0]["en"]
    ('no_wallet', '60 minutes were needed')
    """
    words = ENDS["ends"].get(why) or ENDS["states"][state]
    steps = [
        {"rule": step.get("rule"), "values": plain(values)} | said(step, values)
        for name, step in ENDS["steps"].items()
        if (values := values_of_step(name, facts))
    ]
    return {"why": why, "steps": steps, "zh": words["zh"], "en": words["en"]}


def values_of_step(name: str, facts: dict[str, Any]) -> dict[str, Any]:
    """All that the step's sentence needs; nothing where one of them is not known."""
    step = ENDS["steps"][name]
    needed = [field for _, field, _, _ in Formatter().parse(step["zh"]) if field]
    known = {field: facts[field] for field in needed if facts.get(field) is not None}
    return known if len(known) == len(needed) else {}


def said(words: dict[str, str], values: dict[str, Any]) -> dict[str, str]:
    spoken = {
        name: f"{value.astimezone(CITY_TIME):%Y-%m-%d %H:%M}"
        if isinstance(value, datetime)
        else value
        for name, value in values.items()
    }
    return {language: words[language].format(**spoken) for language in ("zh", "en")}
