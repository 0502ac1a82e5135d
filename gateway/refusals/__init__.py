"""Why something was refused, in words: the code's sentence, the values compared, the rules.

Chinese first, English beside it, from the catalogues of this folder. What a service says of an
occurrence in English (what exactly was not found, what is wrong with a field) is looked up among
the sentences; what none of them knows is shown as it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from itertools import islice
from string import Formatter
from typing import Any

import yaml

from services.kernel.calendar import CITY_TIME
from services.kernel.contract import Error


LANGUAGES = ("zh", "en")
CODES = ("kernel", "gateway", "identity", "matching", "ledger", "rating")
# Errors whose fields are the fields of a form, each with what is wrong with it.
FORMS = frozenset(
    {
        "guardian_required",
        "invalid_id_number",
        "invalid_request",
        "invalid_series",
        "invalid_window",
        "more_than_held",
        "policy_conflict",
        "draft_outdated",
        "unreadable_rating_sheet",
        "unreadable_sheet",
    }
)
# What is wrong with a form as a whole has no field's name.
WHOLE_FORM = ("_schema", "")
# A refusal names no more than this, and reads no sentence that is longer.
MOST_STEPS = 20
LONGEST_SENTENCE = 500
COMMA = {"zh": "、", "en": ", "}
PLACEHOLDER = re.compile(r"\\\{\w+\\\}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*(?:Z|[+-]\d\d:\d\d)")


def load(name: str) -> Any:
    text = (files("gateway.refusals") / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """The words of every code."""
    found: dict[str, dict[str, Any]] = {}
    for name in CODES:
        found |= load(name)
    return found


@cache
def names() -> dict[str, dict[str, Any]]:
    return dict(load("names"))


@cache
def sentences() -> tuple[tuple[re.Pattern[str], dict[str, str]], ...]:
    """Each English sentence as what it matches, those without a placeholder first."""
    listed = sorted(load("sentences"), key=lambda each: "{" in each["en"])
    return tuple((pattern_of(each["en"]), each) for each in listed)


def pattern_of(sentence: str) -> re.Pattern[str]:
    """
    >>> pattern_of("At most {days} days.").fullmatch("At most 60 days.").groups()
    ('60',)
    """
    return re.compile(PLACEHOLDER.sub("(.+)", re.escape(sentence)), re.DOTALL)


def translated(sentence: str) -> str | None:
    """The sentence in Chinese, with its values; None for one that no catalogue knows.

    >>> translated("At most 60 days ahead.")
    '最多提前60天。'
    """
    if len(sentence) > LONGEST_SENTENCE:
        return None
    for pattern, words in sentences():
        match = pattern.fullmatch(sentence)
        if match:
            values = dict(zip(placeholders(words["en"]), match.groups(), strict=True))
            spoken = {name: spoken_value(value, "zh") for name, value in values.items()}
            return words["zh"].format(**spoken)
    return None


def placeholders(text: str) -> list[str]:
    """
    >>> placeholders("{a} of {b}")
    ['a', 'b']
    """
    return [name for _, name, _, _ in Formatter().parse(text) if name]


@cache
def reasons() -> dict[str, dict[str, str]]:
    """The words of the reasons that are no errors."""
    return dict(load("reasons"))


def words_of(code: str) -> dict[str, str] | None:
    """What a reason in an answer means: an error's code or one of the other reasons.

    >>> words_of("too_old")["en"]
    'It was handed in later than the rules allow.'
    """
    words = reasons().get(code) or catalogue().get(code)
    return {language: words[language] for language in LANGUAGES} if words else None


def explanation_of(error: Error) -> dict[str, Any]:
    """The refusal in both languages, its steps with their values, and the version of the rules."""
    words = catalogue().get(error.code, {})
    explained: dict[str, Any] = sentence_of(error, words)
    explained["steps"] = list(islice(steps_of(error, words), MOST_STEPS))
    named = {"version": "policy_version", "effective_from": "effective_from"}
    policy = error.policy or {}
    return explained | {name: policy[key] for key, name in named.items() if policy.get(key)}


def sentence_of(error: Error, words: Mapping[str, Any]) -> dict[str, Any]:
    """What was said of this occurrence, if anything was; else what is said of its code."""
    said = str(error)
    title = (type(error).__doc__ or "").strip().splitlines()[0]
    own = translated(said) if said != title else None
    if own is not None:
        return {"zh": own, "en": said}
    return {language: words.get(language) or said for language in LANGUAGES}


def steps_of(error: Error, words: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for step in words.get("steps", ()):
        needed = placeholders(step["zh"])
        if all(error.fields.get(name) is not None for name in needed):
            values = {name: error.fields[name] for name in needed}
            yield {"rule": step.get("rule"), "values": values} | told(step, values)
    if error.code in FORMS:
        for field, reason in reasons_of(error.fields):
            yield {"rule": None, "values": {field: reason}} | flaw_told(field, reason)


def told(step: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    """
    >>> told({"zh": "需要{minutes}分钟", "en": "{minutes} minutes are needed"}, {"minutes": 60})
    {'zh': '需要60分钟', 'en': '60 minutes are needed'}
    """
    return {
        language: step[language].format(
            **{name: spoken_value(value, language) for name, value in values.items()}
        )
        for language in LANGUAGES
    }


def flaw_told(field: str, reason: str) -> dict[str, str]:
    """
    >>> flaw_told("starts_at", "It lies in the past.")
    {'zh': '开始时间：这个时间已经过去。', 'en': 'starts_at: It lies in the past.'}
    """
    name = names()["fields"].get(field, field)
    return {"zh": f"{name}：{translated(reason) or reason}", "en": f"{field}: {reason}"}


def reasons_of(fields: Any, within: str = "form") -> Iterator[tuple[str, str]]:
    """Each field with each of its reasons, however deep a form is nested.

    >>> list(reasons_of({"place": {"street": ["Unknown field."]}, "minutes": ["Invalid value."]}))
    [('street', 'Unknown field.'), ('minutes', 'Invalid value.')]
    """
    if isinstance(fields, Mapping):
        for name, reasons in fields.items():
            # A list's items are named by their places.
            is_place = isinstance(name, int) or str(name).isdigit() or name in WHOLE_FORM
            yield from reasons_of(reasons, within if is_place else str(name))
    elif isinstance(fields, str):
        yield within, fields
    elif isinstance(fields, Iterable):
        for reasons in fields:
            yield from reasons_of(reasons, within)


def spoken_value(value: Any, language: str) -> str:
    """A value as people say it: a moment by the city's clock, a state in words.

    >>> spoken_value("2026-06-01T02:00:00+00:00", "zh"), spoken_value(["open"], "en")
    ('2026-06-01 10:00', 'open')
    """
    if isinstance(value, list | tuple):
        return COMMA[language].join(spoken_value(each, language) for each in value)
    if isinstance(value, bool):
        return {"zh": "是" if value else "否", "en": "yes" if value else "no"}[language]
    if isinstance(value, str):
        moment = city_moment(value)
        if moment is not None:
            return moment
        known = names()["values"].get(value)
        return str(known[language]) if known else translated_or_same(value, language)
    return str(value)


def city_moment(text: str) -> str | None:
    """By the city's clock; None for what is no moment, or none that the city's clock can show."""
    if not MOMENT.fullmatch(text):
        return None
    try:
        return f"{datetime.fromisoformat(text).astimezone(CITY_TIME):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return None


def translated_or_same(text: str, language: str) -> str:
    if language == "en" or not text.endswith("."):
        return text
    return translated(text) or text
