"""Opening an account and having it verified (S1, S14), through the real entrypoints."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from sqlalchemy import text

from services.identity.contract import (
    AlreadyRegistered,
    AlreadyVerified,
    GuardianRequired,
    InvalidIdNumber,
    PersonRegistered,
    PersonVerified,
)
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Error, Forbidden, InvalidRequest, NotFound, Unauthenticated
from tests.integration.identity.conftest import OTHER_STREET, STREET, Identity
from tests.unit.identity.numbers import make_id_number


NUMBER = "11010519491231002X"
PUPIL_NUMBER = make_id_number(date(2010, 3, 3), 77)


def test_s1_a_resident_opens_an_account_and_others_are_told_without_private_data(
    identity: Identity,
) -> None:
    answer = identity.register(id_number=NUMBER, phone="13912345678")
    assert answer["state"] == "unverified"
    assert answer["id_number"] == "110105********002X"
    assert answer["phone"] == "139****5678"
    assert (answer["birth_date"], answer["district"]) == ("1949-12-31", "110105")
    assert identity.recorded(PersonRegistered)[-1] == {
        "district": "110105",
        "person_id": answer["person_id"],
        "birth_date": "1949-12-31",
        "street": STREET,
        "guardian_id": None,
    }


def test_id_number_phone_address_and_password_are_nowhere_in_the_database_in_plain(
    identity: Identity,
) -> None:
    identity.register(
        id_number=NUMBER, phone="13912345678", address="Secret Lane 5", password="open sesame"
    )
    identity.call("log_in", {"phone": "13912345678", "password": "open sesame"}, key=None)
    with identity.session() as session:
        tables = session.scalars(
            text("select tablename from pg_tables where schemaname = 'public'")
        ).all()
        rows = [
            str(row)
            for table in tables
            if table != "alembic_version"
            for row in session.scalars(text(f'select t::text from "{table}" t'))
        ]
    assert len(rows) > 10
    for secret in (NUMBER, NUMBER[:17], "13912345678", "Secret Lane", "open sesame"):
        assert not [row for row in rows if secret in row]


def test_one_person_has_one_account_however_the_number_is_written(identity: Identity) -> None:
    identity.register(id_number=NUMBER)
    for written in (
        NUMBER,
        NUMBER.lower(),
        "110105 19491231 002X",
        "110105-19491231-002x",
        "１１０１０５１９４９１２３１００２Ｘ",
    ):
        with pytest.raises(AlreadyRegistered):
            identity.register(id_number=written)
    assert len(identity.recorded(PersonRegistered)) == 5


def test_one_phone_number_has_one_account_and_people_without_phones_are_many(
    identity: Identity,
) -> None:
    identity.register(phone="13912345678")
    with pytest.raises(AlreadyRegistered):
        identity.register(phone="13912345678")
    assert identity.register(phone=None)["phone"] is None
    assert identity.register(phone=None)["phone"] is None


def test_of_many_who_register_one_number_at_once_one_gets_the_account(identity: Identity) -> None:
    def attempt(_: int) -> str:
        try:
            return str(identity.register(id_number=NUMBER, phone=None)["state"])
        except Error as error:
            return error.code

    outcomes = sorted(eventlet.GreenPool().imap(attempt, range(6)))
    assert outcomes == ["already_registered"] * 5 + ["unverified"]


WRONG: list[tuple[dict[str, Any], type[Error]]] = [
    ({"id_number": "110105194912310021"}, InvalidIdNumber),
    ({"id_number": make_id_number(date(2026, 11, 26), 1)}, InvalidIdNumber),
    ({"id_number": "110105491331002"}, InvalidIdNumber),
    ({"id_number": ""}, InvalidRequest),
    ({"street": "310105001"}, InvalidRequest),
    ({"street": "１１０１０５００１"}, InvalidRequest),
    ({"street": "110105001\n"}, InvalidRequest),
    ({"phone": "1391234567"}, InvalidRequest),
    ({"phone": "1391234567８"}, InvalidRequest),
    ({"password": "short"}, InvalidRequest),
    ({"password": "long enough \ud800"}, InvalidRequest),
    ({"home": {"latitude": 91, "longitude": 0}}, InvalidRequest),
    ({"name": ""}, InvalidRequest),
    ({"name": "   "}, InvalidRequest),
    ({"name": "Li\x00Na"}, InvalidRequest),
    ({"address": "half a \udfff"}, InvalidRequest),
    ({"surprise": 1}, InvalidRequest),
]


def test_a_wrong_registration_is_refused_and_nothing_is_kept(identity: Identity) -> None:
    for changes, error in WRONG:
        with pytest.raises(error) as refusal:
            identity.register(**changes)
        assert refusal.value.fields, changes
    assert len(identity.recorded(PersonRegistered)) == 4


def test_a_birthday_begins_at_midnight_in_the_city(identity: Identity) -> None:
    request = identity.request(id_number=make_id_number(date(2008, 11, 26), 5))
    before = datetime(2026, 11, 25, 15, 59, 59, tzinfo=UTC)
    with pytest.raises(GuardianRequired):
        identity.call("register_person", request, now=before)
    midnight = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    assert identity.call("register_person", request, now=midnight)["state"] == "unverified"


def test_s1_a_pupil_opens_an_account_with_school_and_guardian(identity: Identity) -> None:
    guardian = identity.verified()
    pupil: dict[str, Any] = {
        "id_number": PUPIL_NUMBER,
        "school": "No. 4",
        "guardian_id": str(guardian),
    }
    answer = identity.register(**pupil)
    assert answer["guardian_id"] == str(guardian)
    seen = identity.call("show_person", {"person_id": answer["person_id"]}, Caller(guardian))
    assert seen["id_number"] == PUPIL_NUMBER[:6] + "********" + PUPIL_NUMBER[14:]
    assert seen["phone"].count("*") == 4


def test_a_pupil_without_a_school_or_a_verified_adult_guardian_is_refused(
    identity: Identity,
) -> None:
    minor = identity.verified(id_number=make_id_number(date(2009, 9, 9), 3))
    for school, guardian_id, field in (
        (None, identity.verified(), "school"),
        ("No. 4", None, "guardian_id"),
        ("No. 4", uuid4(), "guardian_id"),
        ("No. 4", identity.registered(), "guardian_id"),
        ("No. 4", minor, "guardian_id"),
    ):
        guardian = str(guardian_id) if guardian_id else None
        with pytest.raises(GuardianRequired) as refusal:
            identity.register(id_number=PUPIL_NUMBER, school=school, guardian_id=guardian)
        assert refusal.value.fields.keys() == {field, "adult_age"}


def test_s14_a_clerk_of_the_street_verifies_and_everybody_is_told_once(identity: Identity) -> None:
    person_id = identity.registered()
    payload = {"person_id": str(person_id), "card_seen": True}
    answer = identity.call("verify_person", payload, identity.clerk)
    assert answer["state"] == "verified"
    told = identity.recorded(PersonVerified)[-1]
    assert told["person_id"] == str(person_id)
    assert told["home"] == {"latitude": 39.91, "longitude": 116.41}
    assert told["verified_by"] == str(identity.clerk.person_id)
    count = len(identity.recorded(PersonVerified))
    with pytest.raises(AlreadyVerified):
        identity.call("verify_person", payload, identity.clerk)
    assert len(identity.recorded(PersonVerified)) == count


def test_of_two_clerks_who_verify_at_once_one_is_told_it_is_done(identity: Identity) -> None:
    payload = {"person_id": str(identity.registered()), "card_seen": True}

    def attempt(_: int) -> str:
        try:
            return str(identity.call("verify_person", payload, identity.clerk)["state"])
        except Error as error:
            return error.code

    outcomes = sorted(eventlet.GreenPool().imap(attempt, range(4)))
    assert outcomes == ["already_verified"] * 3 + ["verified"]


def test_nobody_but_a_clerk_of_the_street_verifies_and_nobody_themselves(
    identity: Identity,
) -> None:
    person_id = identity.registered()
    payload = {"person_id": str(person_id), "card_seen": True}
    own_clerk = Caller(person_id, (RoleIn("agency_clerk", STREET),))
    for caller in (
        own_clerk,
        Caller(person_id),
        identity.far_clerk,
        identity.district,
        identity.city,
    ):
        with pytest.raises(Forbidden):
            identity.call("verify_person", payload, caller)
    with pytest.raises(Unauthenticated):
        identity.call("verify_person", payload)
    with pytest.raises(InvalidRequest):
        identity.call("verify_person", payload | {"card_seen": False}, identity.clerk)
    with pytest.raises(NotFound):
        identity.call("verify_person", payload | {"person_id": str(uuid4())}, identity.clerk)


def test_a_record_is_shown_to_those_concerned_and_masked_for_all_but_oneself(
    identity: Identity,
) -> None:
    person_id = UUID(identity.register(id_number=NUMBER, phone="13912345678")["person_id"])
    payload = {"person_id": str(person_id)}
    own = identity.call("show_person", payload, Caller(person_id), key=None)
    assert (own["phone"], own["id_number"]) == ("13912345678", "110105********002X")
    for caller in (identity.clerk, identity.district, identity.city):
        seen = identity.call("show_person", payload, caller, key=None)
        assert (seen["phone"], seen["id_number"]) == ("139****5678", "110105********002X")
    for caller in (identity.far_clerk, Caller(uuid4())):
        with pytest.raises(Forbidden):
            identity.call("show_person", payload, caller, key=None)
    with pytest.raises(Unauthenticated):
        identity.call("show_person", payload, key=None)


def test_the_clerk_who_registers_somebody_is_kept_with_the_row(identity: Identity) -> None:
    person_id = identity.register(identity.clerk, street=OTHER_STREET)["person_id"]
    with identity.session() as session:
        by = session.scalar(
            text("select registered_by from people where person_id = :id"), {"id": person_id}
        )
    assert by == identity.clerk.person_id


def test_the_same_registration_sent_twice_opens_one_account(identity: Identity) -> None:
    request = identity.request()
    first = identity.call("register_person", request, key="register-once")
    assert identity.call("register_person", request, key="register-once") == first
    assert len(identity.recorded(PersonRegistered)) == 5
