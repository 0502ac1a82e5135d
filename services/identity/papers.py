"""The papers in words, Chinese and English, with what each of them shows."""

from pathlib import Path
from typing import Any

import yaml

from services.identity.domain.papers import SHOWS


DATA = Path(__file__).parent / "data" / "papers.yaml"
WORDS: dict[str, dict[str, str]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
PAPERS: list[dict[str, Any]] = [
    {"code": paper.value, **WORDS[paper], "shows": sorted(str(what) for what in shown)}
    for paper, shown in SHOWS.items()
]
