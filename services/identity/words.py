"""What people are told, from the catalogue."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml


CATALOGUE = Path(__file__).parent / "messages.yaml"


@cache
def catalogue() -> dict[str, Any]:
    return dict(yaml.safe_load(CATALOGUE.read_text(encoding="utf-8")))


def next_step(key: str) -> dict[str, str]:
    """What a person can do now, in Chinese and in English."""
    return dict(catalogue()["next_step"][key])


def sms(purpose: str, **values: Any) -> str:
    return str(catalogue()["sms"][purpose]).format(**values)
