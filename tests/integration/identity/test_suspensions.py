"""Suspended accounts and roles taken back: no log-in, no token, nothing forgotten."""

from uuid import UUID, uuid4

import eventlet
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.identity.contract import (
    AccountSuspended,
    AlreadySuspended,
    BadCredentials,
    NotSuspended,
    PersonReinstated,
    PersonSuspended,
    RoleNotHeld,
)
from services.identity.storage.revocations import generation_of
from services.kernel.caller import Caller
from services.kernel.contract import Error, Forbidden, NotFound
from tests.integration.identity.conftest import NOW, STREET, Identity
from tests.integration.identity.test_sessions import PHONE, log_in, read


def generation(identity: Identity, person: UUID) -> int:
    with identity.session() as session:
        return generation_of(session, person)


def test_a_suspended_account_takes_no_log_in_until_it_is_reinstated(identity: Identity) -> None:
    person = identity.verified(phone=PHONE, roles=(("agency_clerk", STREET),))
    payload = {"person_id": str(person), "reason": "A complaint"}
    suspension = identity.call("suspend_person", payload, identity.district)
    assert suspension["suspended_by"] == str(identity.district.person_id)
    with pytest.raises(AccountSuspended):
        log_in(identity)
    with pytest.raises(BadCredentials):
        log_in(identity, password="another password")
    with pytest.raises(AlreadySuspended):
        identity.call("suspend_person", payload, identity.city)
    ended = identity.call(
        "reinstate_person", payload | {"reason": "It was unfounded"}, identity.city
    )
    assert ended["suspension_id"] == suspension["suspension_id"]
    assert ended["reinstated_because"] == "It was unfounded"
    with pytest.raises(NotSuspended):
        identity.call("reinstate_person", payload, identity.city)
    claims = read(identity, log_in(identity)["access_token"])
    assert (claims["gen"], len(claims["roles"])) == (1, 1)
    told = {"district": "110105", "person_id": str(person)}
    assert identity.recorded(PersonSuspended) == [
        told | {"reason": "A complaint", "suspended_by": str(identity.district.person_id)}
    ]
    assert identity.recorded(PersonReinstated) == [
        told | {"reason": "It was unfounded", "reinstated_by": str(identity.city.person_id)}
    ]
    shown = identity.call("list_suspensions", {"person_id": str(person)}, Caller(person))
    assert shown == {"items": [ended]}


def test_of_two_officers_at_once_one_suspends(identity: Identity) -> None:
    payload = {"person_id": str(identity.verified()), "reason": "A complaint"}

    def attempt(officer: Caller) -> str:
        try:
            return str(identity.call("suspend_person", payload, officer)["reason"])
        except Error as error:
            return error.code

    officers = [identity.city, identity.district] * 2
    outcomes = sorted(eventlet.GreenPool().imap(attempt, officers))
    assert outcomes == ["A complaint"] + ["already_suspended"] * 3
    assert len(identity.recorded(PersonSuspended)) == 1
    with pytest.raises(NotFound):
        identity.call("suspend_person", payload | {"person_id": str(uuid4())}, identity.city)


def test_what_was_done_to_an_account_cannot_be_deleted(identity: Identity) -> None:
    person = identity.verified()
    payload = {"person_id": str(person), "reason": "A complaint"}
    identity.call("suspend_person", payload, identity.city)
    with pytest.raises(Exception, match="permission denied"), identity.session() as session:
        session.execute(text("delete from suspensions"))
    with pytest.raises(IntegrityError), identity.session() as session:
        session.execute(text("update suspensions set reinstated_at = now()"))


def test_a_role_taken_back_is_in_no_token_and_stays_on_record(identity: Identity) -> None:
    person = identity.verified(
        phone=PHONE, roles=(("agency_clerk", STREET), ("agency_clerk", "110105002"))
    )
    role = {"person_id": str(person), "role": "agency_clerk", "area": STREET}
    assert identity.call("remove_role", role | {"reason": "Has left"}, identity.district) == role
    assert generation(identity, person) == 1
    assert log_in(identity)["roles"] == [{"role": "agency_clerk", "area": "110105002"}]
    with pytest.raises(RoleNotHeld):
        identity.call("remove_role", role | {"reason": "Has left"}, identity.district)
    assert generation(identity, person) == 1, "what changes nothing voids nothing"
    with identity.session() as session:
        names = "person_id, area, assigned_at, ended_by, reason"
        kept = session.execute(text(f"select {names} from ended_roles"))
        assert kept.all() == [(person, STREET, NOW, identity.district.person_id, "Has left")]


def test_nobody_takes_a_role_back_from_themselves(identity: Identity) -> None:
    role = {"person_id": str(identity.city.person_id), "role": "city_officer", "area": "110000"}
    with pytest.raises(Forbidden):
        identity.call("remove_role", role | {"reason": "Tired"}, identity.city)
