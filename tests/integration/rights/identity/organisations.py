"""Stages of organisations, their staff and projects."""

from typing import Any
from uuid import UUID, uuid4

from services.kernel.caller import Caller
from tests.integration.identity.conftest import NOW, STREET, Identity
from tests.integration.rights.stages import Scene, stage


DISTRICT = STREET[:6]


def proposal(kind: str) -> dict[str, Any]:
    payload: dict[str, Any] = {"kind": kind, "name": f"House {uuid4()}", "district": DISTRICT}
    if kind == "agency":
        payload["streets"] = [STREET]
    elif kind == "care_home":
        payload["places"] = 40
    return payload


def proposed(identity: Identity, kind: str = "agency") -> Scene:
    proposer = Caller(identity.verified())
    answer = identity.call("propose_organisation", proposal(kind), proposer)
    payload = {"organisation_id": answer["organisation_id"]}
    return Scene(payload, NOW, {"oneself": proposer})


def confirmed(identity: Identity, kind: str = "agency") -> Scene:
    scene = proposed(identity, kind)
    identity.call("confirm_organisation", scene.payload, identity.district)
    return scene


def with_reason(scene: Scene) -> Scene:
    return Scene(scene.payload | {"reason": "A complaint"}, scene.now, scene.people)


def employed(identity: Identity) -> Scene:
    """Somebody who is staff of an agency."""
    person = identity.verified()
    payload = confirmed(identity).payload | staff(person)
    answer = identity.call("add_staff", payload, identity.district)
    payload = {"staff_id": answer["staff_id"], "reason": "A complaint"}
    return Scene(payload, NOW, {"oneself": Caller(person)})


def staff(person: UUID) -> dict[str, Any]:
    return {"person_id": str(person), "role": "agency_clerk", "area": STREET}


@stage("identity", "propose_organisation")
def propose_organisation(identity: Identity) -> Scene:
    return Scene(proposal("agency"), NOW)


@stage("identity", "confirm_organisation an agency")
def confirm_agency(identity: Identity) -> Scene:
    return proposed(identity)


@stage("identity", "confirm_organisation a care home")
def confirm_care_home(identity: Identity) -> Scene:
    return proposed(identity, "care_home")


@stage("identity", "suspend_organisation")
def suspend_organisation(identity: Identity) -> Scene:
    return with_reason(confirmed(identity))


@stage("identity", "reinstate_organisation")
def reinstate_organisation(identity: Identity) -> Scene:
    scene = suspend_organisation(identity)
    identity.call("suspend_organisation", scene.payload, identity.district)
    return scene


@stage("identity", "close_organisation")
def close_organisation(identity: Identity) -> Scene:
    return with_reason(confirmed(identity))


@stage("identity", "show_organisation")
def show_organisation(identity: Identity) -> Scene:
    return confirmed(identity)


@stage("identity", "list_organisations")
def list_organisations(identity: Identity) -> Scene:
    return Scene({"district": DISTRICT}, NOW)


@stage("identity", "add_staff")
def add_staff(identity: Identity) -> Scene:
    person = identity.verified()
    payload = confirmed(identity).payload | staff(person)
    return Scene(payload, NOW, {"oneself": Caller(person)})


@stage("identity", "suspend_staff")
def suspend_staff(identity: Identity) -> Scene:
    return employed(identity)


@stage("identity", "reinstate_staff")
def reinstate_staff(identity: Identity) -> Scene:
    scene = employed(identity)
    identity.call("suspend_staff", scene.payload, identity.district)
    return scene


@stage("identity", "end_staff")
def end_staff(identity: Identity) -> Scene:
    return employed(identity)


@stage("identity", "add_project")
def add_project(identity: Identity) -> Scene:
    payload = confirmed(identity, "volunteer_organisation").payload
    project = {"name": "Songs", "category": "culture_and_sport", "starts_on": "2026-12-01"}
    return Scene(payload | project, NOW)


@stage("identity", "end_project")
def end_project(identity: Identity) -> Scene:
    added = identity.call("add_project", add_project(identity).payload, identity.district)
    return Scene({"project_id": added["project_id"]}, NOW)
