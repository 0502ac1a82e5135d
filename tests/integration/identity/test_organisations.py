"""Organisations: confirmed by a street, staffed by their leads, stopped with all their staff."""

from typing import Any
from uuid import UUID

import eventlet
import pytest
from sqlalchemy import text

from services.identity.contract import (
    NotVerified,
    OrganisationClosed,
    OrganisationConfirmed,
    OrganisationKnown,
    OrganisationReinstated,
    OrganisationSuspended,
    ProjectChanged,
    StaffChanged,
    StaffKnown,
    WrongKind,
    WrongOrganisationState,
    WrongStaffState,
)
from services.identity.retelling import tell_all
from services.identity.storage.revocations import generation_of
from services.identity.tell_organisations_again import tell_next
from services.kernel.caller import Caller
from services.kernel.contract import Error, Forbidden, InvalidRequest
from tests.integration.identity.conftest import PASSWORD, STREET, Identity


DISTRICT, SECOND = "110105", "110105002"
AGENCY = {"kind": "agency", "name": "建外养老服务中心", "district": DISTRICT}


class Agency:
    """An agency of two streets, proposed by a resident."""

    def __init__(self, identity: Identity):
        self.identity = identity
        self.proposer = Caller(identity.verified())
        payload = AGENCY | {"streets": [STREET, SECOND]}
        proposed = identity.call("propose_organisation", payload, self.proposer)
        self.organisation_id = str(proposed["organisation_id"])

    def do(self, operation: str, by: Caller, **more: Any) -> Any:
        payload = {"organisation_id": self.organisation_id} | more
        return self.identity.call(operation, payload, by)

    def confirmed(self) -> "Agency":
        self.do("confirm_organisation", self.identity.district)
        return self

    def staff(
        self, by: Caller | None = None, area: str = STREET, **changes: Any
    ) -> tuple[UUID, str]:
        person = self.identity.verified()
        more = {"person_id": str(person), "role": "agency_clerk", "area": area} | changes
        added = self.do("add_staff", by or self.identity.district, **more)
        return person, str(added["staff_id"])

    def lead(self) -> Caller:
        return Caller(self.staff(is_lead=True)[0])

    def roles(self, person: UUID) -> list[dict[str, str]]:
        """What a token says that the person gets now."""
        with self.identity.session() as session:
            from services.identity.storage.people import roles_of

            return [vars(held) for held in roles_of(session, person)]

    def generation(self, person: UUID) -> int:
        with self.identity.session() as session:
            return generation_of(session, person)


@pytest.fixture
def agency(identity: Identity) -> Agency:
    return Agency(identity)


CLERK = [{"role": "agency_clerk", "area": STREET}]


def test_an_agency_is_confirmed_by_one_street_after_the_other(
    identity: Identity, agency: Agency
) -> None:
    first = identity.officer("street_officer", STREET)
    second = identity.officer("street_officer", SECOND)
    shown = agency.do("show_organisation", agency.proposer)
    assert (shown["state"], shown["confirmed_streets"]) == ("proposed", [])
    assert "staff" not in shown
    one = agency.do("confirm_organisation", first)
    assert (one["state"], one["confirmed_streets"]) == ("confirmed", [STREET])
    with pytest.raises(WrongOrganisationState):
        agency.do("confirm_organisation", first)
    with pytest.raises(InvalidRequest):
        agency.staff(area=SECOND)
    both = agency.do("confirm_organisation", second)
    assert both["confirmed_streets"] == [STREET, SECOND]
    told = identity.recorded(OrganisationConfirmed)
    assert [event["streets"] for event in told] == [[STREET], [STREET, SECOND]]
    assert told[0] == {
        "district": DISTRICT,
        "organisation_id": agency.organisation_id,
        "kind": "agency",
        "name": AGENCY["name"],
        "streets": [STREET],
        "places": None,
        "acted_by": str(first.person_id),
    }


