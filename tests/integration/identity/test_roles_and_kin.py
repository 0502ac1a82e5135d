"""Roles, kinship (S5), and the policy, through the real entrypoints."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from sqlalchemy import text

from services.identity.bulk import NewKinship, load_kinships
from services.identity.contract import (
    AlreadyRegistered,
    ImpossibleKinship,
    KinshipConfirmed,
    KinshipDecided,
    NotVerified,
    PersonRegistered,
    PersonVerified,
    PolicyAdopted,
    PolicyConflict,
    Relation,
    SecondOfficerNeeded,
)
from services.kernel import outbox
from services.kernel.caller import Call, Caller, RoleIn
from services.kernel.contract import (
    Error,
    Forbidden,
    InvalidRequest,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from tests.integration.conftest import Running
from tests.integration.identity.conftest import NOW, OTHER_STREET, STREET, Identity
from tests.unit.identity.numbers import make_id_number


def assign(identity: Identity, caller: Caller, person: UUID, role: str, area: str) -> Any:
    payload = {"person_id": str(person), "role": role, "area": area}
    return identity.call("assign_role", payload, caller)


def test_a_role_reaches_the_next_token_and_says_who_gave_it(identity: Identity) -> None:
    person = identity.verified(phone="13912345678")
    for _ in range(2):
        answer = assign(identity, identity.district, person, "agency_clerk", STREET)
        assert answer == {"person_id": str(person), "role": "agency_clerk", "area": STREET}
    session = identity.call(
        "log_in", {"phone": "13912345678", "password": "a long password"}, key=None
    )
    assert session["roles"] == [{"role": "agency_clerk", "area": STREET}]
    with identity.session() as rows:
        query = text("select assigned_by from person_roles where person_id = :id")
        assert rows.scalars(query, {"id": person}).all() == [identity.district.person_id]


def test_only_the_verified_get_roles(identity: Identity) -> None:
    with pytest.raises(NotVerified):
        assign(identity, identity.city, identity.registered(), "agency_clerk", STREET)


def test_roles_are_given_by_the_city_or_for_clerks_by_their_district(identity: Identity) -> None:
    person = identity.verified()
    assign(identity, identity.city, person, "district_officer", "110105")
    assign(identity, identity.city, person, "operator", "110000")
    for caller, role, area in (
        (identity.district, "agency_clerk", OTHER_STREET),
        (identity.district, "district_officer", "110105"),
        (identity.district, "city_officer", "110000"),
        (identity.clerk, "agency_clerk", STREET),
        (Caller(person), "city_officer", "110000"),
    ):
        with pytest.raises(Forbidden):
            assign(identity, caller, person, role, area)
    with pytest.raises(Unauthenticated):
        assign(identity, Caller(), person, "agency_clerk", STREET)
    with pytest.raises(InvalidRequest):
        assign(identity, identity.city, person, "city_officer", STREET)
    with pytest.raises(NotFound):
        assign(identity, identity.city, uuid4(), "agency_clerk", STREET)


def claim(identity: Identity, caller: Caller, person: UUID, relative: UUID, relation: str) -> Any:
    payload = {"person_id": str(person), "relative_id": str(relative), "relation": relation}
    return identity.call("claim_kinship", payload, caller)


def confirm(identity: Identity, caller: Caller, kinship_id: str) -> Any:
    payload = {"kinship_id": kinship_id, "paper": "household_register"}
    return identity.call("confirm_kinship", payload, caller)


@pytest.fixture
def family(identity: Identity) -> tuple[UUID, UUID]:
    """A child and its parent, in different streets."""
    return (
        identity.verified(id_number=make_id_number(date(1990, 1, 1), 1)),
        identity.verified(id_number=make_id_number(date(1955, 1, 1), 2), street=OTHER_STREET),
    )


def test_s5_kinship_is_claimed_by_one_and_confirmed_by_a_clerk(
    identity: Identity, family: tuple[UUID, UUID]
) -> None:
    child, parent = family
    claimed = claim(identity, Caller(parent), parent, child, "child")
    assert claimed["relation"] == "child"
    assert claimed["state"] == "claimed"
    assert identity.recorded(KinshipConfirmed) == []
    confirmed = confirm(identity, identity.clerk, claimed["kinship_id"])
    assert confirmed["state"] == "confirmed"
    assert identity.recorded(KinshipConfirmed) == [
        {
            "district": "110105",
            "kinship_id": claimed["kinship_id"],
            "person_id": str(child),
            "relative_id": str(parent),
            "relation": "parent",
            "confirmed_by": str(identity.clerk.person_id),
            "is_derived": False,
        }
    ]
    for person, relative, relation in ((child, parent, "parent"), (parent, child, "child")):
        listed = identity.call("list_kinships", {"person_id": str(person)}, Caller(person))
        assert [
            (item["person_id"], item["relative_id"], item["relation"]) for item in listed["items"]
        ] == [(str(person), str(relative), relation)]


def test_the_same_kinship_told_by_the_other_is_the_same(
    identity: Identity, family: tuple[UUID, UUID]
) -> None:
    child, parent = family
    claimed = claim(identity, Caller(child), child, parent, "parent")
    with pytest.raises(KinshipDecided):
        claim(identity, Caller(parent), parent, child, "child")
    with pytest.raises(KinshipDecided):
        claim(identity, Caller(child), child, parent, "parent")
    confirm(identity, identity.clerk, claimed["kinship_id"])
    for relation in ("parent", "parent_in_law"):
        with pytest.raises(KinshipDecided):
            claim(identity, Caller(child), child, parent, relation)
    with pytest.raises(KinshipDecided):
        confirm(identity, identity.clerk, claimed["kinship_id"])
    assert len(identity.recorded(KinshipConfirmed)) == 1


def test_a_wrong_claim_does_not_block_the_right_one_and_one_is_confirmed(
    identity: Identity, family: tuple[UUID, UUID]
) -> None:
    child, parent = family
    claims = [
        claim(identity, Caller(child), child, parent, relation)["kinship_id"]
        for relation in ("sibling", "parent", "spouse", "parent_in_law")
    ]

    def attempt(kinship_id: str) -> str:
        try:
            return str(confirm(identity, identity.clerk, kinship_id)["state"])
        except Error as error:
            return error.code

    outcomes = sorted(eventlet.GreenPool().imap(attempt, claims))
    assert outcomes == ["confirmed"] + ["kinship_decided"] * 3
    assert len(identity.recorded(KinshipConfirmed)) == 1


def test_kinship_against_nature_is_refused(identity: Identity, family: tuple[UUID, UUID]) -> None:
    child, parent = family
    for person, relative, relation in (
        (parent, child, "parent"),
        (child, parent, "child"),
        (child, parent, "great_grandparent"),
        (child, child, "sibling"),
    ):
        with pytest.raises(ImpossibleKinship):
            claim(identity, identity.clerk, person, relative, relation)
    with pytest.raises(NotFound):
        claim(identity, Caller(child), child, uuid4(), "parent")


def test_kinship_is_claimed_by_those_concerned_and_confirmed_by_another(
    identity: Identity, family: tuple[UUID, UUID]
) -> None:
    child, parent = family
    for caller in (Caller(uuid4()), identity.district, identity.city):
        with pytest.raises(Forbidden):
            claim(identity, caller, child, parent, "parent")
    with pytest.raises(Unauthenticated):
        claim(identity, Caller(), child, parent, "parent")
    kinship_id = claim(identity, identity.clerk, child, parent, "parent")["kinship_id"]
    clerk_role = RoleIn("agency_clerk", STREET)
    for caller in (
        Caller(child, (clerk_role,)),
        Caller(parent, (clerk_role,)),
        Caller(child),
        Caller(uuid4(), (RoleIn("agency_clerk", "110108001"),)),
        identity.district,
        identity.city,
    ):
        with pytest.raises(Forbidden):
            confirm(identity, caller, kinship_id)
    with pytest.raises(NotFound):
        confirm(identity, identity.clerk, str(uuid4()))
    assert confirm(identity, identity.far_clerk, kinship_id)["state"] == "confirmed"


def test_kinship_of_somebody_unverified_is_claimed_but_not_confirmed(identity: Identity) -> None:
    child = identity.verified(id_number=make_id_number(date(1990, 1, 1), 1))
    kinship = claim(identity, Caller(child), child, identity.registered(), "parent")
    with pytest.raises(NotVerified):
        confirm(identity, identity.clerk, kinship["kinship_id"])


def test_kinships_are_listed_to_those_who_may_see_the_person(
    identity: Identity, family: tuple[UUID, UUID]
) -> None:
    payload = {"person_id": str(family[0])}
    for caller in (identity.clerk, identity.district, identity.city):
        assert identity.call("list_kinships", payload, caller, key=None) == {"items": []}
    for caller in (identity.far_clerk, Caller(family[1])):
        with pytest.raises(Forbidden):
            identity.call("list_kinships", payload, caller, key=None)


def adoption(version: int, values: dict[str, Any]) -> dict[str, Any]:
    return {"version": version, "effective_from": "2022-06-01T00:00:00+08:00", "values": values}


CITY = Caller(UUID(int=5), (RoleIn("city_officer", "110000"),))


def test_the_first_policy_can_be_adopted_before_any_is_in_force(
    running: Callable[..., Running], policy_values: dict[str, Any]
) -> None:
    service = running("identity", policy=False)
    with pytest.raises(Unavailable):
        service.call("show_policy", {}, key=None)
    with pytest.raises(PolicyConflict):
        service.call("adopt_policy", adoption(2, policy_values), CITY)
    service.call("adopt_policy", adoption(1, policy_values), CITY)
    shown = service.call("show_policy", {}, key=None)
    assert (shown["version"], shown["values"]) == (1, policy_values)
    assert datetime.fromisoformat(shown["effective_from"]) == datetime(2022, 5, 31, 16, tzinfo=UTC)
    (told,) = service.recorded(PolicyAdopted)
    assert (told["district"], told["version"], told["values"]) == ("110000", 1, policy_values)


def test_of_many_first_policies_at_once_one_is_adopted(
    running: Callable[..., Running], policy_values: dict[str, Any]
) -> None:
    service = running("identity", policy=False)

    def attempt(_: int) -> str:
        try:
            return str(service.call("adopt_policy", adoption(1, policy_values), CITY)["version"])
        except Error as error:
            return error.code

    outcomes = sorted(eventlet.GreenPool().imap(attempt, range(4)))
    assert outcomes == ["1"] + ["policy_conflict"] * 3
    assert len(service.recorded(PolicyAdopted)) == 1
    with service.session() as session:
        assert session.scalar(text("select adopted_by from policy_adoptions")) == CITY.person_id


def test_one_officer_alone_adopts_no_policy_after_the_first(
    identity: Identity, policy_values: dict[str, Any]
) -> None:
    for version in (1, 3):
        with pytest.raises(PolicyConflict):
            identity.call("adopt_policy", adoption(version, policy_values), CITY)
    with pytest.raises(SecondOfficerNeeded):
        identity.call("adopt_policy", adoption(2, policy_values), CITY)
    assert identity.recorded(PolicyAdopted) == []


def test_only_a_city_officer_adopts_a_policy_and_none_with_a_rule_missing(
    running: Callable[..., Running], policy_values: dict[str, Any]
) -> None:
    service = running("identity", policy=False)
    district = Caller(uuid4(), (RoleIn("district_officer", "110105"),))
    for caller in (district, Caller(uuid4())):
        with pytest.raises(Forbidden):
            service.call("adopt_policy", adoption(1, policy_values), caller)
    with pytest.raises(Unauthenticated):
        service.call("adopt_policy", adoption(1, policy_values))
    for change in ({"gift": {}}, {"luck": {"number": 8}}, {"elder": {"redeem_from_age": 0}}):
        with pytest.raises(InvalidRequest):
            service.call("adopt_policy", adoption(1, policy_values | change), CITY)
    assert service.recorded(PolicyAdopted) == []


def test_people_loaded_in_bulk_are_as_if_registered_and_verified(identity: Identity) -> None:
    guardian = identity.new_person()
    pupil = identity.new_person(
        id_number=make_id_number(date(2011, 1, 1), 9),
        school="No. 4 School",
        guardian_id=guardian.person_id,
        verified_by=identity.clerk.person_id,
    )
    identity.load(guardian, pupil)
    told = identity.recorded(PersonVerified)[-1]
    assert told["person_id"] == str(pupil.person_id)
    assert told["verified_by"] == str(identity.clerk.person_id)
    assert identity.recorded(PersonRegistered)[-1]["guardian_id"] == str(guardian.person_id)
    shown = identity.call("show_person", {"person_id": str(pupil.person_id)}, identity.clerk)
    assert shown["state"] == "verified"


def test_a_bulk_load_with_one_known_person_adds_nobody(identity: Identity) -> None:
    known = identity.new_person()
    identity.load(known)
    count = len(identity.recorded(PersonVerified))
    fresh = identity.new_person()
    with pytest.raises(AlreadyRegistered):
        identity.load(fresh, identity.new_person(id_number=known.id_number))
    assert len(identity.recorded(PersonVerified)) == count
    with pytest.raises(NotFound):
        identity.call("show_person", {"person_id": str(fresh.person_id)}, identity.city)


def test_kinships_loaded_in_bulk_are_confirmed_and_told(
    identity: Identity, family: tuple[UUID, UUID]
) -> None:
    child, parent = family
    clerk = identity.clerk.person_id
    assert clerk is not None

    def record(session: Any, event: Any, **facts: Any) -> None:
        outbox.record(session, event, Call(now=NOW), **facts)

    with identity.session() as session:
        new = NewKinship(uuid4(), parent, child, Relation.CHILD, clerk)
        load_kinships(session, [new], NOW, record)
    (told,) = identity.recorded(KinshipConfirmed)
    assert (told["person_id"], told["relation"]) == (str(child), "parent")
    listed = identity.call("list_kinships", {"person_id": str(parent)}, Caller(parent))
    assert listed["items"][0]["state"] == "confirmed"
