"""Guardianship: named, confirmed, replaced, ended; and what becomes of it with the account (S1)."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import eventlet
import pytest

from services.identity.contract import (
    CannotGuard,
    GuardianshipConfirmed,
    GuardianshipDecided,
    GuardianshipEnded,
    PaperRequired,
    PersonChanged,
)
from services.kernel.caller import Caller
from services.kernel.contract import Error, Forbidden, InvalidRequest
from tests.integration.conftest import Running
from tests.integration.identity.conftest import PASSWORD, Identity
from tests.integration.identity.family import born
from tests.unit.identity.numbers import make_id_number


@pytest.fixture(scope="module")
def identity(running_throughout: Callable[..., Running]) -> Iterator[Identity]:
    """One for all: each test has people of its own."""
    yield Identity(running_throughout("identity"))


def registered_pupil(identity: Identity, guardian: UUID) -> tuple[UUID, str]:
    number = make_id_number(date(2012, 5, 5), next(identity.numbers))
    school = {"school": "No. 4", "guardian_id": str(guardian), "password": None}
    pupil = identity.registered(id_number=number, **school)
    return pupil, listed(identity, pupil)[0]["guardianship_id"]


def listed(identity: Identity, person: UUID, now: datetime | None = None) -> list[Any]:
    others = {"now": now} if now else {}
    answer = identity.call(
        "list_guardianships", {"person_id": str(person)}, Caller(person), **others
    )
    return list(answer["items"])


def confirm(identity: Identity, caller: Caller, guardianship_id: str, **paper: str) -> Any:
    payload = {"guardianship_id": guardianship_id} | paper
    return identity.call("confirm_guardianship", payload, caller)


def name(identity: Identity, caller: Caller, ward: UUID, guardian: UUID) -> str:
    payload = {"ward_id": str(ward), "guardian_id": str(guardian)}
    return str(identity.call("name_guardian", payload, caller)["guardianship_id"])


def end(identity: Identity, guardianship_id: str) -> Any:
    payload = {"guardianship_id": guardianship_id, "reason": "court_ruling", "note": "Shown"}
    return identity.call("end_guardianship", payload, identity.clerk)


def told(identity: Identity, ward: UUID) -> list[tuple[str, str]]:
    """The guardians told of, and the reasons of those told as ended."""
    begun = [(e, e["guardian_id"]) for e in identity.recorded(GuardianshipConfirmed)]
    over = [(e, e["reason"]) for e in identity.recorded(GuardianshipEnded)]
    return [(e["guardianship_id"], what) for e, what in begun + over if e["ward_id"] == str(ward)]


def test_the_guardian_confirms_whom_the_pupil_named(identity: Identity) -> None:
    guardian = born(identity, 1980)
    pupil, its_id = registered_pupil(identity, guardian)
    assert [item["state"] for item in listed(identity, pupil)] == ["named"]
    assert told(identity, pupil) == []
    for caller in (Caller(pupil), Caller(born(identity, 1980)), identity.far_clerk):
        with pytest.raises(Forbidden):
            confirm(identity, caller, its_id, paper="birth_certificate")
    assert confirm(identity, Caller(guardian), its_id)["confirmed_way"] == "by_the_other"
    assert told(identity, pupil) == [(its_id, str(guardian))]
    with pytest.raises(GuardianshipDecided):
        confirm(identity, Caller(guardian), its_id)
    grown = datetime(2030, 5, 5, 2, tzinfo=UTC)
    assert [item["state"] for item in listed(identity, pupil, grown)] == ["of_age"]


def test_whoever_has_come_of_age_is_nobodys_to_see_or_to_change(identity: Identity) -> None:
    guardian = born(identity, 1980)
    pupil, its_id = registered_pupil(identity, guardian)
    confirm(identity, Caller(guardian), its_id)
    of_pupil, phone = {"person_id": str(pupil)}, {"phone": "13500001111"}
    eve, birthday = (datetime(2030, 5, day, 2, tzinfo=UTC) for day in (4, 5))
    for operation in ("show_person", "export_person", "list_reads", "list_guardianships"):
        identity.call(operation, of_pupil, Caller(guardian), now=eve)
        with pytest.raises(Forbidden):
            identity.call(operation, of_pupil, Caller(guardian), now=birthday)
    identity.call("change_phone", of_pupil | phone, Caller(guardian), now=eve)
    with pytest.raises(Forbidden):
        identity.call("change_phone", of_pupil | phone, Caller(guardian), now=birthday)
    seen = [identity.call("show_person", of_pupil, Caller(pupil), now=at) for at in (eve, birthday)]
    assert [each["guardian_id"] for each in seen] == [str(guardian), None]


def test_another_guardian_takes_the_place_of_the_first(identity: Identity) -> None:
    first, second = born(identity, 1980), born(identity, 1981)
    pupil, first_id = registered_pupil(identity, first)
    confirm(identity, Caller(first), first_id)
    with pytest.raises(GuardianshipDecided):
        name(identity, Caller(pupil), pupil, first)
    second_id = name(identity, Caller(second), pupil, second)
    with pytest.raises(Forbidden):
        confirm(identity, Caller(second), second_id)
    for paper in ({}, {"paper": "marriage_certificate"}):
        with pytest.raises(PaperRequired):
            confirm(identity, identity.clerk, second_id, **paper)
    confirm(identity, identity.clerk, second_id, paper="committee_designation")
    assert told(identity, pupil) == [
        (first_id, str(first)),
        (second_id, str(second)),
        (first_id, "replaced"),
    ]
    shown = identity.call("show_person", {"person_id": str(pupil)}, Caller(second))
    assert shown["guardian_id"] == str(second)
    with pytest.raises(Forbidden):
        identity.call("show_person", {"person_id": str(pupil)}, Caller(first))
    identity.call("verify_person", {"person_id": str(pupil), "card_seen": True}, identity.clerk)
    assert end(identity, second_id)["end_reason"] == "court_ruling"
    (changed,) = (e for e in identity.recorded(PersonChanged) if e["person_id"] == str(pupil))
    assert changed["guardian_id"] is None
    with pytest.raises(GuardianshipDecided):
        end(identity, second_id)
    with pytest.raises(InvalidRequest):
        payload = {"guardianship_id": second_id, "reason": "replaced", "note": "No"}
        identity.call("end_guardianship", payload, identity.clerk)


def test_guardians_confirmed_at_once_leave_one_standing(identity: Identity) -> None:
    guardians = [born(identity, 1980) for _ in range(3)]
    pupil, first = registered_pupil(identity, guardians[0])
    named = [first] + [name(identity, Caller(pupil), pupil, one) for one in guardians[1:]]

    def attempt(pair: tuple[str, UUID]) -> str:
        try:
            return str(confirm(identity, Caller(pair[1]), pair[0])["state"])
        except Error as error:
            return error.code

    pairs = list(zip(named, guardians, strict=True))
    # Whoever is first; in the place of a confirmed guardian comes nobody without a paper.
    said = list(eventlet.GreenPool().imap(attempt, pairs))
    assert sorted(said) == ["confirmed", "forbidden", "forbidden"]
    states = sorted(item["state"] for item in listed(identity, pupil))
    assert states == ["confirmed", "named", "named"]


def test_a_named_guardian_may_refuse(identity: Identity) -> None:
    guardian = born(identity, 1980)
    pupil, its_id = registered_pupil(identity, guardian)
    payload = {"guardianship_id": its_id, "reason": "I do not know this child"}
    assert identity.call("refuse_guardianship", payload, Caller(guardian))["state"] == "refused"
    with pytest.raises(Forbidden):
        identity.call("show_person", {"person_id": str(pupil)}, Caller(guardian))
    assert told(identity, pupil) == []


def test_an_adult_gets_a_guardian_by_a_court_alone(identity: Identity) -> None:
    elder, child = born(identity, 1940), born(identity, 1970)
    for caller in (Caller(elder), Caller(child), identity.far_clerk):
        with pytest.raises(Forbidden):
            name(identity, caller, elder, child)
    its_id = name(identity, identity.clerk, elder, child)
    with pytest.raises(Forbidden):
        confirm(identity, Caller(child), its_id)
    with pytest.raises(PaperRequired):
        confirm(identity, identity.clerk, its_id, paper="household_register")
    assert confirm(identity, identity.clerk, its_id, paper="court_ruling")["kind"] == "adult"
    # Whoever is in care guards nobody.
    with pytest.raises(CannotGuard):
        name(identity, identity.clerk, born(identity, 1941), elder)


def test_who_cannot_guard_is_not_named(identity: Identity) -> None:
    guardian = born(identity, 1980)
    pupil, _ = registered_pupil(identity, guardian)
    other_pupil, _ = registered_pupil(identity, guardian)
    unverified = identity.registered()
    for wrong in (pupil, other_pupil, unverified):
        with pytest.raises(CannotGuard):
            name(identity, identity.clerk, pupil, wrong)


def test_with_the_account_ends_what_the_person_stood_for(identity: Identity) -> None:
    guardian = born(identity, 1980)
    pupil, its_id = registered_pupil(identity, guardian)
    confirm(identity, Caller(guardian), its_id)
    other, named = registered_pupil(identity, guardian)
    payload = {"person_id": str(guardian), "reason": "leaving", "password": PASSWORD}
    identity.call("close_person", payload, Caller(guardian))
    assert told(identity, pupil)[-1] == (its_id, "account_closed")
    assert [item["state"] for item in listed(identity, other)] == ["refused"]
    with pytest.raises(GuardianshipDecided):
        confirm(identity, identity.clerk, named, paper="birth_certificate")
