"""The people of the city: valid, unique, the same every time, as old as their part asks for."""

import re
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.city.log_ins import log_in_rows, staff_phone, table, width_of
from deploy.city.numbers import VISITOR_SEQUENCES, city_phone, make_id_number, visitor_phone
from deploy.city.people import MOST_PEOPLE, REFERENCE_DAY, CityPerson, Population
from deploy.city.places import beijing
from services.identity.contract import RegisterPerson, Relation, Role
from services.identity.domain.kinship import Kinship, check_plausible
from services.kernel.calendar import age_on
from services.matching.domain import haversine_metres


WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SOME = 5_000
FAR_FROM_STREET_METRES = 1_500

seeds = st.integers(0, 5)
numbers = st.integers(0, MOST_PEOPLE - 1)


@cache
def population(seed: int) -> Population:
    return Population(seed)


@cache
def city() -> list[CityPerson]:
    return list(population(1).people(SOME))


def is_valid(id_number: str) -> bool:
    """The check of GB 11643 in the words of the standard: the weighted sum is 1 modulo 11."""
    assert re.fullmatch("[0-9]{17}[0-9X]", id_number)
    last = 10 if id_number[17] == "X" else int(id_number[17])
    digits = map(int, id_number[:17])
    return (sum(d * w for d, w in zip(digits, WEIGHTS, strict=True)) + last) % 11 == 1


@given(seeds, numbers)
def test_everybody_has_a_valid_id_number_with_district_and_birth_date(
    seed: int, number: int
) -> None:
    person = population(seed).person(number)
    assert is_valid(person.id_number)
    assert person.id_number[:6] in {district.code for district in beijing().districts}
    assert datetime.strptime(person.id_number[6:14], "%Y%m%d").date() == person.born


@given(seeds, numbers, numbers)
def test_no_two_people_share_an_id_number_a_phone_or_an_id(
    seed: int, number: int, other: int
) -> None:
    if number == other:
        return
    one, two = population(seed).person(number), population(seed).person(other)
    assert one.id_number != two.id_number
    assert one.phone != two.phone
    assert one.person_id != two.person_id


def test_a_whole_city_has_no_number_twice() -> None:
    for name in ("id_number", "phone", "person_id"):
        assert len({getattr(person, name) for person in city()}) == SOME


