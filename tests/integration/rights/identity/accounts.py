"""Stages of changes, declarations and the end of an account."""

from services.kernel.caller import Caller
from tests.integration.identity.conftest import NOW, PASSWORD, STREET, Identity
from tests.integration.rights.identity.cast import family, pupil_and_guardian
from tests.integration.rights.identity.log_ins import confirm
from tests.integration.rights.stages import Scene, stage


HEALTH = {"declaration": "willing_and_healthy", "version": 1}


def free_phone(identity: Identity) -> str:
    return f"1370000{next(identity.numbers):04d}"


@stage("identity", "change_phone")
def change_phone(identity: Identity) -> Scene:
    everybody, phone = family(identity), free_phone(identity)
    confirm(identity, everybody.elder, phone)
    return everybody.scene(person_id=everybody.elder, phone=phone, password=PASSWORD)


@stage("identity", "change_phone not confirmed by a code")
def change_phone_unconfirmed(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, phone=free_phone(identity), password=PASSWORD)


@stage("identity", "change_phone without the password")
def change_phone_unproven(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, phone=free_phone(identity))


@stage("identity", "change_phone of a pupil")
def change_phone_of_pupil(identity: Identity) -> Scene:
    details = pupil_and_guardian(identity)
    pupil = identity.verified(**details)
    phone = free_phone(identity)
    confirm(identity, pupil, phone)
    payload = {"person_id": pupil, "phone": phone, "password": PASSWORD}
    people = {"oneself": Caller(pupil), "guardian": Caller(details["guardian_id"])}
    return Scene(payload, NOW, people)


def phone_of(identity: Identity, role: str, area: str) -> Scene:
    officer = identity.verified(roles=((role, area),))
    return Scene({"person_id": officer, "phone": free_phone(identity)}, NOW)


@stage("identity", "change_phone of an officer")
def change_phone_of_officer(identity: Identity) -> Scene:
    return phone_of(identity, "district_officer", STREET[:6])


@stage("identity", "change_phone of another clerk")
def change_phone_of_clerk(identity: Identity) -> Scene:
    return phone_of(identity, "agency_clerk", STREET)


@stage("identity", "change_address")
def change_address(identity: Identity) -> Scene:
    everybody = family(identity)
    home = {"latitude": 39.92, "longitude": 116.42}
    return everybody.scene(
        person_id=everybody.elder, street=STREET, address="3 New Lane", home=home
    )


@stage("identity", "close_person on leaving")
def leave(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, reason="leaving", password=PASSWORD)


@stage("identity", "close_person without the password")
def leave_unproven(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, reason="leaving")


@stage("identity", "close_person of an officer")
def officer_leaves(identity: Identity) -> Scene:
    officer = identity.verified(roles=(("district_officer", STREET[:6]),))
    payload = {"person_id": officer, "reason": "leaving", "password": PASSWORD}
    return Scene(payload, NOW, {"oneself": Caller(officer)})


@stage("identity", "close_person at a death")
def die(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, reason="death", paper="Certificate No. 7")


@stage("identity", "close_person twice")
def die_twice(identity: Identity) -> Scene:
    scene = die(identity)
    identity.call("close_person", scene.payload, identity.clerk)
    return scene


@stage("identity", "list_declarations")
def list_declarations(identity: Identity) -> Scene:
    return Scene({}, NOW)


@stage("identity", "show_declarations")
def show_declarations(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder)


@stage("identity", "accept_declaration")
def accept_declaration(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, declaration="privacy_notice", version=1)


@stage("identity", "accept_declaration of a guardian")
def accept_for_pupil(identity: Identity) -> Scene:
    details = pupil_and_guardian(identity)
    pupil = identity.verified(**details, willing_and_healthy=False)
    payload = {"person_id": pupil, "declaration": "guardian_consent", "version": 1}
    people = {"oneself": Caller(pupil), "guardian": Caller(details["guardian_id"])}
    return Scene(payload, NOW, people)


@stage("identity", "accept_declaration in an old version")
def accept_old_version(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, **HEALTH | {"version": 2})


@stage("identity", "withdraw_declaration")
def withdraw_declaration(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, declaration="willing_and_healthy")


@stage("identity", "withdraw_declaration never made")
def withdraw_nothing(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, declaration="privacy_notice")
