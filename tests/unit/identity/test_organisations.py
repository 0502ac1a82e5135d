"""Organisations and staff: every move and every non-move, what each kind needs, who may confirm."""

from itertools import product
from uuid import UUID

import pytest

from services.identity.contract import (
    OrganisationKind,
    OrganisationState,
    Role,
    StaffState,
    WrongKind,
    WrongOrganisationState,
    WrongStaffState,
)
from services.identity.domain.organisations import (
    MOVES,
    STAFF_MOVES,
    Organisation,
    check_proposal,
    check_staff,
    moved,
    require_may_staff,
    require_may_stop,
    staff_moved,
    streets_to_confirm,
)
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Forbidden, InvalidRequest


DISTRICT, FIRST, SECOND = "110105", "110105001", "110105002"
DRAWN = {
    ("proposed", "confirmed"),
    ("proposed", "closed"),
    ("confirmed", "suspended"),
    ("confirmed", "closed"),
    ("suspended", "confirmed"),
    ("suspended", "closed"),
}
STAFF_DRAWN = {
    ("active", "suspended"),
    ("active", "ended"),
    ("suspended", "active"),
    ("suspended", "ended"),
}


@pytest.mark.parametrize(("state", "to"), [*product(OrganisationState, OrganisationState)])
def test_an_organisation_moves_along_the_drawn_edges_and_no_other(
    state: OrganisationState, to: OrganisationState
) -> None:
    assert (to in MOVES.get(state, ())) == ((state, to) in DRAWN)
    if (state, to) in DRAWN:
        assert moved(state, to) is to
        return
    with pytest.raises(WrongOrganisationState):
        moved(state, to)


@pytest.mark.parametrize(("state", "to"), [*product(StaffState, StaffState)])
def test_staff_move_along_the_drawn_edges_and_no_other(state: StaffState, to: StaffState) -> None:
    assert (to in STAFF_MOVES.get(state, ())) == ((state, to) in STAFF_DRAWN)
    if (state, to) in STAFF_DRAWN:
        assert staff_moved(state, to) is to
        return
    with pytest.raises(WrongStaffState):
        staff_moved(state, to)


@pytest.mark.parametrize(
    ("kind", "district", "streets", "places", "flaws"),
    [
        ("agency", DISTRICT, [FIRST, SECOND], None, set()),
        ("agency", DISTRICT, [], None, {"streets"}),
        ("agency", DISTRICT, ["110101001"], None, {"streets"}),
        ("agency", DISTRICT, [FIRST], 3, {"places"}),
        ("agency", "110000", [FIRST], None, {"district"}),
        ("agency", "310101", ["310101001"], None, {"district"}),
        ("volunteer_organisation", DISTRICT, [], None, set()),
        ("volunteer_organisation", DISTRICT, [FIRST], None, {"streets"}),
        ("care_home", DISTRICT, [], 40, set()),
        ("care_home", DISTRICT, [], None, {"places"}),
    ],
)
def test_each_kind_says_what_it_needs_and_nothing_else(
    kind: str, district: str, streets: list[str], places: int | None, flaws: set[str]
) -> None:
    if not flaws:
        check_proposal(OrganisationKind(kind), district, streets, places)
        return
    with pytest.raises(InvalidRequest) as refused:
        check_proposal(OrganisationKind(kind), district, streets, places)
    assert set(refused.value.fields) == flaws


def organisation(kind: str = "agency", state: str = "proposed", *confirmed: str) -> Organisation:
    streets = [(street, street in confirmed) for street in (FIRST, SECOND)]
    return Organisation(
        UUID(int=50),
        OrganisationKind(kind),
        "A house",
        DISTRICT,
        OrganisationState(state),
        40 if kind == "care_home" else None,
        UUID(int=1),
        tuple(streets) if kind == "agency" else (),
    )


def holding(role: str, area: str, person: int = 9) -> Caller:
    return Caller(UUID(int=person), (RoleIn(role, area),))