def test_nobody_confirms_what_they_proposed_and_a_name_is_known_once(
    identity: Identity, agency: Agency
) -> None:
    payload = AGENCY | {"name": "另一家", "streets": [STREET]}
    own = identity.call("propose_organisation", payload, identity.district)
    with pytest.raises(Forbidden):
        identity.call(
            "confirm_organisation", {"organisation_id": own["organisation_id"]}, identity.district
        )
    with pytest.raises(OrganisationKnown):
        identity.call("propose_organisation", AGENCY | {"streets": [STREET]}, identity.city)
    agency.do("close_organisation", identity.district, reason="Withdrawn")
    assert identity.recorded(OrganisationClosed)[0]["reason"] == "Withdrawn"
    identity.call("propose_organisation", AGENCY | {"streets": [STREET]}, identity.city)
    with pytest.raises(NotVerified):
        unverified = Caller(identity.registered())
        identity.call("propose_organisation", AGENCY | {"streets": [STREET]}, unverified)
    listed = identity.call(
        "list_organisations", {"district": DISTRICT, "state": "proposed"}, agency.proposer
    )
    assert len(listed["items"]) == 2
    page = identity.call("list_organisations", {"district": DISTRICT, "limit": 1}, agency.proposer)
    payload = {"district": DISTRICT, "cursor": page["next_cursor"]}
    rest = identity.call("list_organisations", payload, agency.proposer)
    assert (len(rest["items"]), rest["next_cursor"]) == (2, None)


def test_a_clerks_role_comes_through_the_agency_and_goes_with_it(
    identity: Identity, agency: Agency
) -> None:
    lead = agency.confirmed().lead()
    clerk, staff_id = agency.staff(by=lead)
    assert agency.roles(clerk) == CLERK
    phone = "13912340000"
    other, _ = agency.staff(by=lead, person_id=str(identity.verified(phone=phone)))
    logged_in = identity.call("log_in", {"phone": phone, "password": PASSWORD}, key=None)
    assert logged_in["roles"] == CLERK
    with pytest.raises(StaffKnown):
        agency.staff(by=lead, person_id=str(clerk))
    agency.do("suspend_organisation", identity.district, reason="Complaints")
    assert agency.roles(clerk) == []
    assert [agency.generation(who) for who in (clerk, lead.person_id)] == [1, 1]
    with pytest.raises(WrongOrganisationState):
        agency.staff()
    with pytest.raises(Forbidden):
        agency.staff(by=lead)
    with pytest.raises(WrongOrganisationState):
        agency.do("suspend_organisation", identity.district, reason="Complaints")
    agency.do("reinstate_organisation", identity.district, reason="Settled")
    assert agency.roles(clerk) == CLERK
    assert identity.recorded(OrganisationSuspended)[0]["reason"] == "Complaints"
    assert identity.recorded(OrganisationReinstated)[0]["reason"] == "Settled"
    staffed = agency.do("show_organisation", lead)["staff"]
    assert [(each["is_lead"], each["state"]) for each in staffed].count((False, "active")) == 2
    agency.do("close_organisation", identity.district, reason="Bankrupt")
    assert agency.roles(clerk) == []
    assert agency.generation(clerk) == 2
    assert other != clerk
    assert staff_id


