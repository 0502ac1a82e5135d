"""Stages of special groups."""

from tests.integration.identity.conftest import Identity
from tests.integration.rights.identity.cast import family
from tests.integration.rights.stages import Scene, stage


@stage("identity", "approve_special_group")
def approve_special_group(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, group="dementia", evidence="Certificate 7")
