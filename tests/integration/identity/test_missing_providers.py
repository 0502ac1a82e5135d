"""Where a provider is missing or away people are told, and the desk and passwords go on."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import eventlet
import pytest
from sqlalchemy import text

from services.identity.contract import (
    AlreadyVerified,
    CodesUnavailable,
    OnlineVerificationUnavailable,
    PersonVerified,
    VerificationUnderWay,
    WeChatUnavailable,
)
from services.kernel.caller import Caller
from services.kernel.contract import Error, TooManyRequests
from tests.integration.identity.conftest import NOW, PASSWORD, Identity


PHONE = "13912345678"
NONE = {
    "TIMEBANK_VERIFIER": "none",
    "TIMEBANK_SMS_SENDER": "none",
    "TIMEBANK_WECHAT": "none",
}
# Nobody listens there.
AWAY = {
    "TIMEBANK_VERIFIER_URL": "http://127.0.0.1:9/check",
    "TIMEBANK_VERIFIER_KEY": "k" * 32,
    "TIMEBANK_WECHAT_APP_ID": "wx1",
    "TIMEBANK_WECHAT_SECRET": "s" * 32,
    "TIMEBANK_WECHAT_URL": "http://127.0.0.1:9",
}


@pytest.fixture
def missing(running: Any) -> Identity:
    return Identity(running("identity", **NONE))


@pytest.fixture
def away(running: Any) -> Identity:
    return Identity(running("identity", **AWAY))


def ask(identity: Identity, person_id: UUID, **at: Any) -> str:
    payload, caller = {"person_id": str(person_id)}, Caller(person_id)
    try:
        answer = identity.call("ask_for_online_verification", payload, caller, **at)
    except Error as error:
        return error.code
    return str(answer["state"])


def drop_jobs(identity: Identity) -> None:
    ending = "state = 'dropped', lease = null, leased_until = null, sealed_text = null"
    with identity.session() as session:
        session.execute(text(f"update jobs set {ending} where state = 'open'"))


def test_without_providers_each_way_is_refused_by_name_and_the_desk_and_passwords_go_on(
    missing: Identity,
) -> None:
    person_id = missing.registered(phone=PHONE)
    payload = {"person_id": str(person_id)}
    with pytest.raises(OnlineVerificationUnavailable):
        missing.call("ask_for_online_verification", payload, Caller(person_id))
    with pytest.raises(CodesUnavailable) as refusal:
        missing.call("request_login_code", {"phone": PHONE})
    assert (refusal.value.code, refusal.value.status) == ("codes_unavailable", 501)
    with pytest.raises(WeChatUnavailable) as refused:
        missing.call("log_in_with_we_chat", {"code": "any"}, key=None)
    assert "password" in str(refused.value)
    missing.call("verify_person", payload | {"card_seen": True}, missing.clerk)
    credentials = {"phone": PHONE, "password": PASSWORD}
    assert missing.call("log_in", credentials, key=None)["token_type"] == "Bearer"
    # Where no code can be sent, the password alone changes the phone.
    change = payload | {"phone": "13987654321", "password": PASSWORD}
    assert missing.call("change_phone", change, Caller(person_id))["phone"] == "139****4321"


def test_while_wechat_is_away_other_ways_are_named(away: Identity) -> None:
    with pytest.raises(WeChatUnavailable) as refusal:
        away.call("log_in_with_we_chat", {"code": "any"}, key=None)
    assert "password" in str(refusal.value)


def test_online_is_asked_once_at_a_time_and_a_few_times_a_day_until_the_desk_decides(
    away: Identity,
) -> None:
    person_id = away.registered()
    answers = list(eventlet.GreenPool().imap(lambda _: ask(away, person_id), range(3)))
    assert sorted(answers) == ["pending"] + [VerificationUnderWay.code] * 2
    for _ in range(2):
        drop_jobs(away)
        assert ask(away, person_id) == "pending"
    drop_jobs(away)
    assert ask(away, person_id) == TooManyRequests.code
    assert ask(away, person_id, now=NOW + timedelta(days=1, seconds=1)) == "pending"
    seen = {"person_id": str(person_id), "card_seen": True}
    before = len(away.recorded(PersonVerified))
    away.call("verify_person", seen, away.clerk)
    with away.session() as session:
        assert set(session.scalars(text("select state from jobs"))) == {"dropped"}
    assert ask(away, person_id) == AlreadyVerified.code
    assert len(away.recorded(PersonVerified)) == before + 1
