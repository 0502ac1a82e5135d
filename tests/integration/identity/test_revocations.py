"""Void tokens: each revocation begins a new generation, told from where a reader left off."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.identity.storage.revocations import generation_of, revoke_sessions
from services.kernel.contract import InvalidRequest
from tests.integration.identity.conftest import Identity
from tests.integration.identity.test_sessions import PHONE, log_in, read


def listed(identity: Identity, **payload: Any) -> Any:
    return identity.call("list_revocations", payload, identity.officer("operator", "110000"))


def told(answer: Any) -> dict[UUID, int]:
    return {UUID(item["person_id"]): item["generation"] for item in answer["items"]}


def days_ago(identity: Identity, ago: timedelta) -> None:
    """As if what was revoked had been so long ago."""
    with identity.session() as session:
        session.execute(
            text("update session_generations set revoked_at = revoked_at - :ago"), {"ago": ago}
        )


def test_a_revocation_voids_the_tokens_before_it_and_is_told_again_for_a_minute(
    identity: Identity,
) -> None:
    person, other = identity.verified(phone=PHONE), identity.verified()
    assert read(identity, log_in(identity)["access_token"])["gen"] == 0
    first = listed(identity)
    assert first["items"] == []
    with identity.session() as session:
        revoke_sessions(session, person, other, person)
        revoke_sessions(session, person)
    assert read(identity, log_in(identity)["access_token"])["gen"] == 2
    again = listed(identity, cursor=first["next_cursor"])
    assert told(again) == {person: 2, other: 1}
    # What was being committed when it was asked must not be missed.
    assert told(listed(identity, cursor=again["next_cursor"])) == {person: 2, other: 1}
    days_ago(identity, timedelta(minutes=2))
    assert told(listed(identity, cursor=again["next_cursor"])) == {}
    assert told(listed(identity)) == {person: 2, other: 1}


def test_the_list_comes_in_pages_and_forgets_what_is_older_than_any_token(
    identity: Identity,
) -> None:
    people = [identity.verified() for _ in range(5)]
    with identity.session() as session:
        revoke_sessions(session, *people)
    page = listed(identity, limit=2)
    found = told(page)
    while page["has_more"]:
        page = listed(identity, limit=2, cursor=page["next_cursor"])
        found |= told(page)
    assert found == dict.fromkeys(people, 1)
    days_ago(identity, timedelta(days=3))
    assert listed(identity)["items"] == []
    with identity.session() as session:
        assert generation_of(session, people[0]) == 1, "the next token still says so"
    for cursor in ("x", "WzFd", "WyIyMDI2LTExLTI1IiwgIngiXQ"):
        with pytest.raises(InvalidRequest):
            listed(identity, cursor=cursor)
