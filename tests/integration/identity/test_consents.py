"""Consent to act for an elder: by whom it is given, to whom, for how long, and how it ends."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import eventlet
import pytest

from services.identity.contract import (
    ConsentEnded,
    ConsentGiven,
    ConsentRevoked,
    NotTheirKin,
)
from services.kernel.caller import Caller
from services.kernel.contract import Error, Forbidden, InvalidRequest, NotFound
from tests.integration.conftest import Running
from tests.integration.identity.conftest import NOW, PASSWORD, Identity
from tests.integration.identity.family import born, confirmed


@pytest.fixture(scope="module")
def identity(running_throughout: Callable[..., Running]) -> Iterator[Identity]:
    """One for all: each test has people of its own."""
    yield Identity(running_throughout("identity"))


@pytest.fixture
def family(identity: Identity) -> tuple[UUID, UUID]:
    """An elder and the child who may act."""
    elder, child = born(identity, 1945), born(identity, 1975)
    confirmed(identity, child, elder)
    return elder, child


def give(identity: Identity, caller: Caller, elder: UUID, agent: UUID, **changes: Any) -> Any:
    payload = {
        "elder_id": str(elder),
        "agent_id": str(agent),
        "scopes": ["see_wallet", "requests"],
        "until": (NOW + timedelta(days=30)).isoformat(),
    }
    return identity.call("give_consent", payload | changes, caller)


def revoke(identity: Identity, caller: Caller, consent: Any, **others: Any) -> Any:
    payload = {"consent_id": consent["consent_id"]}
    return identity.call("revoke_consent", payload, caller, **others)


def told(identity: Identity, agent: UUID) -> list[str]:
    given = identity.recorded(ConsentGiven)
    ended = identity.recorded(ConsentRevoked)
    return [
        str(event.get("reason", "given"))
        for event in given + ended
        if event["agent_id"] == str(agent)
    ]


def test_the_elder_lets_a_relative_act_and_takes_it_back(
    identity: Identity, family: tuple[UUID, UUID]
) -> None:
    elder, child = family
    for caller in (Caller(child), Caller(born(identity, 1960)), identity.district):
        with pytest.raises(Forbidden):
            give(identity, caller, elder, child, paper_reference="Folder 7")
    given = give(identity, Caller(elder), elder, child)
    assert (given["state"], given["scopes"]) == ("given", ["requests", "see_wallet"])
    event = [e for e in identity.recorded(ConsentGiven) if e["agent_id"] == str(child)]
    assert event == [
        {
            "district": "110105",
            "consent_id": given["consent_id"],
            "elder_id": str(elder),
            "agent_id": str(child),
            "scopes": ["requests", "see_wallet"],
            "until": given["until"],
            "given_by": str(elder),
        }
    ]
    for person in family:
        listed = identity.call("list_consents", {"person_id": str(person)}, Caller(person))
        assert [item["consent_id"] for item in listed["items"]] == [given["consent_id"]]
    for caller in (Caller(born(identity, 1960)), identity.far_clerk):
        with pytest.raises(Forbidden):
            revoke(identity, caller, given)
    assert revoke(identity, Caller(elder), given)["end_reason"] == "revoked"
    with pytest.raises(ConsentEnded):
        revoke(identity, Caller(elder), given)
    with pytest.raises(NotFound):
        revoke(identity, Caller(elder), {"consent_id": str(elder)})
    assert told(identity, child) == ["given", "revoked"]


def test_at_the_desk_the_signed_paper_is_kept(
    identity: Identity, family: tuple[UUID, UUID]
) -> None:
    elder, child = family
    for reference in ({}, {"paper_reference": " "}):
        with pytest.raises(InvalidRequest):
            give(identity, identity.clerk, elder, child, **reference)
    given = give(identity, identity.clerk, elder, child, paper_reference="Folder 7")
    assert given["paper_reference"] == "Folder 7"
    # A clerk who is the agent does not bring the paper too.
    own = Caller(child, identity.clerk.roles)
    with pytest.raises(Forbidden):
        give(identity, own, elder, child, paper_reference="Folder 8")
    assert revoke(identity, Caller(child), given)["end_reason"] == "laid_down"


def test_only_verified_adult_kin_act_and_not_for_ever(
    identity: Identity, family: tuple[UUID, UUID]
) -> None:
    elder, child = family
    grandchild = born(identity, 2000)
    with pytest.raises(NotTheirKin):
        give(identity, Caller(elder), elder, grandchild)
    confirmed(identity, grandchild, child)
    give(identity, Caller(elder), elder, grandchild)
    with pytest.raises(NotTheirKin):
        give(identity, Caller(elder), elder, elder)
    for days in (0, 366):
        with pytest.raises(InvalidRequest):
            until = (NOW + timedelta(days=days)).isoformat()
            give(identity, Caller(elder), elder, child, until=until)
    for scopes in ([], ["everything"]):
        with pytest.raises(InvalidRequest):
            give(identity, Caller(elder), elder, child, scopes=scopes)
    day = give(identity, Caller(elder), elder, child, until=(NOW + timedelta(days=365)).isoformat())
    later = NOW + timedelta(days=365)
    listed = identity.call("list_consents", {"person_id": str(child)}, Caller(child), now=later)
    assert [item["state"] for item in listed["items"]] == ["lapsed"]
    with pytest.raises(ConsentEnded):
        revoke(identity, Caller(elder), day, now=later)


def test_a_new_consent_takes_the_place_of_the_old_and_one_stands(
    identity: Identity, family: tuple[UUID, UUID]
) -> None:
    elder, child = family
    give(identity, Caller(elder), elder, child)
    give(identity, Caller(child), child, elder)

    def attempt(scope: str) -> str:
        try:
            return str(give(identity, Caller(elder), elder, child, scopes=[scope])["state"])
        except Error as error:
            return error.code

    outcomes = eventlet.GreenPool().imap(attempt, ["requests", "rating", "see_wallet"])
    assert list(outcomes) == ["given"] * 3
    listed = identity.call("list_consents", {"person_id": str(child)}, Caller(child))["items"]
    standing = [item for item in listed if item["state"] == "given"]
    assert sorted(item["elder_id"] for item in standing) == sorted([str(elder), str(child)])
    assert told(identity, child).count("replaced") == 3


def test_with_either_account_ends_the_consent(
    identity: Identity, family: tuple[UUID, UUID]
) -> None:
    elder, child = family
    give(identity, Caller(elder), elder, child)
    payload = {"person_id": str(child), "reason": "leaving", "password": PASSWORD}
    identity.call("close_person", payload, Caller(child))
    assert told(identity, child) == ["given", "account_closed"]
    with pytest.raises(NotTheirKin):
        give(identity, Caller(elder), elder, child)
