"""The list for special groups: what is read of it, and an error for each line that is wrong."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.identity.contract import MOST_SHEET_LINES, SheetFault, SpecialGroup, UnreadableSheet
from services.identity.domain.group_sheets import SheetLine, check_line, read_sheet
from services.identity.domain.states import PersonState
from services.identity.special_groups import groups_by_word, words_of
from tests.unit.identity.numbers import make_id_number
from tests.unit.identity.test_memberships import RULES, TODAY
from tests.unit.identity.test_people import make_person


NUMBER = make_id_number(date(1950, 1, 1), 1)
HEAD = "name,id_number,group,evidence,starts_on,ends_on"


def read(*rows: str, head: str = HEAD) -> list[SheetLine]:
    return read_sheet("\n".join((head, *rows)), groups_by_word(), TODAY)


def test_a_good_line_is_read_whole_in_either_language_and_any_order() -> None:
    (line,) = read(f"李娜,{NUMBER},dementia,证 7,2026-12-01,2027/1/2")
    assert (line.line, line.name, line.group, line.evidence) == (2, "李娜", "dementia", "证 7")
    assert (line.term.starts_on, line.term.ends_on) == (date(2026, 12, 1), date(2027, 1, 2))
    assert line.masked == NUMBER[:6] + "*" * 8 + NUMBER[-4:]
    head = "类别,凭证,证件号码,姓名"
    (other,) = read(f"失智老年人,证 7,{NUMBER[:6]} {NUMBER[6:]},李娜", head="\ufeff" + head)
    assert (other.name, other.id_number, other.group) == ("李娜", NUMBER, "dementia")


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (f",{NUMBER},dementia,证", "name_missing"),
        ("李娜,110105195001010011,dementia,证", "invalid_id_number"),
        ("李娜,,dementia,证", "invalid_id_number"),
        (f"李娜,{NUMBER},rich,证", "unknown_group"),
        (f"李娜,{NUMBER},dementia,", "evidence_missing"),
        (f"李娜,{NUMBER},dementia,证,2026-13-01", "invalid_date"),
        (f"李娜,{NUMBER},dementia,证,,soon", "invalid_date"),
        (f"李娜,{NUMBER},dementia,证,,2026-11-24", "invalid_term"),
        (f"李娜,{NUMBER},dementia,证,,,more", "invalid_line"),
        (f'李娜,{NUMBER},dementia,"证', "invalid_line"),
        (f"李娜,{NUMBER},dementia," + "证" * 201, "invalid_line"),
    ],
)
def test_what_is_wrong_with_a_line_is_that_lines_fault(row: str, fault: str) -> None:
    lines = read(f"王芳,{make_id_number(date(1950, 1, 1), 3)},dementia,证", row)
    assert [line.fault for line in lines] == [None, fault]
    assert words_of(SheetFault(fault))["words_zh"]


def test_the_same_person_and_group_twice_is_the_later_lines_fault_and_empty_lines_count() -> None:
    rows = (f"李娜,{NUMBER},dementia,证", "", ",,,", f"李娜,{NUMBER},dementia,证")
    lines = read(*rows, f"李娜,{NUMBER},urgent_need,证")
    assert [(line.line, line.fault) for line in lines] == [
        (2, None),
        (5, "duplicate_line"),
        (6, None),
    ]


@pytest.mark.parametrize(
    "text",
    ["", "name,id_number\n1,2", HEAD, HEAD + ",more\n1", HEAD + ",name\n1", "\n" + HEAD + "\n,,"],
)
def test_a_list_without_the_columns_or_without_a_line_is_refused(text: str) -> None:
    with pytest.raises(UnreadableSheet):
        read_sheet(text, groups_by_word(), TODAY)


def test_a_list_that_is_too_long_is_refused() -> None:
    with pytest.raises(UnreadableSheet):
        read(*[f"李娜,{NUMBER},dementia,证"] * (MOST_SHEET_LINES + 1))


@given(some.text(max_size=200))
def test_whatever_is_handed_in_is_read_or_refused_and_never_fails(text: str) -> None:
    try:
        lines = read_sheet(HEAD + "\n" + text, groups_by_word(), TODAY)
    except UnreadableSheet:
        return
    assert all(line.fault for line in lines)


ELDER: dict[str, Any] = {"name": "李娜", "birth_date": date(1950, 1, 1), "street": "110105001"}
GOOD = SheetLine(2, "李 娜", NUMBER, group=SpecialGroup.DEMENTIA, evidence="证")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"street": "110101001"}, "unknown_person"),
        ({"name": "王芳"}, "name_differs"),
        ({"state": PersonState.PENDING}, "not_verified"),
        ({"birth_date": date(1990, 1, 1)}, "too_young"),
        ({"person_id": UUID(int=7)}, "member_already"),
        ({"person_id": UUID(int=8)}, "oneself"),
    ],
)
def test_the_person_of_a_line_is_a_verified_resident_of_that_name_and_no_member(
    changes: dict[str, Any], fault: str | None
) -> None:
    person = make_person(**ELDER | {"person_id": UUID(int=6)} | changes)
    standing = {(UUID(int=7), SpecialGroup.DEMENTIA), (UUID(int=6), SpecialGroup.URGENT_NEED)}
    checked = check_line(GOOD, person, "110105", standing, UUID(int=8), TODAY, RULES)
    assert checked.fault == fault
    gone = check_line(GOOD, None, "110105", standing, UUID(int=8), TODAY, RULES)
    assert (gone.fault, gone.person_id) == ("unknown_person", None)
