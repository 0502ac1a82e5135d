"""Verification at the desk, lapsed and shown; and asked for online (S12, S14)."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.identity import tell_kinships_again, tell_people_again
from services.identity.contract import (
    AlreadyRegistered,
    GuardianRequired,
    InvalidIdNumber,
    KinshipConfirmed,
    PersonChanged,
    PersonVerified,
    VerificationLapsed,
    WrongPersonState,
)
from services.identity.retelling import tell_all
from services.kernel.caller import Caller
from services.kernel.contract import InvalidRequest
from tests.integration.identity.conftest import PASSWORD, STREET, Identity
from tests.integration.identity.family import born, confirmed, end, generations
from tests.unit.identity.numbers import make_id_number


@pytest.fixture(scope="module")
def identity(running_throughout: Any) -> Identity:
    return Identity(running_throughout("identity"))


def shown(identity: Identity, person_id: UUID) -> dict[str, Any]:
    payload = {"person_id": str(person_id)}
    answer: dict[str, Any] = identity.call(
        "show_verification", payload, Caller(person_id), key=None
    )
    return answer


def test_a_clerk_refuses_with_a_reason_and_words_that_lie_sealed_and_verifies_later(
    identity: Identity,
) -> None:
    person_id = identity.registered()
    payload = {"person_id": str(person_id)}
    assert shown(identity, person_id)["state"] == "unverified"
    words = "The card shows another name"
    with pytest.raises(InvalidRequest):
        identity.call("refuse_verification", payload | {"reason": "other"}, identity.clerk)
    refusal = payload | {"reason": "details_differ", "words": words}
    answer = identity.call("refuse_verification", refusal, identity.clerk)
    assert answer["words"] is None, "the answers to commands are kept for repeats"
    answer = shown(identity, person_id)
    assert (answer["state"], answer["reason"], answer["words"], answer["way"]) == (
        "refused",
        "details_differ",
        words,
        "desk",
    )
    assert "姓名" in answer["next_step"]["zh"] and "name" in answer["next_step"]["en"].lower()
    with identity.session() as session:
        assert words not in str(session.scalar(text("select sealed_words from verification_steps")))
        assert words not in str(session.execute(text("select answer from idempotency_keys")).all())
    with pytest.raises(WrongPersonState):
        identity.call("refuse_verification", refusal, identity.clerk)
    identity.call("verify_person", payload | {"card_seen": True}, identity.clerk)
    assert shown(identity, person_id)["way"] == "desk"
    assert identity.recorded(PersonVerified)[-1]["way"] == "desk"


def test_a_doubt_lapses_a_verification_and_with_it_roles_and_tokens_until_verified_again(
    identity: Identity,
) -> None:
    phone = "13912345678"
    person_id = identity.verified(phone=phone, roles=(("agency_clerk", STREET),))
    credentials = {"phone": phone, "password": PASSWORD}
    assert identity.call("log_in", credentials, key=None)["roles"]
    doubt = {"person_id": str(person_id), "reason": "doubt", "words": "The card was stolen"}
    answer = identity.call("require_recheck", doubt, identity.district)
    assert (answer["state"], answer["reason"]) == ("pending", "doubt")
    assert identity.recorded(VerificationLapsed) == [
        {"district": "110105", "person_id": str(person_id), "reason": "doubt"}
    ]
    assert identity.call("log_in", credentials, key=None)["roles"] == []
    operator = identity.officer("operator", "110000")
    revoked = identity.call("list_revocations", {}, operator, key=None)["items"]
    assert [item["person_id"] for item in revoked] == [str(person_id)]
    with pytest.raises(WrongPersonState):
        identity.call("require_recheck", doubt, identity.district)
    seen = {"person_id": str(person_id), "card_seen": True}
    identity.call("verify_person", seen, identity.clerk)
    assert identity.call("log_in", credentials, key=None)["roles"]


def test_a_recheck_that_only_a_change_may_call_for_is_no_clerks_choice(identity: Identity) -> None:
    payload = {"person_id": str(identity.verified()), "words": "x"}
    for reason in ("name_changed", "district_changed", "no_such_reason"):
        with pytest.raises(InvalidRequest):
            identity.call("require_recheck", payload | {"reason": reason}, identity.clerk)


def test_another_name_or_number_lapses_a_verification_and_the_next_one_tells_it(
    identity: Identity,
) -> None:
    person_id = identity.verified()
    me, payload = Caller(person_id), {"person_id": str(person_id)}
    lapses = len(identity.recorded(VerificationLapsed))
    same = identity.call("change_details", payload | {"name": "Wang Xiuying"}, me)
    assert (same["state"], same["name"]) == ("pending", "Wang Xiuying")
    assert identity.recorded(VerificationLapsed)[lapses:] == [
        {"district": "110105", "person_id": str(person_id), "reason": "name_changed"}
    ]
    assert str(person_id) not in str(identity.recorded(PersonChanged))
    identity.call("verify_person", payload | {"card_seen": True}, identity.clerk)
    assert identity.recorded(PersonVerified)[-1]["name"] == "Wang Xiuying"

    number = make_id_number(date(1961, 2, 3), next(identity.numbers))
    other = identity.call("change_details", payload | {"id_number": number.lower()}, identity.clerk)
    assert (other["state"], other["birth_date"]) == ("pending", "1961-02-03")
    assert shown(identity, person_id)["reason"] == "document_changed"
    with pytest.raises(AlreadyRegistered):
        identity.register(id_number=number)


def test_what_does_not_change_a_card_lapses_nothing_and_a_wrong_one_is_refused(
    identity: Identity,
) -> None:
    number = make_id_number(date(1961, 2, 3), next(identity.numbers))
    person_id = identity.verified(name="Li Na", id_number=number)
    others = make_id_number(date(1962, 2, 3), next(identity.numbers))
    identity.verified(id_number=others)
    me, payload = Caller(person_id), {"person_id": str(person_id)}
    unchanged = {"name": " Li Na ", "id_number": f"{number[:6]} {number[6:]}"}
    assert identity.call("change_details", payload | unchanged, me)["state"] == "verified"
    minor = make_id_number(date(2015, 2, 3), next(identity.numbers))
    for changes, error in (
        ({}, InvalidRequest),
        ({"name": "  "}, InvalidRequest),
        ({"id_number": number[:17] + "Y"}, InvalidIdNumber),
        ({"id_number": others}, AlreadyRegistered),
        ({"id_number": minor}, GuardianRequired),
    ):
        with pytest.raises(error):
            identity.call("change_details", payload | changes, me)
    assert shown(identity, person_id)["state"] == "verified"


def test_verified_people_are_told_once_more_as_they_are_now_and_nobody_else(
    identity: Identity,
) -> None:
    known, unverified = identity.verified(name="欧阳志远"), identity.registered()
    before = len(identity.recorded(PersonChanged))
    told = tell_all(
        identity.session, partial(tell_people_again.tell_batch, size=2), lambda so_far: None
    )
    again = identity.recorded(PersonChanged)[before:]
    # The staff of the fixture are verified people too.
    assert told == len(again) == len({each["person_id"] for each in again}) >= 5
    (found,) = [each for each in again if each["person_id"] == str(known)]
    assert (found["name"], found["street"]) == ("欧阳志远", STREET)
    assert str(unverified) not in {each["person_id"] for each in again}


def test_kinships_of_before_are_told_once_more_with_all_that_follows(identity: Identity) -> None:
    child, mother, grandmother = line = generations(identity, 3)
    brother, former = born(identity, 2001), born(identity, 1975)
    for pair in ((child, mother), (mother, grandmother)):
        confirmed(identity, *pair)
    confirmed(identity, child, brother, "sibling")
    end(identity, confirmed(identity, child, former))
    concerned = set(map(str, (*line, brother, former)))

    def told() -> list[tuple[str, ...]]:
        names = ("kinship_id", "person_id", "relative_id", "relation")
        found = identity.recorded(KinshipConfirmed)
        return [tuple(str(each[name]) for name in names) for each in found]

    before = told()
    assert tell_all(identity.session, tell_kinships_again.tell_next, lambda so_far: None) == len(
        told()
    ) - len(before)
    again = [each for each in told()[len(before) :] if each[1] in concerned]
    ended = (str(child), str(former))
    first = [each for each in before if each[1] in concerned and each[1:3] != ended]
    assert len(again) == len(first) == 4
    assert set(again) == set(first)
