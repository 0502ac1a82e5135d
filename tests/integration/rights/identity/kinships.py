"""Stages of kinship."""

from dataclasses import replace

from services.kernel.caller import Caller
from tests.integration.identity.conftest import NOW, Identity
from tests.integration.rights.identity.cast import born, family
from tests.integration.rights.stages import Scene, stage


@stage("identity", "claim_kinship")
def claim_kinship(identity: Identity) -> Scene:
    parent = identity.verified(id_number=born(identity, 1950))
    child = identity.verified(id_number=born(identity, 1980))
    payload = {"person_id": parent, "relative_id": child, "relation": "child"}
    return Scene(payload, NOW, {"oneself": Caller(parent), "relative": Caller(child)})


@stage("identity", "confirm_kinship")
def confirm_kinship(identity: Identity) -> Scene:
    claim = claim_kinship(identity)
    claimed = identity.call("claim_kinship", claim.payload, claim.people["oneself"])
    payload = {"kinship_id": claimed["kinship_id"], "paper": "birth_certificate"}
    return Scene(payload, NOW, claim.people)


@stage("identity", "refuse_kinship")
def refuse_kinship(identity: Identity) -> Scene:
    scene = confirm_kinship(identity)
    return replace(scene, payload={"kinship_id": scene.payload["kinship_id"]})


@stage("identity", "end_kinship")
def end_kinship(identity: Identity) -> Scene:
    scene = confirm_kinship(identity)
    identity.call("confirm_kinship", scene.payload, identity.clerk)
    end = {"reason": "recorded_wrongly", "note": "The names were the same"}
    return replace(scene, payload={"kinship_id": scene.payload["kinship_id"]} | end)


@stage("identity", "show_kinship")
def show_kinship(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, relative_id=everybody.relative)


@stage("identity", "list_papers")
def list_papers(identity: Identity) -> Scene:
    return Scene({}, NOW)


@stage("identity", "confirm_kinship of the clerk's own")
def confirm_ones_own_kinship(identity: Identity) -> Scene:
    scene = confirm_kinship(identity)
    clerk = Caller(scene.people["oneself"].person_id, identity.clerk.roles)
    return replace(scene, people={"clerk": clerk})


@stage("identity", "list_kinships")
def list_kinships(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder)
