"""The rights as docs/rights writes them, read as data."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.conftest import ROOT


FOLDER = ROOT / "docs/rights"
SERVICES = ("identity", "matching")
MAY, MAY_NOT, NOT_ASKED = "✓", "✗", "–"
# The first column holds the operation, the last one the reason.
ROW_NAME = re.compile(r"`([a-z_]+)`(.*)")


@dataclass(frozen=True)
class Row:
    """What each persona may do with one operation, on one kind of object."""

    service: str
    operation: str
    name: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Cell:
    """One persona before one operation."""

    row: Row
    persona: str
    expected: str

    def __str__(self) -> str:
        return f"{self.row.name} by {self.persona}"


def split(line: str) -> list[str]:
    return [word.strip() for word in line.strip().strip("|").split("|")]


def read(service: str, text: str) -> list[Row]:
    """The rows of all tables of a page.

    >>> page = "| operation | nobody | why |\\n|---|---|---|\\n| `show_me` twice | 401 | |"
    >>> read("identity", page)[0].name, read("identity", page)[0].cells
    ('show_me twice', (('nobody', '401'),))
    """
    rows: list[Row] = []
    personas: list[str] = []
    for line in text.splitlines():
        words = split(line) if line.startswith("|") else []
        if words and words[0] == "operation":
            personas = words[1:-1]
        elif words and (match := ROW_NAME.fullmatch(words[0])):
            operation, variant = match.groups()
            cells = tuple(zip(personas, words[1:-1], strict=True))
            rows.append(Row(service, operation, f"{operation}{variant}", cells))
    return rows


@cache
def rows_of(service: str) -> list[Row]:
    return read(service, page_of(service).read_text())


def page_of(service: str) -> Path:
    return FOLDER / f"{service}.md"


def cells_of(service: str) -> list[Cell]:
    """Every cell that asks something."""
    return [
        Cell(row, persona, expected)
        for row in rows_of(service)
        for persona, expected in row.cells
        if expected != NOT_ASKED
    ]
