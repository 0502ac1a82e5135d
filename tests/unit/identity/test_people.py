"""People: who needs a guardian, who may be one, where roles are held, and what events tell."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.identity.contract import (
    AccountClosed,
    GuardianRequired,
    NotVerified,
    PersonRegistered,
    PersonVerified,
    Role,
)
from services.identity.domain.people import (
    Person,
    check_guardian,
    check_open,
    check_role_area,
    check_street,
    check_verified,
    registered_facts,
    verified_facts,
)
from services.identity.domain.states import PersonState
from services.kernel.contract import InvalidRequest
from services.kernel.wire import plain


TODAY = date(2026, 11, 25)
EIGHTEEN_TODAY = date(2008, 11, 25)
ADULT_AGE = 18


def make_person(**changes: Any) -> Person:
    values: dict[str, Any] = {
        "person_id": UUID(int=1),
        "state": PersonState.VERIFIED,
        "name": "Wang",
        "birth_date": date(1980, 1, 1),
        "street": "110105001",
        "latitude": 39.9,
        "longitude": 116.4,
        "willing_and_healthy": True,
        "school": None,
        "guardian_id": None,
    }
    return Person(**(values | changes))


GUARDIAN = make_person(person_id=UUID(int=2))
PUPIL = make_person(
    birth_date=EIGHTEEN_TODAY + timedelta(days=1), school="No. 4", guardian_id=GUARDIAN.person_id
)


def test_an_adult_needs_no_guardian_from_the_eighteenth_birthday_on() -> None:
    check_guardian(make_person(birth_date=EIGHTEEN_TODAY), None, TODAY, ADULT_AGE)


def test_a_pupil_with_a_school_and_a_verified_adult_guardian_is_taken() -> None:
    check_guardian(PUPIL, GUARDIAN, TODAY, ADULT_AGE)


@pytest.mark.parametrize(
    ("changes", "guardian", "field"),
    [
        ({"school": None}, GUARDIAN, "school"),
        ({"guardian_id": None}, None, "guardian_id"),
        ({}, None, "guardian_id"),
        ({}, make_person(state=PersonState.UNVERIFIED), "guardian_id"),
        ({}, make_person(birth_date=EIGHTEEN_TODAY + timedelta(days=1)), "guardian_id"),
    ],
)
def test_a_pupil_who_lacks_school_or_guardian_is_refused(
    changes: dict[str, Any], guardian: Person | None, field: str
) -> None:
    pupil = make_person(**(vars(PUPIL) | changes))
    with pytest.raises(GuardianRequired) as refusal:
        check_guardian(pupil, guardian, TODAY, ADULT_AGE)
    assert set(refusal.value.fields) == {field, "adult_age"}


def test_the_age_of_adults_is_the_policys() -> None:
    pupil = make_person(birth_date=date(2008, 1, 1))
    check_guardian(pupil, None, TODAY, 18)
    with pytest.raises(GuardianRequired):
        check_guardian(pupil, None, TODAY, 19)


@pytest.mark.parametrize(
    ("role", "area", "fits"),
    [
        (Role.AGENCY_CLERK, "110105001", True),
        (Role.AGENCY_CLERK, "110105", True),
        (Role.AGENCY_CLERK, "110000", False),
        (Role.AGENCY_CLERK, "310105001", False),
        (Role.STREET_OFFICER, "110105001", True),
        (Role.STREET_OFFICER, "110105", False),
        (Role.STREET_OFFICER, "310105001", False),
        (Role.DISTRICT_OFFICER, "110105", True),
        (Role.DISTRICT_OFFICER, "110105001", False),
        (Role.DISTRICT_OFFICER, "110000", False),
        (Role.DISTRICT_OFFICER, "310105", False),
        (Role.CITY_OFFICER, "110000", True),
        (Role.CITY_OFFICER, "110105", False),
        (Role.OPERATOR, "110000", True),
        (Role.OPERATOR, "310000", False),
    ],
)
def test_a_role_is_held_where_it_makes_sense(role: Role, area: str, fits: bool) -> None:
    if fits:
        check_role_area(role, area)
        return
    with pytest.raises(InvalidRequest):
        check_role_area(role, area)


def test_a_street_of_another_city_is_refused() -> None:
    check_street("110105001")
    with pytest.raises(InvalidRequest):
        check_street("310105001")


def test_with_a_closed_account_nothing_is_done_any_more() -> None:
    for state in PersonState:
        if state is not PersonState.CLOSED:
            check_open(make_person(state=state))
    with pytest.raises(AccountClosed):
        check_open(make_person(state=PersonState.CLOSED))


def test_one_unverified_among_several_is_enough_to_refuse() -> None:
    check_verified(GUARDIAN, make_person())
    with pytest.raises(NotVerified):
        check_verified(GUARDIAN, make_person(state=PersonState.UNVERIFIED))


def test_what_is_told_of_a_person_fits_the_contract() -> None:
    registered = PersonRegistered.parse(plain(registered_facts(PUPIL)))
    verified = PersonVerified.parse(plain(verified_facts(PUPIL, GUARDIAN.person_id)))
    assert registered["guardian_id"] == verified["guardian_id"] == GUARDIAN.person_id
    assert verified["district"] == "110105"
    assert verified["home"] == {"latitude": 39.9, "longitude": 116.4}
    assert verified["verified_by"] == GUARDIAN.person_id
