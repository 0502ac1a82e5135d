"""What is held on a person, as sections with labels that people can read."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from services.kernel.wire import plain


@cache
def labels() -> dict[str, dict[str, dict[str, str]]]:
    source = (files("services.identity") / "export.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(source))


def label(group: str, key: str) -> dict[str, str]:
    """The words for a key; one that has none yet stands for itself."""
    return labels()[group].get(key) or {"zh": key, "en": key}


def section(table: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """One table's rows, each a list of labelled facts."""
    title = label("sections", table)
    return {
        "key": table,
        "title_zh": title["zh"],
        "title_en": title["en"],
        "entries": [
            [
                {
                    "key": key,
                    "label_zh": label("facts", key)["zh"],
                    "label_en": label("facts", key)["en"],
                    "value": plain(value),
                }
                for key, value in row.items()
            ]
            for row in rows
        ],
    }
