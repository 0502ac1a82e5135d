"""Stages of the policy: its versions, and drafts of the next."""

from functools import cache
from typing import Any

from services.kernel.caller import Caller
from services.kernel.policy import policy_at
from tests.integration.conftest import policy_document
from tests.integration.identity.conftest import NOW, Identity
from tests.integration.rights.stages import Scene, stage


EFFECTIVE_FROM = "2099-01-01T00:00:00+08:00"


@cache
def body() -> dict[str, Any]:
    return {"document": policy_document(), "effective_from": EFFECTIVE_FROM, "reason": "As it was"}


def drafted(identity: Identity, by: Caller, submitted: bool = False) -> dict[str, Any]:
    """The id of a draft that an officer has written, and laid before the others."""
    draft_id = identity.call("draft_policy", body(), by)["draft_id"]
    if submitted:
        identity.call("submit_draft", {"draft_id": draft_id}, by)
    return {"draft_id": draft_id}


def another(identity: Identity) -> Caller:
    return identity.officer("city_officer", "110000")


@stage("identity", "adopt_policy after the first")
def adopt_policy(identity: Identity) -> Scene:
    with identity.session() as session:
        policy = policy_at(session, NOW)
    following = {"version": policy.version + 1, "effective_from": EFFECTIVE_FROM}
    return Scene(following | {"values": policy.values}, NOW)


@stage("identity", "draft_policy")
def draft_policy(identity: Identity) -> Scene:
    return Scene(body(), NOW)


@stage("identity", "revise_draft")
def revise_draft(identity: Identity) -> Scene:
    return Scene(drafted(identity, identity.city) | body(), NOW)


@stage("identity", "revise_draft of another officer")
def revise_anothers(identity: Identity) -> Scene:
    return Scene(drafted(identity, another(identity)) | body(), NOW)


@stage("identity", "submit_draft")
@stage("identity", "withdraw_draft")
@stage("identity", "show_draft")
def own_draft(identity: Identity) -> Scene:
    return Scene(drafted(identity, identity.city), NOW)


@stage("identity", "submit_draft of another officer")
@stage("identity", "withdraw_draft of another officer")
def anothers_draft(identity: Identity) -> Scene:
    return Scene(drafted(identity, another(identity)), NOW)


@stage("identity", "approve_draft")
def approve_own(identity: Identity) -> Scene:
    return Scene(drafted(identity, identity.city, submitted=True), NOW)


@stage("identity", "approve_draft of another officer")
def approve_anothers(identity: Identity) -> Scene:
    return Scene(drafted(identity, another(identity), submitted=True), NOW)


@stage("identity", "return_draft")
def return_own(identity: Identity) -> Scene:
    return Scene(drafted(identity, identity.city, submitted=True) | {"reason": "No"}, NOW)


@stage("identity", "return_draft of another officer")
def return_anothers(identity: Identity) -> Scene:
    return Scene(drafted(identity, another(identity), submitted=True) | {"reason": "No"}, NOW)


@stage("identity", "show_policy_version")
def show_policy_version(identity: Identity) -> Scene:
    return Scene({"version": 1}, NOW)


@stage("identity", "list_drafts")
@stage("identity", "list_policy_versions")
@stage("identity", "list_policy_rules")
def nothing_needed(identity: Identity) -> Scene:
    return Scene({}, NOW)
