"""Stages of suspension, and of roles taken back."""

from tests.integration.identity.conftest import STREET, Identity
from tests.integration.rights.identity.cast import Family, family
from tests.integration.rights.stages import Scene, stage


def with_role(identity: Identity, role: str, area: str) -> Family:
    everybody = family(identity)
    payload = {"person_id": everybody.elder, "role": role, "area": area}
    identity.call("assign_role", payload, identity.city)
    return everybody


@stage("identity", "remove_role of a clerk")
def remove_clerk(identity: Identity) -> Scene:
    held = {"role": "agency_clerk", "area": STREET}
    everybody = with_role(identity, **held)
    return everybody.scene(person_id=everybody.elder, reason="Has left", **held)


@stage("identity", "remove_role of an officer")
def remove_officer(identity: Identity) -> Scene:
    held = {"role": "district_officer", "area": STREET[:6]}
    everybody = with_role(identity, **held)
    return everybody.scene(person_id=everybody.elder, reason="Has left", **held)


@stage("identity", "suspend_person")
def suspend_person(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, reason="A complaint")


@stage("identity", "suspend_person who is an officer")
def suspend_officer(identity: Identity) -> Scene:
    everybody = with_role(identity, "district_officer", STREET[:6])
    return everybody.scene(person_id=everybody.elder, reason="A complaint")


@stage("identity", "reinstate_person")
def reinstate_person(identity: Identity) -> Scene:
    scene = suspend_person(identity)
    identity.call("suspend_person", scene.payload, identity.city)
    return scene


@stage("identity", "list_suspensions")
def list_suspensions(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder)
