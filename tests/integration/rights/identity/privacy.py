"""Stages of unmasked reads, their log, and the export of one's own data."""

from services.kernel.caller import Caller
from tests.integration.identity.conftest import NOW, Identity
from tests.integration.rights.identity.cast import family, pupil_and_guardian
from tests.integration.rights.stages import Scene, stage


@stage("identity", "reveal_contact")
def reveal_contact(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(
        person_id=everybody.elder, fields_read=["phone"], reason="The daughter asks for a call"
    )


@stage("identity", "list_reads")
@stage("identity", "export_person")
def about_oneself(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder)


@stage("identity", "list_reads of a pupil")
@stage("identity", "export_person of a pupil")
def about_a_pupil(identity: Identity) -> Scene:
    details = pupil_and_guardian(identity)
    pupil = identity.verified(**details)
    people = {"oneself": Caller(pupil), "guardian": Caller(details["guardian_id"])}
    return Scene({"person_id": pupil}, NOW, people)
