"""Stages of roles and the policy."""

from services.kernel.policy import policy_at
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


@stage("identity", "adopt_policy")
def adopt_policy(identity: Identity) -> Scene:
    with identity.session() as session:
        policy = policy_at(session, NOW)
    effective_from = "2099-01-01T00:00:00+08:00"
    following = {"version": policy.version + 1, "effective_from": effective_from}
    return Scene(following | {"values": policy.values}, NOW)


@stage("identity", "show_policy")
def show_policy(identity: Identity) -> Scene:
    return Scene({}, NOW)
