"""Logging in: tokens that can be checked, and guessing that is stopped, on the real database."""

from datetime import datetime, timedelta
from typing import Any

import eventlet
import jwt
import pytest
from sqlalchemy import text

from services.identity.contract import BadCredentials
from services.identity.rotate_signing_key import rotate
from services.kernel.caller import Caller
from services.kernel.contract import Error, InvalidRequest, TooManyRequests
from tests.integration.identity.conftest import NOW, PASSWORD, STREET, Identity


PHONE = "13912345678"


def log_in(
    identity: Identity, phone: str = PHONE, password: str = PASSWORD, now: datetime = NOW
) -> Any:
    return identity.call("log_in", {"phone": phone, "password": password}, key=None, now=now)


def read(identity: Identity, token: str, now: datetime = NOW) -> dict[str, Any]:
    """The token's claims, checked with the published key that it names."""
    keys = identity.call("show_public_keys", {}, key=None, now=now)["keys"]
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(jwt.PyJWK(key) for key in keys if key["kid"] == kid)
    return jwt.decode(
        token,
        key,
        algorithms=["EdDSA"],
        audience="timebank",
        issuer="timebank",
        options={"verify_exp": False, "verify_iat": False, "require": ["exp", "iat", "sub"]},
    )


def test_a_verified_clerk_gets_a_token_with_the_role_and_its_area(identity: Identity) -> None:
    person = identity.verified(phone=PHONE, roles=(("agency_clerk", STREET),))
    answer = log_in(identity)
    claims = read(identity, answer["access_token"])
    assert claims["sub"] == answer["person_id"] == str(person)
    assert claims["roles"] == answer["roles"] == [{"role": "agency_clerk", "area": STREET}]
    assert (claims["iat"], claims["exp"]) == (NOW.timestamp(), NOW.timestamp() + 3600)
    assert datetime.fromisoformat(answer["expires_at"]) == NOW + timedelta(minutes=60)
    assert answer["token_type"] == "Bearer"


def test_somebody_not_yet_verified_logs_in_and_sees_their_own_record(identity: Identity) -> None:
    person_id = identity.registered(phone=PHONE)
    answer = log_in(identity, "139 1234 5678")
    assert answer["roles"] == []
    shown = identity.call("show_person", {"person_id": str(person_id)}, Caller(person_id))
    assert shown["state"] == "unverified"


def test_wrong_password_unknown_phone_and_no_password_look_the_same(identity: Identity) -> None:
    identity.registered(phone=PHONE)
    identity.registered(phone="13900009999", password=None)
    words = set()
    for phone, password in ((PHONE, "wrong"), ("13700000000", "x"), ("13900009999", "x")):
        with pytest.raises(BadCredentials) as refusal:
            log_in(identity, phone, password)
        words.add(str(refusal.value.to_wire()))
    assert len(words) == 1


def test_a_log_in_that_no_text_could_hold_is_refused_as_such(identity: Identity) -> None:
    for phone, password in (("139\ud800", "x"), (PHONE, "\udfff"), (PHONE, ""), ("", "x")):
        with pytest.raises(InvalidRequest):
            log_in(identity, phone, password)


@pytest.mark.parametrize("phone", [PHONE, "13700000000"])
def test_after_five_failures_even_the_right_password_waits(identity: Identity, phone: str) -> None:
    identity.registered(phone=PHONE)
    for _ in range(5):
        with pytest.raises(BadCredentials):
            log_in(identity, phone, "wrong")
    with pytest.raises(TooManyRequests):
        log_in(identity, phone)
    if phone == PHONE:
        later = NOW + timedelta(minutes=15, seconds=1)
        assert log_in(identity, now=later)["token_type"] == "Bearer"


def test_the_right_password_clears_the_failures_before_it(identity: Identity) -> None:
    identity.registered(phone=PHONE)
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(BadCredentials):
                log_in(identity, password="wrong")
        log_in(identity)
    with identity.session() as session:
        assert session.scalar(text("select count(*) from log_in_attempts")) == 0


def test_guessing_with_many_at_once_gets_no_more_tries(identity: Identity) -> None:
    identity.registered(phone=PHONE)

    def guess(number: int) -> str:
        try:
            log_in(identity, password=f"guess {number}")
        except Error as error:
            return error.code
        return "in"

    outcomes = list(eventlet.GreenPool().imap(guess, range(20)))
    assert outcomes.count("bad_credentials") == 5
    assert outcomes.count("too_many_requests") == 15


def test_many_right_log_ins_at_once_all_succeed(identity: Identity) -> None:
    identity.registered(phone=PHONE)
    answers = list(eventlet.GreenPool().imap(lambda _: log_in(identity), range(12)))
    assert len({answer["person_id"] for answer in answers}) == 1


def test_replicas_that_start_together_agree_on_one_key(identity: Identity) -> None:
    identity.registered(phone=PHONE)

    def keys(_: int) -> str:
        answer = identity.call("show_public_keys", {}, key=None)
        return ",".join(key["kid"] for key in answer["keys"])

    assert len(set(eventlet.GreenPool().imap(keys, range(8)))) == 1


def test_after_a_rotation_old_tokens_are_good_until_they_end(identity: Identity) -> None:
    identity.registered(phone=PHONE)
    old = log_in(identity)["access_token"]
    with identity.session() as session:
        kid = rotate(session, identity.vault, NOW)
    new = log_in(identity)["access_token"]
    assert jwt.get_unverified_header(new)["kid"] == kid
    assert jwt.get_unverified_header(old)["kid"] != kid
    for token in (old, new):
        assert read(identity, token)["aud"] == "timebank"
    after = NOW + timedelta(minutes=60)
    published = identity.call("show_public_keys", {}, key=None, now=after)["keys"]
    assert [key["kid"] for key in published] == [kid]


def test_public_keys_show_nothing_private(identity: Identity) -> None:
    (key,) = identity.call("show_public_keys", {}, key=None)["keys"]
    assert set(key) == {"kty", "crv", "use", "alg", "kid", "x"}
    with identity.session() as session:
        sealed = session.scalar(text("select sealed_private_key from signing_keys"))
    assert identity.vault.open(sealed, "private_key", key["kid"]) not in sealed
