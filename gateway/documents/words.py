"""The words of the documents, and how times and amounts are written in them."""

from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from services.kernel.calendar import CITY_TIME


MINUTES_A_COIN = 60


@cache
def words() -> dict[str, Any]:
    text = (files("gateway.documents") / "words.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def both(entry: dict[str, str], **facts: object) -> str:
    """Chinese and English in one line.

    >>> both({"zh": "期间", "en": "Period"})
    '期间 Period'
    """
    return f"{entry['zh']} {entry['en']}".strip().format(**facts)


def named(group: str, key: str) -> dict[str, str]:
    """The words for a value; a value that has none yet stands for itself."""
    found: dict[str, str] = words()[group].get(key) or {"zh": key, "en": ""}
    return found


def city_time(moment: str) -> str:
    """
    >>> city_time("2026-06-01T02:00:00+00:00")
    '2026-06-01 10:00'
    """
    return f"{datetime.fromisoformat(moment).astimezone(CITY_TIME):%Y-%m-%d %H:%M}"


def city_day(moment: str) -> str:
    """
    >>> city_day("2026-06-01T16:00:00+00:00")
    '2026-06-02'
    """
    return city_time(moment).partition(" ")[0]


def coins(minutes: int) -> str:
    """Minutes as whole coins and the rest in sixtieths, exactly.

    >>> coins(95), coins(-95), coins(120), coins(0)
    ('1 35/60', '-1 35/60', '2', '0')
    """
    whole, rest = divmod(abs(minutes), MINUTES_A_COIN)
    parts = [str(whole)] if whole or not rest else []
    parts += [f"{rest}/{MINUTES_A_COIN}"] if rest else []
    return ("-" if minutes < 0 else "") + " ".join(parts)
