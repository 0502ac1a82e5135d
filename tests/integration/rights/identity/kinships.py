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
    return Scene({"kinship_id": claimed["kinship_id"]}, NOW, claim.people)


@stage("identity", "confirm_kinship of the clerk's own")
def confirm_ones_own_kinship(identity: Identity) -> Scene:
    scene = confirm_kinship(identity)
    clerk = Caller(scene.people["relative"].person_id, identity.clerk.roles)
    return replace(scene, people={"clerk": clerk})


@stage("identity", "list_kinships")
def list_kinships(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder)
