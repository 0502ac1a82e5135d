"""The rights as docs/rights writes them, read as data."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.conftest import ROOT


FOLDER = ROOT / "docs/rights"
SERVICES = ("identity", "matching", "rating", "ledger")
MAY, MAY_NOT, NOT_ASKED = "✓", "✗", "–"
WHOLE, PART, NOTHING = "whole", "part", "nothing"
# The first column holds the operation, the last one the reason.
ROW_NAME = re.compile(r"`([a-z_]+)`(.*)")
# A page has tables of operations and, at its end, one of what their answers show.
FIRST_COLUMNS = {"operation": False, "shown by": True}


@dataclass(frozen=True)
class Row:
    """What each persona may do with one operation, on one kind of object.

    Or, with a ``field``, what its answer shows them of that field.
    """

    service: str
    operation: str
    name: str
    cells: tuple[tuple[str, str], ...]
    field: str = ""


@dataclass(frozen=True)
class Cell:
    """One persona before one operation."""

    row: Row
    persona: str
    expected: str

    def __str__(self) -> str:
        shown = f" showing {self.row.field}" if self.row.field else ""
        return f"{self.row.name} by {self.persona}{shown}"


def split(line: str) -> list[str]:
    return [word.strip() for word in line.strip().strip("|").split("|")]


def read(service: str, text: str) -> list[Row]:
    """The rows of all tables of a page.

    >>> page = "| operation | nobody | why |\n|---|---|---|\n| `show_me` twice | 401 | |"
    >>> read("identity", page)[0].name, read("identity", page)[0].cells
    ('show_me twice', (('nobody', '401'),))
    """
    rows: list[Row] = []
    personas: list[str] = []
    shows = False
    for line in text.splitlines():
        words = split(line) if line.startswith("|") else []
        if words and words[0] in FIRST_COLUMNS:
            personas, shows = words[1:-1], FIRST_COLUMNS[words[0]]
        elif words and (match := ROW_NAME.fullmatch(words[0])):
            operation, variant = match.groups()
            cells = tuple(zip(personas, words[1:-1], strict=True))
            variant, _, field = variant.rpartition(": ") if shows else (variant, "", "")
            rows.append(Row(service, operation, f"{operation}{variant}", cells, field))
    return rows


@cache
def all_rows_of(service: str) -> list[Row]:
    return read(service, page_of(service).read_text())


def rows_of(service: str) -> list[Row]:
    """Who may do what."""
    return [row for row in all_rows_of(service) if not row.field]


def shown_by(service: str) -> list[Row]:
    """Who is shown what."""
    return [row for row in all_rows_of(service) if row.field]


def page_of(service: str) -> Path:
    return FOLDER / f"{service}.md"


def cells_of(service: str) -> list[Cell]:
    """Every cell that asks something."""
    return [
        Cell(row, persona, expected)
        for row in all_rows_of(service)
        for persona, expected in row.cells
        if expected != NOT_ASKED
    ]
