"""Logging in with WeChat (S12), with the demonstration's stand-in."""

from typing import Any
from uuid import UUID

import eventlet
import pytest
from sqlalchemy import text

from services.identity.contract import (
    AccountClosed,
    BadWeChatCode,
    PhoneNotConfirmed,
    ProofNeeded,
    WeChatBoundElsewhere,
    WeChatNotBound,
    WrongProof,
)
from services.kernel.caller import Caller
from services.kernel.contract import Error, Forbidden, TooManyRequests
from tests.integration.identity.conftest import PASSWORD, STREET, Identity
from tests.integration.rights.identity.log_ins import confirm


@pytest.fixture(scope="module")
def identity(running_throughout: Any) -> Identity:
    return Identity(running_throughout("identity"))


def bind(
    identity: Identity, person_id: UUID, name: str, password: str | None = PASSWORD
) -> dict[str, Any]:
    payload = {"person_id": str(person_id), "code": f"demo-{name}", "password": password}
    answer: dict[str, Any] = identity.call("bind_we_chat", payload, Caller(person_id), key=None)
    return answer


def log_in(identity: Identity, name: str) -> dict[str, Any]:
    answer: dict[str, Any] = identity.call(
        "log_in_with_we_chat", {"code": f"demo-{name}"}, key=None
    )
    return answer


def test_who_binds_a_wechat_account_is_logged_in_by_it_until_it_is_unbound(
    identity: Identity,
) -> None:
    person_id = identity.verified(roles=(("agency_clerk", STREET),))
    with pytest.raises(WeChatNotBound) as refusal:
        log_in(identity, "li-na")
    assert "bind" in str(refusal.value)
    assert bind(identity, person_id, "li-na") == {"person_id": str(person_id), "bound": True}
    assert bind(identity, person_id, "li-na")["bound"]
    opened = log_in(identity, "li-na")
    assert (opened["person_id"], len(opened["roles"])) == (str(person_id), 1)
    with identity.session() as session:
        assert "li-na" not in str(session.execute(text("select * from wechat_accounts")).all())
    with pytest.raises(BadWeChatCode):
        identity.call("log_in_with_we_chat", {"code": "from-elsewhere"}, key=None)
    payload = {"person_id": str(person_id)}
    assert not identity.call("unbind_we_chat", payload, identity.clerk)["bound"]
    with pytest.raises(WeChatNotBound):
        log_in(identity, "li-na")


def test_one_wechat_account_is_bound_to_one_person_also_when_two_bind_it_at_once(
    identity: Identity,
) -> None:
    people = [identity.verified() for _ in range(4)]

    def attempt(person_id: UUID) -> str:
        try:
            return str(bind(identity, person_id, "wang")["bound"])
        except Error as error:
            return error.code

    outcomes = sorted(eventlet.GreenPool().imap(attempt, people))
    assert outcomes == ["True"] + ["wechat_bound_elsewhere"] * 3
    owner = UUID(log_in(identity, "wang")["person_id"])
    with pytest.raises(WeChatBoundElsewhere):
        bind(identity, owner, "another")
    with pytest.raises(Forbidden):
        payload = {"person_id": str(owner), "code": "demo-x"}
        identity.call("bind_we_chat", payload, identity.clerk, key=None)


def test_a_closed_account_is_not_logged_in_and_its_wechat_account_is_forgotten(
    identity: Identity,
) -> None:
    person_id = identity.verified()
    bind(identity, person_id, "zhao")
    leaving = {"person_id": str(person_id), "reason": "leaving", "password": PASSWORD}
    identity.call("close_person", leaving, Caller(person_id))
    with pytest.raises(WeChatNotBound):
        log_in(identity, "zhao")
    with pytest.raises(AccountClosed):
        bind(identity, person_id, "zhao")


def test_a_stolen_token_binds_and_unbinds_nothing_and_ends_no_account(identity: Identity) -> None:
    person_id = identity.verified()
    thief = Caller(person_id)
    bind(identity, person_id, "owner")
    removal = {"person_id": str(person_id)}
    leaving = removal | {"reason": "leaving"}
    with pytest.raises(ProofNeeded):
        bind(identity, person_id, "owner", None)
    for operation, payload in (("unbind_we_chat", removal), ("close_person", leaving)):
        with pytest.raises(ProofNeeded):
            identity.call(operation, payload, thief)
        with pytest.raises(WrongProof):
            identity.call(operation, payload | {"password": "a guess"}, thief)
    for _ in range(3):
        with pytest.raises(WrongProof):
            bind(identity, person_id, "thief", "a guess")
    with pytest.raises(TooManyRequests):
        bind(identity, person_id, "thief", PASSWORD)
    with pytest.raises(WeChatNotBound):
        log_in(identity, "thief")
    assert log_in(identity, "owner")["person_id"] == str(person_id)


def test_who_has_no_password_shows_the_phone_of_the_account_by_a_code_once(
    identity: Identity,
) -> None:
    phone = "13911110001"
    person_id = identity.verified(phone=phone, password_hash=None)
    with pytest.raises(PhoneNotConfirmed):
        bind(identity, person_id, "without", "whatever")
    confirm(identity, person_id, "13911110002")
    with pytest.raises(PhoneNotConfirmed):
        bind(identity, person_id, "without", None)
    confirm(identity, person_id, phone)
    assert bind(identity, person_id, "without", None)["bound"]
    removal = {"person_id": str(person_id)}
    with pytest.raises(PhoneNotConfirmed):
        identity.call("unbind_we_chat", removal, Caller(person_id))
    confirm(identity, person_id, phone)
    assert not identity.call("unbind_we_chat", removal, Caller(person_id))["bound"]
