"""Paper forms in bulk: what is wrong with a line is that line's fault (S8, S15)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.rating.contract import MOST_SHEET_LINES, RatingFault, UnreadableRatingSheet
from services.rating.domain import RatingPolicy, Visit
from services.rating.domain.sheets import FormLine, check_line, read_sheet
from services.rating.words import FAULTS, fault_in_words


ID = UUID("0b8f3c6e-64d7-4f0a-9f43-7f0f6f2f1a01")
ENDED = datetime(2026, 6, 1, 2, tzinfo=UTC)
VISIT = Visit(ID, uuid4(), uuid4(), "110105001", ENDED)
CLERK = Caller(uuid4(), (RoleIn(Role.AGENCY_CLERK, "110105001"),))
POLICY = RatingPolicy(1, 15, 15)
HEAD = "visit_id,stars,punctual,again,wants_to_complain,words\n"


def test_a_form_says_what_its_columns_say_in_either_language_and_any_order() -> None:
    chinese = f"\ufeff意见,总体,服务编号,再次,安全,投诉\r\n\r\n很好,5,{ID},是,4,否\r\n"
    [line] = read_sheet(chinese)
    assert (line.line, line.visit_id, line.stars, line.fault) == (3, ID, 5, None)
    assert line.more == {
        "punctual": None,
        "attitude": None,
        "skill": None,
        "safety": 4,
        "again": True,
        "wants_to_complain": False,
        "words": "很好",
    }
    [english] = read_sheet(f"{HEAD}{ID},2,,no,YES,\n")
    assert (english.more["again"], english.more["wants_to_complain"]) == (False, True)


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (f"{ID},5,5,yes,no,fine", None),
        (f"{ID},5", None),
        (f"{ID},0,,,,", "invalid_stars"),
        (f"{ID},6,,,,", "invalid_stars"),
        (f"{ID},４,,,,", "invalid_stars"),
        (f"{ID},,,,,", "invalid_stars"),
        (f"{ID},5,9,,,", "invalid_stars"),
        (f"{ID},5,5,perhaps,,", "invalid_yes_no"),
        ("7,5,5,,,", "invalid_visit_id"),
        (f"{ID},5,5,,,fine,more", "invalid_line"),
        (f"{ID},5,5,,,{'x' * 1001}", "invalid_line"),
        (f'{ID},5,5,,,"open', "invalid_line"),
        (f"{ID},5,5,,,a\x07b", "invalid_line"),
    ],
)
def test_a_line_is_read_or_told_what_is_wrong_with_it(cells: str, fault: str | None) -> None:
    [line] = read_sheet(HEAD + cells)
    assert line.fault == fault


def test_the_same_visit_twice_is_the_fault_of_the_second_line_and_a_faulty_one_does_not_count() -> (
    None
):
    lines = read_sheet(f"visit_id,stars\n{ID},9\n{ID},4\n{ID},5\n")
    assert [line.fault for line in lines] == ["invalid_stars", None, "duplicate_line"]


@pytest.mark.parametrize(
    "text",
    [
        "visit_id\n7",
        "stars\n5",
        "visit_id,stars,stars\n",
        "visit_id,stars,colour\n1,2,3",
        "visit_id,stars\n",
        "",
    ],
)
def test_a_list_with_other_columns_or_no_line_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(UnreadableRatingSheet):
        read_sheet(text)


def test_a_list_that_is_too_long_is_refused_as_a_whole() -> None:
    lines = "".join(f"{uuid4()},5\n" for _ in range(MOST_SHEET_LINES + 1))
    with pytest.raises(UnreadableRatingSheet):
        read_sheet("visit_id,stars\n" + lines)


@pytest.mark.parametrize(
    ("visit", "clerk", "is_rated", "passed", "fault"),
    [
        (VISIT, CLERK, False, timedelta(days=15), None),
        (None, CLERK, False, timedelta(), "unknown_visit"),
        (VISIT, CLERK, True, timedelta(), "already_rated"),
        (VISIT, CLERK, False, timedelta(days=15, seconds=1), "window_closed"),
        (VISIT, Caller(VISIT.elder_id, CLERK.roles), False, timedelta(), "own_visit"),
        (VISIT, Caller(VISIT.volunteer_id, CLERK.roles), False, timedelta(), "own_visit"),
        (
            VISIT,
            Caller(uuid4(), (RoleIn(Role.AGENCY_CLERK, "110105002"),)),
            True,
            timedelta(),
            "unknown_visit",
        ),
    ],
)
def test_a_line_is_checked_against_the_visit_and_the_clerk(
    visit: Visit | None, clerk: Caller, is_rated: bool, passed: timedelta, fault: str | None
) -> None:
    line = check_line(FormLine(2, ID, 5), visit, is_rated, clerk, ENDED + passed, POLICY)
    assert line.fault == fault


def test_every_fault_has_words_in_both_languages() -> None:
    assert set(FAULTS) == {str(fault) for fault in RatingFault}
    assert all(all(fault_in_words(fault, 15).values()) for fault in RatingFault)
