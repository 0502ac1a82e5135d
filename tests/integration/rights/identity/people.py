"""Stages of accounts and verification."""

from dataclasses import replace

from services.kernel.caller import Caller
from tests.integration.identity.conftest import NOW, Identity
from tests.integration.rights.identity.cast import family, pupil_and_guardian
from tests.integration.rights.stages import Scene, stage


@stage("identity", "register_person")
def register_person(identity: Identity) -> Scene:
    return Scene(identity.request(password=None), NOW)


@stage("identity", "show_person")
def show_person(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder)


@stage("identity", "show_person of a pupil")
def show_pupil(identity: Identity) -> Scene:
    details = pupil_and_guardian(identity)
    pupil = identity.verified(**details)
    people = {"oneself": Caller(pupil), "guardian": Caller(details["guardian_id"])}
    return Scene({"person_id": pupil}, NOW, people)


@stage("identity", "verify_person")
def verify_person(identity: Identity) -> Scene:
    person = identity.registered(password=None)
    return Scene({"person_id": person, "card_seen": True}, NOW, {"oneself": Caller(person)})


@stage("identity", "verify_person of a pupil")
def verify_pupil(identity: Identity) -> Scene:
    details = pupil_and_guardian(identity)
    guardian = details["guardian_id"]
    pupil = identity.registered(password=None, **details | {"guardian_id": str(guardian)})
    people = {"oneself": Caller(pupil), "guardian": Caller(guardian)}
    return Scene({"person_id": pupil, "card_seen": True}, NOW, people)


@stage("identity", "verify_person of the clerk")
def verify_oneself(identity: Identity) -> Scene:
    scene = verify_person(identity)
    clerk = Caller(scene.people["oneself"].person_id, identity.clerk.roles)
    return replace(scene, people={"clerk": clerk})
