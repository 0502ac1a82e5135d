"""The catalogue of services (S6): data, with its words in Chinese and English."""

from pathlib import Path

import yaml


DATA = Path(__file__).parent / "data" / "categories.yaml"
CATEGORIES: list[dict[str, str]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
