"""Stages of special groups."""

from dataclasses import replace

from services.kernel.caller import Caller
from tests.integration.identity.conftest import Identity
from tests.integration.rights.identity.cast import family
from tests.integration.rights.stages import Scene, stage


@stage("identity", "approve_special_group")
def approve_special_group(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, group="dementia", evidence="Certificate 7")


@stage("identity", "approve_special_group of the officer")
def approve_oneself(identity: Identity) -> Scene:
    scene = approve_special_group(identity)
    officer = Caller(scene.people["oneself"].person_id, identity.district.roles)
    return replace(scene, people={"district": officer})
