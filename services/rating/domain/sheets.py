"""Paper forms as the agency hands them in: a CSV with a visit and its rating in each line.

What is wrong with one line is that line's fault. Only a text that has not the right columns, or too
many lines, is refused as a whole.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.kernel.caller import Caller
from services.kernel.contract import Error
from services.kernel.sheets import columns_in, is_storable, read_records
from services.rating.contract import (
    MOST_SHEET_LINES,
    MOST_WORDS,
    Channel,
    NotTheElder,
    RatingFault,
    UnreadableRatingSheet,
)
from services.rating.domain.policy import RatingPolicy
from services.rating.domain.ratings import may_rate
from services.rating.domain.states import window_of
from services.rating.domain.visits import Visit


VISIT, STARS, WORDS = "visit_id", "stars", "words"
DIMENSIONS = ("punctual", "attitude", "skill", "safety")
YES_NO = ("again", "wants_to_complain")
COLUMNS = {name: name for name in (VISIT, STARS, *DIMENSIONS, *YES_NO, WORDS)}
COLUMNS |= {"服务编号": VISIT, "总体": STARS, "意见": WORDS}
COLUMNS |= dict(
    zip(("准时", "态度", "技能", "安全", "再次", "投诉"), (*DIMENSIONS, *YES_NO), strict=True)
)
UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
ONE_TO_FIVE = re.compile(r"[1-5]")
SAID = {"": None, "yes": True, "y": True, "1": True, "是": True}
SAID |= {"no": False, "n": False, "0": False, "否": False}


@dataclass(frozen=True)
class FormLine:
    """What a form says of a visit, or a fault; ``line`` counts as a spreadsheet does."""

    line: int
    visit_id: UUID | None = None
    stars: int | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    fault: RatingFault | None = None

    def failed(self, fault: RatingFault) -> "FormLine":
        return replace(self, fault=fault)


def read_sheet(text: str) -> list[FormLine]:
    """The lines in their order, empty ones left out; raises UnreadableRatingSheet.

    >>> [line] = read_sheet("服务编号,总体\\r\\n0b8f3c6e-64d7-4f0a-9f43-7f0f6f2f1a01,5\\r\\n")
    >>> line.line, line.stars, line.fault
    (2, 5, None)
    """
    records = read_records(text)
    columns = columns_in(next(records, (1, []))[1], COLUMNS)
    if columns is None or not {VISIT, STARS} <= set(columns):
        raise unreadable("The first line must name visit_id and stars, or 服务编号 and 总体.")
    lines: list[FormLine] = []
    seen: set[UUID] = set()
    for number, cells in records:
        if len(lines) == MOST_SHEET_LINES:
            raise unreadable(f"More than {MOST_SHEET_LINES} lines: split the list.")
        line = read_line(number, cells, columns)
        if line.visit_id in seen:
            line = line.failed(RatingFault.DUPLICATE_LINE)
        elif line.visit_id is not None and line.fault is None:
            seen.add(line.visit_id)
        lines.append(line)
    if not lines:
        raise unreadable("There is no line beneath the header.")
    return lines


def read_line(number: int, cells: Sequence[str] | None, columns: Mapping[str, int]) -> FormLine:
    if cells is None or any(cells[len(columns) :]) or not all(map(is_storable, cells)):
        return FormLine(number, fault=RatingFault.INVALID_LINE)
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    said = {name: padded[place] for name, place in columns.items()}
    if len(said.get(WORDS, "")) > MOST_WORDS:
        return FormLine(number, fault=RatingFault.INVALID_LINE)
    if not UUID_TEXT.fullmatch(said[VISIT]):
        return FormLine(number, fault=RatingFault.INVALID_VISIT_ID)
    line = FormLine(number, UUID(said[VISIT]))
    given = [said[name] for name in DIMENSIONS if said.get(name)]
    if not all(ONE_TO_FIVE.fullmatch(cell) for cell in (said[STARS], *given)):
        return line.failed(RatingFault.INVALID_STARS)
    answers = {name: said.get(name, "").lower() for name in YES_NO}
    if not set(answers.values()) <= set(SAID):
        return replace(line, stars=int(said[STARS]), fault=RatingFault.INVALID_YES_NO)
    more: dict[str, Any] = {
        name: int(said[name]) if said.get(name) else None for name in DIMENSIONS
    }
    more |= {"again": SAID[answers["again"]], WORDS: said.get(WORDS, "")}
    more["wants_to_complain"] = bool(SAID[answers["wants_to_complain"]])
    return replace(line, stars=int(said[STARS]), more=more)


def check_line(
    line: FormLine,
    visit: Visit | None,
    is_rated: bool,
    clerk: Caller,
    now: datetime,
    policy: RatingPolicy,
) -> FormLine:
    """The line, or what is wrong with it; of another street's visit not even that there is one."""
    if line.fault is not None:
        return line
    if visit is None:
        return line.failed(RatingFault.UNKNOWN_VISIT)
    if clerk.person_id in (visit.elder_id, visit.volunteer_id):
        return line.failed(RatingFault.OWN_VISIT)
    try:
        may_rate(clerk, visit, Channel.PAPER_FORM)
    except NotTheElder:
        return line.failed(RatingFault.UNKNOWN_VISIT)
    if is_rated:
        return line.failed(RatingFault.ALREADY_RATED)
    if now > window_of(visit, policy):
        return line.failed(RatingFault.WINDOW_CLOSED)
    return line


def unreadable(why: str) -> Error:
    return UnreadableRatingSheet(fields={"csv": [why]})
