"""One-time codes: to log in, and for a new phone (S12)."""

import itertools
import json
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import eventlet
import pytest
from sqlalchemy import select, text

from services.identity import codes
from services.identity.contract import BadCode, PhoneNotConfirmed, ProofNeeded
from services.identity.storage.jobs import TEXT
from services.identity.storage.tables_jobs import JobRow
from services.kernel.caller import Caller
from services.kernel.contract import Error, Forbidden, InvalidRequest, TooManyRequests
from tests.integration.identity.conftest import NOW, STREET, Identity


NUMBERS = itertools.count(10_000_000)
# A carrier that nobody answers at: what is to be sent stays in the jobs, sealed.
CARRIER = {
    "TIMEBANK_SMS_URL": "http://127.0.0.1:9/send",
    "TIMEBANK_SMS_KEY": "k" * 32,
}
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def identity(running_throughout: Any) -> Identity:
    return Identity(running_throughout("identity", **CARRIER))


def fresh_phone() -> str:
    return f"139{next(NUMBERS)}"


def ask(identity: Identity, phone: str, **at: Any) -> dict[str, Any]:
    answer: dict[str, Any] = identity.call("request_login_code", {"phone": phone}, **at)
    return answer


def code_in_the_newest_job(identity: Identity) -> str:
    with identity.session() as session:
        row = session.scalars(
            select(JobRow).where(JobRow.sealed_text.is_not(None)).order_by(JobRow.job_id.desc())
        ).first()
        assert row is not None and row.sealed_text is not None
        return str(json.loads(identity.vault.open(row.sealed_text, TEXT, row.job_id))["code"])


def log_in(identity: Identity, code: str, phone: str, **at: Any) -> dict[str, Any]:
    payload = {"phone": phone, "code": code}
    answer: dict[str, Any] = identity.call("log_in_with_code", payload, key=None, **at)
    return answer


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_a_code_logs_in_once_and_carries_the_roles(identity: Identity) -> None:
    phone = fresh_phone()
    person_id = identity.verified(phone=phone, roles=(("agency_clerk", STREET),))
    answer = ask(identity, f"{phone[:3]} {phone[3:7]}-{phone[7:]}")
    assert set(answer) == {"expires_at", "ask_again_at"}
    code = code_in_the_newest_job(identity)
    assert re.fullmatch(r"[0-9]{6}", code)
    opened = log_in(identity, code, phone)
    assert (opened["person_id"], len(opened["roles"])) == (str(person_id), 1)
    with pytest.raises(BadCode):
        log_in(identity, code, phone)
    with identity.session() as session:
        rows = str(session.execute(text("select * from one_time_codes")).all())
        assert code not in rows and phone not in rows


def test_of_two_who_use_the_same_code_at_once_one_is_let_in(identity: Identity) -> None:
    phone = fresh_phone()
    identity.registered(phone=phone)
    ask(identity, phone)
    code = code_in_the_newest_job(identity)

    def attempt(_: int) -> str:
        try:
            return str(log_in(identity, code, phone)["token_type"])
        except Error as error:
            return error.code

    assert sorted(eventlet.GreenPool().imap(attempt, range(8))) == ["Bearer"] + ["bad_code"] * 7


def test_a_code_ends_with_its_time_with_too_many_wrong_tries_and_with_the_next_one(
    identity: Identity,
) -> None:
    phone = fresh_phone()
    identity.registered(phone=phone)
    ask(identity, phone)
    first = code_in_the_newest_job(identity)
    with pytest.raises(BadCode):
        log_in(identity, first, phone, now=NOW + 5 * MINUTE)
    ask(identity, phone, now=NOW + 2 * MINUTE)
    second = code_in_the_newest_job(identity)
    if first != second:
        with pytest.raises(BadCode):
            log_in(identity, first, phone, now=NOW + 3 * MINUTE)
    for _ in range(5):
        with pytest.raises(BadCode):
            log_in(identity, other_than(second), phone, now=NOW + 3 * MINUTE)
    with pytest.raises(BadCode):
        log_in(identity, second, phone, now=NOW + 3 * MINUTE)


