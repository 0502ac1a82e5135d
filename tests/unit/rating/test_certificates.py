"""What a certificate says is what its visits prove, and its number shows a wrong letter."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.calendar import city_date
from services.kernel.contract import InvalidRequest
from services.rating.contract import AlreadyRevoked, NothingToCertify
from services.rating.domain import CertificatePolicy
from services.rating.domain.certificates import (
    MOVES,
    OVERTAKEN,
    VALIDITY,
    Certificate,
    CertificateAct,
    CertificateState,
    draw_up,
    moved,
    proven_today,
    state_of,
)
from services.rating.domain.numbers import (
    ALPHABET,
    BITS_OF_CHANCE,
    number_from,
    printed,
    read_number,
)
from services.rating.domain.people import Person
from services.rating.domain.stars import Served, total_minutes


WHO, NOW = UUID(int=1), datetime(2026, 6, 30, 17, tzinfo=UTC)
TODAY = city_date(NOW)
HOLDER = Person(WHO, "王小明", date(1990, 1, 1), "110105001")
POLICY = CertificatePolicy(3, 1, "市民政局", "The bureau", 18)
CATEGORIES = ["legal_aid", "accompanying", "culture_and_sport", ""]

HISTORIES = st.lists(
    st.builds(
        Served,
        visit_id=st.integers(0, 30).map(lambda number: UUID(int=number)),
        volunteer_id=st.just(WHO),
        minutes=st.integers(0, 600),
        ended_at=st.integers(0, 400 * 24).map(lambda hours: NOW - timedelta(hours=hours)),
        category=st.sampled_from(CATEGORIES),
    ),
    max_size=40,
    unique_by=lambda visit: visit.visit_id,
)
DAYS = st.one_of(st.none(), st.integers(0, 420).map(lambda days: TODAY - timedelta(days=days)))
CHANCES = st.integers(0, 2**BITS_OF_CHANCE - 1)


def drawn(visits: list[Served], *days: date | None, policy: CertificatePolicy = POLICY) -> Any:
    first, last = days or (None, None)
    return draw_up(UUID(int=7), number_from(5), HOLDER, visits, (first, last), WHO, NOW, policy)


def served(number: int, minutes: int, category: str = "legal_aid") -> Served:
    return Served(UUID(int=number), WHO, minutes, NOW - timedelta(days=number), category)


@given(HISTORIES, DAYS, DAYS)
def test_on_every_history_a_certificate_is_what_counting_anew_finds(
    visits: list[Served], first: date | None, last: date | None
) -> None:
    if (first or date.min) > (last or TODAY):
        with pytest.raises(InvalidRequest):
            drawn(visits, first, last)
        return
    minutes: dict[str, int] = {}
    times: dict[str, int] = {}
    for visit in visits:
        day = (visit.ended_at + timedelta(hours=8)).date()
        if visit.minutes and (first or date.min) <= day <= (last or TODAY):
            minutes[visit.category] = minutes.get(visit.category, 0) + visit.minutes
            times[visit.category] = times.get(visit.category, 0) + 1
    if not minutes:
        with pytest.raises(NothingToCertify):
            drawn(visits, first, last)
        return
    certificate = drawn(visits, first, last)
    assert certificate.minutes == sum(minutes.values())
    assert certificate.visits == sum(times.values()) == len(certificate.visit_ids)
    assert {part.category: part.minutes for part in certificate.parts} == minutes
    assert {part.category: part.visits for part in certificate.parts} == times
    assert certificate.from_date <= certificate.until_date <= TODAY
    assert proven_today(certificate, visits) == certificate.minutes
    if (first, last) == (None, None):
        assert certificate.minutes == total_minutes(visits)


@given(HISTORIES, st.data())
def test_it_stands_until_its_own_visits_prove_less_and_stands_again_when_they_prove_enough(
    visits: list[Served], data: Any
) -> None:
    proving = [visit for visit in visits if visit.minutes]
    if not proving:
        return
    certificate = drawn(visits)
    hit = data.draw(st.sampled_from(proving))
    less = data.draw(st.integers(0, hit.minutes - 1))
    more = served(99, 600)
    corrected = [replace(each, minutes=less) if each is hit else each for each in visits]
    assert state_now(certificate, [*corrected, more]) == "corrected"
    assert state_now(certificate, [*visits, more]) == "issued"
    assert state_now(certificate, []) == "corrected"


def state_now(certificate: Certificate, visits: list[Served]) -> str:
    return state_of(certificate, False, proven_today(certificate, visits))


def test_a_city_may_ask_for_more_minutes_and_a_day_that_has_not_come_is_refused() -> None:
    strict = replace(POLICY, least_minutes=60)
    with pytest.raises(NothingToCertify) as refused:
        drawn([served(1, 59)], policy=strict)
    assert refused.value.fields == {"minutes": 59, "least_minutes": 60}
    assert drawn([served(1, 60)], policy=strict).minutes == 60
    with pytest.raises(InvalidRequest) as future:
        drawn([served(1, 60)], None, TODAY + timedelta(days=1))
    assert list(future.value.fields) == ["until_date"]


def test_the_moves_are_the_ones_that_are_drawn_and_all_others_are_refused() -> None:
    edges = {("issued", "revoke", "revoked"), ("corrected", "revoke", "revoked")}
    assert {(str(a), str(act), str(b)) for (a, act), b in MOVES.items()} == edges
    assert {(str(a), str(b)) for a, b in OVERTAKEN.items()} == {
        ("issued", "corrected"),
        ("corrected", "issued"),
    }
    for state, act in product(CertificateState, CertificateAct):
        if (state, act) in MOVES:
            assert moved(state, act) is MOVES[state, act]
        else:
            with pytest.raises(AlreadyRevoked):
                moved(state, act)


@pytest.mark.parametrize("proven", [0, 59, 60, 61])
def test_what_is_revoked_stays_so_whatever_is_proven(proven: int) -> None:
    certificate = drawn([served(1, 60)])
    assert state_of(certificate, True, proven) == "revoked"


def test_the_public_has_a_word_for_every_state() -> None:
    assert set(VALIDITY) == set(CertificateState)


@given(CHANCES)
def test_a_number_is_read_as_it_is_printed_in_either_case_and_with_o_for_0(chance: int) -> None:
    number = number_from(chance)
    assert set(number) <= set(ALPHABET) and len(number) == 16
    typed = printed(number).lower().replace("0", "o").replace("1", "l")
    assert read_number(number) == read_number(typed) == number


@given(CHANCES, st.integers(0, 15), st.sampled_from(ALPHABET))
def test_one_wrong_letter_is_noticed(chance: int, place: int, letter: str) -> None:
    number = number_from(chance)
    wrong = number[:place] + letter + number[place + 1 :]
    assert read_number(wrong) == (number if wrong == number else None)


@given(CHANCES, st.integers(0, 15), st.integers(0, 15))
def test_two_letters_that_have_changed_places_are_noticed(chance: int, one: int, two: int) -> None:
    number = number_from(chance)
    letters = list(number)
    letters[one], letters[two] = letters[two], letters[one]
    swapped = "".join(letters)
    assert read_number(swapped) == (number if swapped == number else None)


@given(CHANCES, CHANCES)
def test_different_lots_give_different_numbers(one: int, other: int) -> None:
    assert (number_from(one) == number_from(other)) == (one == other)