@given(st.integers(0, MOST_PEOPLE // 10 - 8), st.integers(0, 9))
def test_births_of_one_place_never_fall_on_the_same_slot(block: int, place: int) -> None:
    births = [population(1).birth(block + later, place) for later in range(8)]
    assert len(set(births)) == len(births)


@given(numbers)
def test_the_same_seed_makes_the_same_people(number: int) -> None:
    assert Population(3).person(number) == population(3).person(number)


def test_another_seed_makes_other_people() -> None:
    others = population(2).people(SOME)
    assert not {person.id_number for person in others} & {
        person.id_number for person in city() if person.number >= population(1).fixed
    }


def test_a_city_goes_on_where_a_smaller_one_stopped() -> None:
    assert list(population(1).people(300, start=200)) == city()[200:300]


def test_people_come_one_at_a_time_whatever_the_size() -> None:
    assert list(islice(population(1).people(MOST_PEOPLE), 3)) == city()[:3]


def test_a_number_beyond_the_largest_city_is_refused() -> None:
    with pytest.raises(ValueError, match=str(MOST_PEOPLE)):
        population(1).person(MOST_PEOPLE)


def age(person: CityPerson) -> int:
    return age_on(person.born, REFERENCE_DAY)


@given(numbers)
def test_nobody_is_younger_than_twelve_or_older_than_ninety_six(number: int) -> None:
    assert 12 <= age(population(1).person(number)) <= 96


def test_three_in_ten_are_elders_and_most_others_volunteer() -> None:
    neighbours = city()[population(1).fixed :]
    elders = [person for person in neighbours if age(person) >= 60]
    assert 0.3 <= len(elders) / len(neighbours) <= 0.5
    assert all(60 <= age(person) <= 95 for person in elders if not person.volunteers)
    assert all(12 <= age(person) <= 76 for person in neighbours if age(person) < 60)
    assert sum(person.volunteers for person in elders) > 0


def test_pupils_are_of_school_age_and_live_with_a_guardian_who_comes_first() -> None:
    pupils = [person for person in city() if person.school]
    assert len(pupils) > SOME // 50
    for pupil in pupils:
        assert pupil.guardian is not None and pupil.guardian < pupil.number
        guardian = city()[pupil.guardian]
        assert 12 <= age(pupil) <= 16 and age(guardian) >= 18
        assert guardian.street == pupil.street and guardian.name[0] == pupil.name[0]
    assert all(person.school for person in city() if age(person) < 18)


def test_kinships_are_plausible_and_point_to_people_who_come_first() -> None:
    relations: Counter[Relation] = Counter()
    for person in city():
        for kin in person.kin:
            assert kin.relative < person.number
            relative = city()[kin.relative]
            kinship = Kinship(person.person_id, relative.person_id, kin.relation)
            check_plausible(kinship, person.born, relative.born)
            years = (person.born - relative.born) / timedelta(365)
            assert 18 <= years <= 45 or kin.relation is Relation.GRANDPARENT
            relations[kin.relation] += 1
    assert relations[Relation.PARENT] > 100 and relations[Relation.GRANDPARENT] > 100


def test_special_groups_are_of_elders_and_all_occur() -> None:
    special = [person for person in city() if person.special_group]
    assert len({person.special_group for person in special}) == 7
    assert all(age(person) >= 60 for person in special)


def test_every_street_has_a_clerk_and_every_district_an_officer() -> None:
    held = [role for person in city() for role in person.roles]
    assert {area for role, area in held if role is Role.AGENCY_CLERK} == {
        street.code for street in beijing().streets
    }
    assert {area for role, area in held if role is Role.DISTRICT_OFFICER} == {
        district.code for district in beijing().districts
    }
    assert held.count((Role.CITY_OFFICER, "110000")) == 1
    assert held.count((Role.OPERATOR, "110000")) == 1


def test_people_are_verified_by_the_clerk_of_their_street_who_comes_first() -> None:
    for person in city()[len(population(1).staff) :]:
        assert person.verified_by is not None and person.verified_by < person.number
        assert city()[person.verified_by].roles == ((Role.AGENCY_CLERK, person.street),)


@given(numbers)
def test_homes_are_near_the_middle_of_the_street(number: int) -> None:
    person = population(1).person(number)
    street = beijing().street(person.street)
    metres = haversine_metres(person.latitude, person.longitude, street.latitude, street.longitude)
    assert metres < FAR_FROM_STREET_METRES


@given(numbers)
def test_everybody_could_have_registered_by_the_public_contract(number: int) -> None:
    person = population(1).person(number)
    RegisterPerson.parse(
        {
            "name": person.name,
            "id_number": person.id_number,
            "phone": person.phone,
            "password": beijing().words["password"],
            "street": person.street,
            "address": person.address,
            "home": {"latitude": person.latitude, "longitude": person.longitude},
            "school": person.school,
        }
    )


@given(numbers, st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.sampled_from(VISITOR_SEQUENCES))
def test_newcomers_never_meet_the_citys_numbers(number: int, born: date, sequence: int) -> None:
    person = population(1).person(number)
    assert make_id_number(person.id_number[:6], born, sequence) != person.id_number
    assert visitor_phone(number) != person.phone
    assert is_valid(make_id_number("110105", born, sequence))


def test_log_ins_name_people_of_the_city() -> None:
    rows = log_in_rows(population(1))
    phones = {person.phone: person.name for person in city()}
    assert len(rows) == 10
    assert all(phones[phone] == name for phone, _, name, _ in rows)
    assert rows[0][0] == staff_phone(population(7), Role.CITY_OFFICER, "110000") == city_phone(0)


def test_columns_stand_under_each_other_in_chinese_and_english() -> None:
    lines = table([("老人", "a"), ("x", "b")]).splitlines()
    assert {width_of(line) for line in lines} == {7}


def test_the_documentation_names_the_log_ins() -> None:
    page = (Path(__file__).parents[3] / "docs" / "demonstration.md").read_text(encoding="utf-8")
    for phone, password, name, _ in log_in_rows(population(1)):
        assert f"| {phone} | {name} |" in page
        assert f"`{password}`" in page