STREET_OFFICER = holding("street_officer", FIRST)
DISTRICT_OFFICER = holding("district_officer", DISTRICT)
CITY_OFFICER = holding("city_officer", "110000")


def test_an_agency_is_confirmed_street_by_street_by_its_officer_or_the_district() -> None:
    assert streets_to_confirm(STREET_OFFICER, organisation()) == [FIRST]
    assert streets_to_confirm(DISTRICT_OFFICER, organisation()) == [FIRST, SECOND]
    second = holding("street_officer", SECOND)
    assert streets_to_confirm(second, organisation("agency", "confirmed", FIRST)) == [SECOND]
    for caller in (
        CITY_OFFICER,
        holding("street_officer", "110105003"),
        holding("district_officer", "110101"),
        holding("agency_clerk", FIRST),
        holding("street_officer", FIRST, person=1),
    ):
        with pytest.raises(Forbidden):
            streets_to_confirm(caller, organisation())
    for state, confirmed in (("confirmed", FIRST), ("suspended", SECOND), ("closed", SECOND)):
        with pytest.raises(WrongOrganisationState):
            streets_to_confirm(STREET_OFFICER, organisation("agency", state, confirmed))


@pytest.mark.parametrize("kind", ["care_home", "volunteer_organisation"])
def test_others_are_confirmed_by_the_district_or_the_city(kind: str) -> None:
    for caller in (DISTRICT_OFFICER, CITY_OFFICER):
        assert streets_to_confirm(caller, organisation(kind)) == []
        with pytest.raises(WrongOrganisationState):
            streets_to_confirm(caller, organisation(kind, "confirmed"))
    for caller in (STREET_OFFICER, holding("district_officer", DISTRICT, person=1)):
        with pytest.raises(Forbidden):
            streets_to_confirm(caller, organisation(kind))


def test_an_organisation_is_stopped_by_whoever_is_over_all_of_it() -> None:
    for caller in (DISTRICT_OFFICER, CITY_OFFICER):
        assert require_may_stop(caller, organisation()) == caller.person_id
    both = Caller(UUID(int=9), (RoleIn("street_officer", FIRST), RoleIn("street_officer", SECOND)))
    assert require_may_stop(both, organisation()) == both.person_id
    for caller in (STREET_OFFICER, Caller(UUID(int=1)), holding("agency_clerk", FIRST)):
        with pytest.raises(Forbidden):
            require_may_stop(caller, organisation())
    with pytest.raises(Forbidden):
        require_may_stop(STREET_OFFICER, organisation("care_home"))


def test_a_lead_makes_staff_but_no_leads() -> None:
    agency, leads = organisation("agency", "confirmed", FIRST), {UUID(int=3)}
    lead = Caller(UUID(int=3))
    assert require_may_staff(lead, agency, leads, about_lead=False) == lead.person_id
    assert require_may_staff(DISTRICT_OFFICER, agency, leads, about_lead=True)
    for caller, about_lead in ((lead, True), (Caller(UUID(int=4)), False), (STREET_OFFICER, False)):
        with pytest.raises(Forbidden):
            require_may_staff(caller, agency, leads, about_lead=about_lead)


def test_a_role_comes_with_a_street_that_has_confirmed_the_agency() -> None:
    agency = organisation("agency", "confirmed", FIRST)
    check_staff(agency, Role.AGENCY_CLERK, FIRST)
    check_staff(agency, None, None)
    for role, area in ((Role.AGENCY_CLERK, SECOND), (Role.AGENCY_CLERK, None), (None, FIRST)):
        with pytest.raises(InvalidRequest):
            check_staff(agency, role, area)
    with pytest.raises(WrongKind):
        check_staff(organisation("care_home", "confirmed"), Role.AGENCY_CLERK, FIRST)
    for state in ("proposed", "suspended", "closed"):
        with pytest.raises(WrongOrganisationState):
            check_staff(organisation("agency", state, FIRST), None, None)
