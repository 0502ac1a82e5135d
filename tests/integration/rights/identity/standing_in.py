"""Stages of guardianship and consent."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.kernel.caller import Caller
from tests.integration.identity.conftest import NOW, Identity
from tests.integration.rights.identity.cast import born, family, pupil_and_guardian
from tests.integration.rights.stages import Scene, stage


def registered_pupil(identity: Identity) -> tuple[UUID, UUID, Scene]:
    """A pupil who named a guardian, and the guardianship that waits to be confirmed."""
    details = pupil_and_guardian(identity)
    guardian = details["guardian_id"]
    pupil = identity.registered(password=None, **details | {"guardian_id": str(guardian)})
    listed = identity.call("list_guardianships", {"person_id": str(pupil)}, Caller(pupil))
    payload = {"guardianship_id": listed["items"][0]["guardianship_id"]}
    people = {"oneself": Caller(pupil), "guardian": Caller(guardian)}
    return pupil, guardian, Scene(payload, NOW, people)


def adult_in_care(identity: Identity) -> Scene:
    """An elder for whom a clerk named the child as guardian: a court said so."""
    elder = family(identity)
    named = identity.call("name_guardian", ward_and_guardian(elder), identity.clerk)
    return elder.scene(guardianship_id=named["guardianship_id"])


def ward_and_guardian(elder: Any) -> dict[str, str]:
    return {"ward_id": str(elder.elder), "guardian_id": str(elder.relative)}


@stage("identity", "name_guardian of a pupil")
def name_guardian(identity: Identity) -> Scene:
    pupil, _, _ = registered_pupil(identity)
    other = identity.verified(id_number=born(identity, 1979))
    people = {"oneself": Caller(pupil), "guardian": Caller(other)}
    return Scene({"ward_id": str(pupil), "guardian_id": str(other)}, NOW, people)


@stage("identity", "name_guardian of an adult")
def name_guardian_of_adult(identity: Identity) -> Scene:
    elder = family(identity)
    return elder.scene(**ward_and_guardian(elder))


@stage("identity", "confirm_guardianship of a pupil")
def confirm_guardianship(identity: Identity) -> Scene:
    _, _, scene = registered_pupil(identity)
    return Scene(scene.payload | {"paper": "birth_certificate"}, NOW, scene.people)


@stage("identity", "confirm_guardianship of an adult")
def confirm_guardianship_of_adult(identity: Identity) -> Scene:
    scene = adult_in_care(identity)
    return Scene(scene.payload | {"paper": "court_ruling"}, NOW, scene.people)


@stage("identity", "refuse_guardianship")
def refuse_guardianship(identity: Identity) -> Scene:
    return registered_pupil(identity)[2]


@stage("identity", "end_guardianship")
def end_guardianship(identity: Identity) -> Scene:
    _, guardian, scene = registered_pupil(identity)
    identity.call("confirm_guardianship", scene.payload, Caller(guardian))
    reason = {"reason": "court_ruling", "note": "Shown at the desk"}
    return Scene(scene.payload | reason, NOW, scene.people)


@stage("identity", "list_guardianships")
def list_guardianships(identity: Identity) -> Scene:
    pupil, _, scene = registered_pupil(identity)
    return Scene({"person_id": str(pupil)}, NOW, scene.people)


@stage("identity", "give_consent")
def give_consent(identity: Identity) -> Scene:
    elder = family(identity)
    return elder.scene(
        elder_id=str(elder.elder),
        agent_id=str(elder.relative),
        scopes=["requests"],
        until=(NOW + timedelta(days=30)).isoformat(),
        paper_reference="Folder 7",
    )


@stage("identity", "revoke_consent")
def revoke_consent(identity: Identity) -> Scene:
    elder = family(identity)
    return elder.scene(consent_id=elder.consent_id)


@stage("identity", "list_consents")
def list_consents(identity: Identity) -> Scene:
    elder = family(identity)
    return elder.scene(person_id=str(elder.elder))
