"""The catalogue's words as data: categories (S6), skills, languages, and the city's first items."""

from pathlib import Path
from typing import Any

import yaml


DATA = Path(__file__).parent / "data"


def read(name: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return listed


CATEGORIES = read("categories.yaml")
SKILLS = read("skills.yaml")
LANGUAGES = read("languages.yaml")
SKILL_CODES = frozenset(skill["code"] for skill in SKILLS)
LANGUAGE_CODES = frozenset(language["code"] for language in LANGUAGES)
