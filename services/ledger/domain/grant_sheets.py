"""The list of a grant run as it is handed in: a CSV with a person and minutes in each line.

What is wrong with one line is that line's fault. Only a text that has not the right columns, or
too many lines, is refused as a whole.
"""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from services.kernel.contract import InvalidRequest
from services.kernel.sheets import columns_in, is_storable, read_records
from services.ledger.contract import AMOUNT, MOST_LINES, REASON, LineFault


PERSON, MINUTES, REASONS = "person_id", "minutes", "reason"
COLUMNS = {name: name for name in (PERSON, MINUTES, REASONS)}
COLUMNS |= {"人员编号": PERSON, "分钟": MINUTES, "事由": REASONS}
# int() and UUID() would take more: other scripts' digits, underscores, braces.
UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
MINUTES_TEXT = re.compile(r"[0-9]{1,8}")


class SheetLine(NamedTuple):
    """One line: whom to grant how many minutes, and why if not for the run's reason; or a fault.

    ``line`` is counted as a spreadsheet does: the header is line 1, empty lines count.
    """

    line: int
    person_id: UUID | None
    minutes: int | None
    reason: str | None
    fault: LineFault | None


def read_sheet(text: str) -> list[SheetLine]:
    """The lines in their order, empty ones left out.

    Raises InvalidRequest for other columns, no line at all, or more than 20,000.

    >>> [line] = read_sheet("人员编号,分钟\\r\\n0b8f3c6e-64d7-4f0a-9f43-7f0f6f2f1a01,600\\r\\n")
    >>> line.line, line.minutes, line.fault
    (2, 600, None)
    """
    records = read_records(text)
    columns = read_header(next(records, (1, []))[1])
    lines: list[SheetLine] = []
    seen: set[UUID] = set()
    for number, cells in records:
        if len(lines) == MOST_LINES:
            raise unreadable(f"More than {MOST_LINES} lines: split the list.")
        line = read_line(number, cells, columns)
        if line.fault is None and line.person_id in seen:
            line = line._replace(fault=LineFault.DUPLICATE_PERSON)
        if line.fault is None and line.person_id:
            seen.add(line.person_id)
        lines.append(line)
    if not lines:
        raise unreadable("There is no line beneath the header.")
    return lines


def read_header(cells: Sequence[str] | None) -> dict[str, int]:
    """In which cell of a line each column stands."""
    columns = columns_in(cells, COLUMNS)
    if columns is None or not {PERSON, MINUTES} <= set(columns):
        raise unreadable(
            "The first line must be person_id,minutes[,reason] or 人员编号,分钟[,事由]."
        )
    return columns


def read_line(number: int, cells: list[str] | None, columns: Mapping[str, int]) -> SheetLine:
    if cells is None or any(cells[len(columns) :]):
        return SheetLine(number, None, None, None, LineFault.INVALID_LINE)
    padded = cells + [""] * (len(columns) - len(cells))
    person_id = read_person_id(padded[columns[PERSON]])
    minutes = read_minutes(padded[columns[MINUTES]])
    reason = " ".join(padded[columns[REASONS]].split()) if REASONS in columns else ""
    fault = None
    if not is_reason(reason):
        reason, fault = "", LineFault.INVALID_REASON
    if minutes is None:
        fault = LineFault.INVALID_MINUTES
    if person_id is None:
        fault = LineFault.INVALID_PERSON_ID
    return SheetLine(number, person_id, minutes, reason or None, fault)


def read_person_id(cell: str) -> UUID | None:
    return UUID(cell) if UUID_TEXT.fullmatch(cell) else None


def read_minutes(cell: str) -> int | None:
    """Whole minutes in ASCII digits, as many as a single grant may have."""
    if not MINUTES_TEXT.fullmatch(cell):
        return None
    minutes = int(cell)
    return minutes if AMOUNT.min <= minutes <= AMOUNT.max else None


def is_reason(reason: str) -> bool:
    """None at all, or one that can be stored and shown."""
    return len(reason) <= (REASON.max or 0) and is_storable(reason)


def digest_of(lines: Sequence[SheetLine]) -> str:
    """The same for lists that say the same in the same places, however they were saved."""
    parts = ("\x1f".join(map(str, line)) for line in lines)
    return sha256("\n".join(parts).encode()).hexdigest()


def unreadable(why: str) -> InvalidRequest:
    return InvalidRequest(fields={"csv": [why]})
