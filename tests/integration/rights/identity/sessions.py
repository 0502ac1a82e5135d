"""Stages of logging in."""

from services.kernel.caller import Caller
from tests.integration.identity.conftest import NOW, PASSWORD, Identity
from tests.integration.rights.stages import Scene, stage


@stage("identity", "log_in")
def log_in(identity: Identity) -> Scene:
    person = identity.new_person()
    identity.load(person)
    payload = {"phone": person.phone, "password": PASSWORD}
    return Scene(payload, NOW, {"oneself": Caller(person.person_id)})


@stage("identity", "show_public_keys")
def show_public_keys(identity: Identity) -> Scene:
    return Scene({}, NOW)


@stage("identity", "list_revocations")
def list_revocations(identity: Identity) -> Scene:
    return Scene({}, NOW)
