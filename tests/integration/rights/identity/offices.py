"""Stages of roles and of the policy in force."""

from tests.integration.identity.conftest import NOW, STREET, Identity
from tests.integration.rights.identity.cast import family
from tests.integration.rights.stages import Scene, stage


@stage("identity", "assign_role of a clerk")
def assign_clerk(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, role="agency_clerk", area=STREET)


@stage("identity", "assign_role of an officer")
def assign_officer(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, role="district_officer", area=STREET[:6])


@stage("identity", "show_policy")
def show_policy(identity: Identity) -> Scene:
    return Scene({}, NOW)
