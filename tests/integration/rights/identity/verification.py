"""Stages of verifications beyond the desk's yes."""

from dataclasses import replace
from typing import Any

from services.kernel.caller import Caller
from tests.integration.identity.conftest import NOW, STREET, Identity
from tests.integration.rights.identity.cast import family, pupil_and_guardian
from tests.integration.rights.stages import Scene, stage


DOUBT = {"reason": "doubt", "words": "The card was reported lost"}


def of_the_clerk(identity: Identity, scene: Scene) -> Scene:
    """The same, with the clerk in the place of whom it concerns."""
    clerk = Caller(scene.people["oneself"].person_id, identity.clerk.roles)
    return replace(scene, people={"clerk": clerk})


def unverified(identity: Identity, **payload: Any) -> Scene:
    person = identity.registered(password=None)
    return Scene({"person_id": person, **payload}, NOW, {"oneself": Caller(person)})


@stage("identity", "change_details")
def change_details(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, name="Another Name")


@stage("identity", "change_details of a pupil")
def change_details_of_pupil(identity: Identity) -> Scene:
    details = pupil_and_guardian(identity)
    pupil = identity.verified(**details)
    people = {"oneself": Caller(pupil), "guardian": Caller(details["guardian_id"])}
    return Scene({"person_id": pupil, "name": "Another Name"}, NOW, people)


@stage("identity", "refuse_verification")
def refuse_verification(identity: Identity) -> Scene:
    return unverified(identity, reason="not_the_holder")


@stage("identity", "refuse_verification of the clerk")
def refuse_oneself(identity: Identity) -> Scene:
    return of_the_clerk(identity, refuse_verification(identity))


@stage("identity", "require_recheck")
def require_recheck(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, **DOUBT)


@stage("identity", "require_recheck of an officer")
def recheck_officer(identity: Identity) -> Scene:
    officer = identity.verified(roles=(("district_officer", STREET[:6]),))
    return Scene({"person_id": officer, **DOUBT}, NOW, {"oneself": Caller(officer)})


@stage("identity", "require_recheck of the clerk")
def recheck_oneself(identity: Identity) -> Scene:
    return of_the_clerk(identity, require_recheck(identity))


@stage("identity", "ask_for_online_verification")
def ask_online(identity: Identity) -> Scene:
    return unverified(identity)


@stage("identity", "ask_for_online_verification of somebody verified")
def ask_online_verified(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder)


@stage("identity", "show_verification")
def show_verification(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder)