def test_a_phone_that_nobody_has_gets_the_same_answers_and_no_message(identity: Identity) -> None:
    phone, new_phone = fresh_phone(), fresh_phone()
    identity.registered(phone=phone)
    known, unknown = ask(identity, phone), ask(identity, new_phone)
    assert known == unknown
    refused = []
    for each in (phone, new_phone):
        with pytest.raises(TooManyRequests) as refusal:
            ask(identity, each)
        refused.append(refusal.value.to_wire())
        with pytest.raises(BadCode):
            log_in(identity, "000000", each)
    assert refused[0] == refused[1]
    with identity.session() as session:
        newest = select(JobRow.state).order_by(JobRow.job_id.desc()).limit(2)
        assert session.scalars(newest).all() == ["dropped", "open"]
    for wrong in ("12345", "", "139123456789"):
        with pytest.raises(InvalidRequest):
            ask(identity, wrong)


def test_codes_to_one_phone_and_codes_in_all_are_limited(identity: Identity) -> None:
    phone = fresh_phone()
    for number in range(5):
        ask(identity, phone, now=NOW + number * MINUTE)
    with pytest.raises(TooManyRequests):
        ask(identity, phone, now=NOW + 6 * MINUTE)
    ask(identity, phone, now=NOW + 61 * MINUTE)
    with identity.session() as session:
        session.execute(
            text(
                "insert into one_time_codes (code_id, phone_index, purpose, code_hash, state,"
                " tries, asked_at, expires_at) select gen_random_uuid(), n::text, 'log_in', '',"
                " 'spent', 0, :at, :at from generate_series(1, 2000) n"
            ),
            {"at": NOW + 300 * MINUTE},
        )
    with pytest.raises(TooManyRequests):
        ask(identity, "13511112222", now=NOW + 301 * MINUTE)
    ask(identity, "13511112222", now=NOW + 311 * MINUTE)
    with identity.session() as session:
        session.execute(text("delete from one_time_codes where asked_at > :now"), {"now": NOW})


def test_at_the_same_moment_one_code_is_sent_to_a_phone(identity: Identity) -> None:
    phone = fresh_phone()
    identity.registered(phone=phone)

    def attempt(_: int) -> str:
        try:
            return "sent" if ask(identity, phone) else ""
        except Error as error:
            return error.code

    outcomes = sorted(eventlet.GreenPool().imap(attempt, range(5)))
    assert outcomes == ["sent"] + ["too_many_requests"] * 4


def test_a_code_for_a_new_phone_is_confirmed_by_who_asked_and_taken_once(
    identity: Identity,
) -> None:
    phone, new_phone = fresh_phone(), fresh_phone()
    person_id, other_id = identity.verified(phone=phone), identity.verified()
    payload = {"person_id": str(person_id), "phone": new_phone}
    me, other = Caller(person_id), Caller(other_id)
    identity.call("request_phone_code", payload, me)
    code = code_in_the_newest_job(identity)
    with pytest.raises(Forbidden):
        identity.call("confirm_phone", payload | {"code": code}, other, key=None)
    with pytest.raises(BadCode):
        of_other = payload | {"person_id": str(other_id), "code": code}
        identity.call("confirm_phone", of_other, other, key=None)
    with pytest.raises(BadCode):
        log_in(identity, code, new_phone)
    answer = identity.call("confirm_phone", payload | {"code": code}, me, key=None)
    assert answer["phone"] == f"139****{new_phone[-4:]}"

    def take(who: UUID, phone: str, minutes: int) -> bool:
        now = NOW + minutes * MINUTE
        with identity.session() as session:
            try:
                codes.take_confirmation(session, identity.vault, who, phone, now)
            except PhoneNotConfirmed:
                return False
            return True

    assert not take(other_id, new_phone, 1)
    assert not take(person_id, phone, 1)
    assert not take(person_id, new_phone, 15)
    assert take(person_id, new_phone, 14)
    assert not take(person_id, new_phone, 14)


def test_a_new_phone_is_taken_over_by_its_owner_with_password_and_code_and_logs_in_from_then_on(
    identity: Identity,
) -> None:
    phone, new_phone = fresh_phone(), fresh_phone()
    person_id = identity.registered(phone=phone)
    me, payload = Caller(person_id), {"person_id": str(person_id), "phone": new_phone}
    with_password = payload | {"password": "a long password"}
    with pytest.raises(PhoneNotConfirmed):
        identity.call("change_phone", with_password, me)
    identity.call("request_phone_code", payload, me)
    confirmation = payload | {"code": code_in_the_newest_job(identity)}
    identity.call("confirm_phone", confirmation, me, key=None)
    with pytest.raises(ProofNeeded):
        identity.call("change_phone", payload, me)
    identity.call("change_phone", with_password, me)
    later = NOW + 2 * MINUTE
    ask(identity, new_phone, now=later)
    code = code_in_the_newest_job(identity)
    assert log_in(identity, code, new_phone, now=later)["person_id"] == str(person_id)