def test_staff_are_suspended_reinstated_and_end_each_with_their_tokens(
    identity: Identity, agency: Agency
) -> None:
    lead = agency.confirmed().lead()
    clerk, staff_id = agency.staff(by=lead)
    named = {"staff_id": staff_id, "reason": "A complaint"}
    identity.call("suspend_staff", named, lead)
    assert (agency.roles(clerk), agency.generation(clerk)) == ([], 1)
    with pytest.raises(WrongStaffState):
        identity.call("suspend_staff", named, lead)
    identity.call("reinstate_staff", named, identity.district)
    assert (agency.roles(clerk), agency.generation(clerk)) == (CLERK, 1)
    with pytest.raises(Forbidden):
        identity.call("suspend_staff", named, Caller(clerk))
    identity.call("end_staff", named, Caller(clerk))
    assert (agency.roles(clerk), agency.generation(clerk)) == ([], 2)
    for operation in ("reinstate_staff", "end_staff", "suspend_staff"):
        with pytest.raises(WrongStaffState):
            identity.call(operation, named, identity.district)
    again = agency.do("add_staff", lead, person_id=str(clerk), role="agency_clerk", area=STREET)
    assert again["staff_id"] != staff_id
    leaving = {"person_id": str(clerk), "reason": "leaving", "password": PASSWORD}
    identity.call("close_person", leaving, Caller(clerk))
    assert agency.roles(clerk) == []
    told = [each for each in identity.recorded(StaffChanged) if each["person_id"] == str(clerk)]
    states = [(each["staff_id"], each["state"]) for each in told]
    once = [(staff_id, state) for state in ("active", "suspended", "active", "ended")]
    assert states == [*once, (again["staff_id"], "active"), (again["staff_id"], "ended")]
    assert {each["district"] for each in told} == {DISTRICT}
    with pytest.raises(Exception, match="permission denied"), identity.session() as session:
        session.execute(text("delete from staff"))


def test_of_two_who_suspend_and_close_at_once_each_change_is_made_once(
    identity: Identity, agency: Agency
) -> None:
    agency.confirmed()

    def attempt(_: int) -> str:
        try:
            return str(agency.do("suspend_organisation", identity.city, reason="x")["state"])
        except Error as error:
            return error.code

    outcomes = sorted(eventlet.GreenPool().imap(attempt, range(4)))
    assert outcomes == ["suspended"] + ["wrong_organisation_state"] * 3
    assert len(identity.recorded(OrganisationSuspended)) == 1


def test_projects_belong_to_volunteer_organisations_and_have_a_category(
    identity: Identity, agency: Agency
) -> None:
    project = {"name": "Songs", "category": "culture_and_sport", "starts_on": "2026-12-01"}
    with pytest.raises(WrongKind):
        agency.confirmed().do("add_project", identity.district, **project)
    payload = {"kind": "volunteer_organisation", "name": "志愿之家", "district": DISTRICT}
    house = identity.call("propose_organisation", payload, agency.proposer)
    named = {"organisation_id": house["organisation_id"]}
    with pytest.raises(WrongOrganisationState):
        identity.call("add_project", named | project, identity.district)
    identity.call("confirm_organisation", named, identity.city)
    # Selections count what a project's organisation did of its kind: none is made up afterwards.
    flaws = ({"category": "dancing"}, {"ends_on": "2026-11-30"}, {"starts_on": "2026-01-01"})
    for flaw in flaws:
        with pytest.raises(InvalidRequest):
            identity.call("add_project", named | project | flaw, identity.district)
    added = identity.call("add_project", named | project, identity.district)
    ended = identity.call("end_project", {"project_id": added["project_id"]}, identity.district)
    assert (ended["starts_on"], ended["ends_on"]) == ("2026-12-01", "2026-12-01")
    shown = identity.call("show_organisation", named, agency.proposer)
    assert [each["name"] for each in shown["projects"]] == ["Songs"]
    told = [each["ends_on"] for each in identity.recorded(ProjectChanged)]
    assert told == [None, "2026-12-01"]


def test_who_began_to_listen_later_is_told_of_all_organisations_again(
    identity: Identity, agency: Agency
) -> None:
    agency.confirmed()
    clerk, staff_id = agency.staff()
    identity.call("end_staff", {"staff_id": staff_id, "reason": "moved"}, identity.district)
    before = len(identity.recorded(StaffChanged))
    assert tell_all(identity.session, tell_next, lambda told: None) == 1
    told = identity.recorded(StaffChanged)[before:]
    assert [(each["person_id"], each["state"]) for each in told] == [
        (str(clerk), "active"),
        (str(clerk), "ended"),
    ]
    agency.do("close_organisation", identity.district, reason="over")
    tell_all(identity.session, tell_next, lambda told: None)
    assert [each["reason"] for each in identity.recorded(OrganisationClosed)] == ["over"] * 2
