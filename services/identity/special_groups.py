"""The words for the seven groups, and for what is wrong with a line, from the catalogue."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.identity.contract import SheetFault, SpecialGroup


DATA = Path(__file__).parent / "data" / "special_groups.yaml"


@cache
def catalogue() -> dict[str, Any]:
    return dict(yaml.safe_load(DATA.read_text(encoding="utf-8")))


@cache
def groups_by_word() -> dict[str, SpecialGroup]:
    """Each group by its code and by what people call it."""
    words = catalogue()["groups"]
    return {name: group for group in SpecialGroup for name in (group.value, *words[group].values())}


def words_of(fault: SheetFault | None) -> dict[str, str | None]:
    words = catalogue()["faults"][fault] if fault else {}
    return {"words_zh": words.get("zh"), "words_en": words.get("en")}
