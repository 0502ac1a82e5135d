"""Logging in with WeChat (S12), with the demonstration's stand-in."""

from typing import Any
from uuid import UUID

import eventlet
import pytest
from sqlalchemy import text

from services.identity.contract import (
    AccountClosed,
    BadWeChatCode,
    WeChatBoundElsewhere,
    WeChatNotBound,
)
from services.kernel.caller import Caller
from services.kernel.contract import Error, Forbidden
from tests.integration.identity.conftest import STREET, Identity


@pytest.fixture(scope="module")
def identity(running_throughout: Any) -> Identity:
    return Identity(running_throughout("identity"))


def bind(identity: Identity, person_id: UUID, name: str) -> dict[str, Any]:
    payload = {"person_id": str(person_id), "code": f"demo-{name}"}
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
    leaving = {"person_id": str(person_id), "reason": "leaving"}
    identity.call("close_person", leaving, Caller(person_id))
    with pytest.raises(WeChatNotBound):
        log_in(identity, "zhao")
    with pytest.raises(AccountClosed):
        bind(identity, person_id, "zhao")
