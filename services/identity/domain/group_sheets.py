"""The list by which a district enters many into special groups: a CSV, a person in each line.

What is wrong with one line is that line's fault. Only a text that has not the right columns, or too
many lines, is refused as a whole.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.identity.contract import (
    MOST_SHEET_LINES,
    InvalidIdNumber,
    SheetFault,
    SpecialGroup,
    UnreadableSheet,
)
from services.identity.domain.group_rules import GroupRules
from services.identity.domain.id_number import mask_id_number, parse_id_number
from services.identity.domain.memberships import Term, is_old_enough
from services.identity.domain.people import Person
from services.kernel.sheets import columns_in, is_storable, read_records


NAME, ID_NUMBER, GROUP, EVIDENCE = "name", "id_number", "group", "evidence"
STARTS_ON, ENDS_ON = "starts_on", "ends_on"
NEEDED = {NAME, ID_NUMBER, GROUP, EVIDENCE}
COLUMNS = {name: name for name in (*NEEDED, STARTS_ON, ENDS_ON)}
COLUMNS |= {"姓名": NAME, "证件号码": ID_NUMBER, "类别": GROUP, "凭证": EVIDENCE}
COLUMNS |= {"起始日期": STARTS_ON, "截止日期": ENDS_ON}
LONGEST = {NAME: 60, EVIDENCE: 200}
DATE = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})")
# A middle dot and blanks are written in many ways within names.
BETWEEN_NAMES = re.compile(r"[\s\u00b7\u2022\u2027\u30fb\uff65.]+")
UNSHOWN = "***"


@dataclass(frozen=True)
class SheetLine:
    """One line. ``line`` is counted as a spreadsheet does: the header is line 1, empty ones count.

    ``id_number`` is for finding the person and never stored; ``masked`` is what is shown of it.
    """

    line: int
    name: str = ""
    id_number: str = ""
    masked: str = UNSHOWN
    group: SpecialGroup | None = None
    evidence: str = ""
    term: Term = Term(None, None)
    fault: SheetFault | None = None
    person_id: UUID | None = None

    def failed(self, fault: SheetFault) -> "SheetLine":
        return replace(self, fault=fault)


def read_sheet(text: str, groups: Mapping[str, SpecialGroup], today: date) -> list[SheetLine]:
    """The lines in their order, empty ones left out; ``groups`` by every word that names one.

    Raises UnreadableSheet for other columns, no line at all, or too many.
    """
    records = read_records(text)
    columns = read_header(next(records, (1, []))[1])
    lines: list[SheetLine] = []
    seen: set[tuple[str, SpecialGroup]] = set()
    for number, cells in records:
        if len(lines) == MOST_SHEET_LINES:
            raise unreadable(f"More than {MOST_SHEET_LINES} lines: split the list.")
        line = read_line(number, cells, columns, groups, today)
        if line.fault is None and line.group is not None:
            said = (line.id_number, line.group)
            line = line.failed(SheetFault.DUPLICATE_LINE) if said in seen else line
            seen.add(said)
        lines.append(line)
    if not lines:
        raise unreadable("There is no line beneath the header.")
    return lines


def read_header(cells: Sequence[str] | None) -> dict[str, int]:
    """In which cell of a line each column stands."""
    columns = columns_in(cells, COLUMNS)
    if columns is None or not set(columns) >= NEEDED:
        raise unreadable(
            "The first line must be name,id_number,group,evidence[,starts_on][,ends_on] or "
            "姓名,证件号码,类别,凭证[,起始日期][,截止日期]."
        )
    return columns


def read_line(
    number: int,
    cells: list[str] | None,
    columns: Mapping[str, int],
    groups: Mapping[str, SpecialGroup],
    today: date,
) -> SheetLine:
    if cells is None or any(cells[len(columns) :]) or not all(map(is_storable, cells)):
        return SheetLine(number, fault=SheetFault.INVALID_LINE)
    cells = cells + [""] * (len(columns) - len(cells))
    said = {name: cells[place] for name, place in columns.items()}
    if any(len(said[name]) > most for name, most in LONGEST.items()):
        return SheetLine(number, fault=SheetFault.INVALID_LINE)
    line = SheetLine(number, said[NAME], evidence=said[EVIDENCE], group=groups.get(said[GROUP]))
    try:
        number_said = parse_id_number(said[ID_NUMBER], today).number
    except InvalidIdNumber:
        return line.failed(SheetFault.INVALID_ID_NUMBER)
    line = replace(line, id_number=number_said, masked=mask_id_number(number_said))
    try:
        term = Term(read_date(said.get(STARTS_ON, "")), read_date(said.get(ENDS_ON, "")))
    except ValueError:
        return line.failed(SheetFault.INVALID_DATE)
    line = replace(line, term=term)
    if not line.name:
        return line.failed(SheetFault.NAME_MISSING)
    if line.group is None:
        return line.failed(SheetFault.UNKNOWN_GROUP)
    if not line.evidence:
        return line.failed(SheetFault.EVIDENCE_MISSING)
    return line.failed(SheetFault.INVALID_TERM) if term.flaw(today) else line


def read_date(cell: str) -> date | None:
    """A day, if there is one; raises ValueError for what is none.

    >>> read_date("2026/3/1")
    datetime.date(2026, 3, 1)
    """
    if not cell:
        return None
    match = DATE.fullmatch(cell)
    if match is None:
        raise ValueError(cell)
    year, month, day = map(int, match.groups())
    return date(year, month, day)


def check_line(
    line: SheetLine,
    person: Person | None,
    district: str,
    standing: Collection[tuple[UUID, SpecialGroup]],
    officer_id: UUID | None,
    today: date,
    rules: GroupRules,
) -> SheetLine:
    """The line with the person whom it is about, or with what is wrong.

    Of somebody who lives elsewhere it is not even said that they have an account.
    """
    if line.fault is not None or line.group is None:
        return line
    if person is None or person.district != district:
        return line.failed(SheetFault.UNKNOWN_PERSON)
    if same_name(line.name) != same_name(person.name):
        return line.failed(SheetFault.NAME_DIFFERS)
    fault = fault_of(person, line.group, line.term, standing, officer_id, today, rules)
    return replace(line, person_id=person.person_id, fault=fault)


def fault_of(
    person: Person,
    group: SpecialGroup,
    term: Term,
    standing: Collection[tuple[UUID, SpecialGroup]],
    officer_id: UUID | None,
    today: date,
    rules: GroupRules,
) -> SheetFault | None:
    """Why this person cannot be entered into this group now."""
    if person.person_id == officer_id:
        return SheetFault.ONESELF
    if not person.is_verified:
        return SheetFault.NOT_VERIFIED
    if term.flaw(today):
        return SheetFault.INVALID_TERM
    if not is_old_enough(group, person.birth_date, term, today, rules):
        return SheetFault.TOO_YOUNG
    if (person.person_id, group) in standing:
        return SheetFault.MEMBER_ALREADY
    return None


def same_name(name: str) -> str:
    """
    >>> same_name("阿依古丽 · 买买提") == same_name("阿依古丽•买买提")
    True
    """
    return BETWEEN_NAMES.sub("", unicodedata.normalize("NFKC", name)).casefold()


def unreadable(why: str) -> UnreadableSheet:
    return UnreadableSheet(fields={"csv": [why]})
