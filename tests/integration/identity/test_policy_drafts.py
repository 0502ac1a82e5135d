"""A change of the policy, through the real entrypoints: drafted, approved by another, dated."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.identity.contract import (
    DraftOutdated,
    EffectiveTooEarly,
    PolicyAdopted,
    PolicyProposed,
    SecondOfficerNeeded,
    WrongDraftState,
)
from services.kernel.caller import Caller
from services.kernel.contract import Error, Forbidden, InvalidRequest, NotFound, Unauthenticated
from tests.integration.conftest import policy_document
from tests.integration.identity.conftest import NOW, Identity


SOON = (NOW + timedelta(days=7)).isoformat()
AFTERWARDS = NOW + timedelta(days=8)
LATE = NOW + timedelta(days=9)


@pytest.fixture
def other(identity: Identity) -> Caller:
    return identity.officer("city_officer", "110000")


def changed(age: int = 65) -> dict[str, Any]:
    """The city's document with another age of redemption."""
    document = policy_document()
    document["elder"]["redeem_from_age"] = {
        "value": age,
        "source": "other city",
        "reason": "Shanghai redeems from 65.",
    }
    return document


def draft(identity: Identity, by: Caller | None = None, **changes: Any) -> dict[str, Any]:
    body = {"document": changed(), "effective_from": SOON, "reason": "People live longer"}
    answer = identity.call("draft_policy", body | changes, by or identity.city)
    return dict(answer)


def step(
    identity: Identity, name: str, drafted: dict[str, Any], by: Caller, **more: Any
) -> dict[str, Any]:
    return dict(identity.call(name, {"draft_id": drafted["draft_id"]} | more, by))


def test_a_draft_that_a_second_officer_approves_is_in_force_from_its_date(
    identity: Identity, other: Caller
) -> None:
    drafted = draft(identity)
    assert (drafted["state"], drafted["base_version"]) == ("draft", 1)
    (difference,) = drafted["differences"]
    assert (difference["rule"], difference["before"], difference["after"]) == (
        "elder.redeem_from_age",
        60,
        65,
    )
    assert difference["zh"] == "兑换起始年龄"
    with pytest.raises(WrongDraftState):
        step(identity, "approve_draft", drafted, other)
    step(identity, "submit_draft", drafted, identity.city)
    (proposed,) = identity.recorded(PolicyProposed)
    assert proposed["values"]["elder"]["redeem_from_age"] == 65
    with pytest.raises(SecondOfficerNeeded):
        step(identity, "approve_draft", drafted, identity.city)
    returned = step(identity, "return_draft", drafted, other, reason="Why now?")
    assert returned["history"][-1]["reason"] == "Why now?"
    again = {"document": changed(64), "effective_from": SOON, "reason": "Step by step"}
    step(identity, "revise_draft", drafted, identity.city, **again)
    step(identity, "submit_draft", drafted, identity.city)
    approved = step(identity, "approve_draft", drafted, other)
    assert (approved["state"], approved["version"]) == ("approved", 2)
    assert [each["state"] for each in approved["history"]] == [
        *("draft", "submitted", "returned", "draft", "submitted", "approved"),
    ]
    (adopted,) = identity.recorded(PolicyAdopted)
    assert (adopted["version"], adopted["values"]["elder"]["redeem_from_age"]) == (2, 64)
    assert datetime.fromisoformat(adopted["effective_from"]) == datetime.fromisoformat(SOON)

    def in_force(moment: datetime) -> int:
        return int(identity.call("show_policy", {}, key=None, now=moment)["version"])

    assert (in_force(NOW), in_force(AFTERWARDS)) == (1, 2)
    shown = identity.call("show_policy_version", {"version": 2}, key=None, now=NOW)
    assert shown["standing"] == "scheduled"
    assert shown["document"]["elder"]["redeem_from_age"]["source"] == "other city"
    assert shown["draft_id"] == drafted["draft_id"]
    listed = identity.call("list_policy_versions", {}, key=None, now=AFTERWARDS)["items"]
    assert [each["standing"] for each in listed] == ["in_force", "former"]
    with pytest.raises(NotFound):
        identity.call("show_policy_version", {"version": 3}, key=None)


def test_what_is_no_whole_document_is_refused_before_anybody_reads_it(identity: Identity) -> None:
    for broken in ({}, {"elder": {}}, changed(0), changed() | {"luck": {}, "gift": {}}):
        with pytest.raises(InvalidRequest):
            draft(identity, document=broken)


def test_drafts_are_for_city_officers_and_changed_by_their_author_alone(
    identity: Identity, other: Caller
) -> None:
    for caller in (identity.district, identity.clerk, Caller(uuid4())):
        with pytest.raises(Forbidden):
            draft(identity, by=caller)
    drafted = draft(identity)
    body = {"document": changed(), "effective_from": SOON, "reason": "Mine now"}
    for name, more in (("revise_draft", body), ("submit_draft", {}), ("withdraw_draft", {})):
        with pytest.raises(Forbidden):
            step(identity, name, drafted, other, **more)
    with pytest.raises(Unauthenticated):
        identity.call("show_draft", {"draft_id": drafted["draft_id"]}, key=None)
    assert step(identity, "withdraw_draft", drafted, identity.city)["state"] == "withdrawn"
    with pytest.raises(WrongDraftState):
        step(identity, "submit_draft", drafted, identity.city)
    listed = identity.call("list_drafts", {}, other, key=None)["items"]
    assert [each["draft_id"] for each in listed] == [drafted["draft_id"]]


def test_a_draft_may_not_reach_back_nor_follow_a_version_that_has_been_followed(
    identity: Identity, other: Caller
) -> None:
    late = draft(identity, effective_from=(NOW - timedelta(days=1)).isoformat())
    with pytest.raises(EffectiveTooEarly):
        identity.call("submit_draft", {"draft_id": late["draft_id"]}, identity.city, now=NOW)
    first, second = draft(identity), draft(identity, by=other)
    step(identity, "submit_draft", first, identity.city)
    step(identity, "submit_draft", second, other)
    with pytest.raises(EffectiveTooEarly):
        identity.call("approve_draft", {"draft_id": first["draft_id"]}, other, now=LATE)
    step(identity, "approve_draft", first, other)
    with pytest.raises(DraftOutdated):
        step(identity, "approve_draft", second, identity.city)


def test_of_many_approvals_at_once_one_adopts_one_version(
    identity: Identity, other: Caller
) -> None:
    drafts = [draft(identity), draft(identity)]
    for each in drafts:
        step(identity, "submit_draft", each, identity.city)

    def attempt(number: int) -> str:
        try:
            return str(step(identity, "approve_draft", drafts[number % 2], other)["version"])
        except Error as error:
            return error.code

    outcomes = list(eventlet.GreenPool().imap(attempt, range(6)))
    assert outcomes.count("2") == 1
    assert set(outcomes) <= {"2", "draft_outdated", "wrong_draft_state"}
    assert len(identity.recorded(PolicyAdopted)) == 1


def test_the_database_too_wants_a_second_officer(identity: Identity) -> None:
    drafted = draft(identity)
    change = text(
        "update policy_drafts set state = 'approved', version = 2, approved_by = author_id"
        " where draft_id = :draft_id"
    )
    with pytest.raises(IntegrityError), identity.session() as session:
        session.execute(change, {"draft_id": drafted["draft_id"]})


def test_the_rules_can_be_read_by_everybody(identity: Identity) -> None:
    items = identity.call("list_policy_rules", {}, key=None)["items"]
    (rule,) = (each for each in items if each["name"] == "step_minutes")
    assert (rule["section"], rule["choices"], rule["unit"]) == ("credit", [1, 20, 60], "minutes")
