"""Stages of logging in by code and with WeChat."""

from dataclasses import replace
from uuid import UUID, uuid4

from services.identity.codes import rules_at, try_code
from services.identity.contract import CodePurpose
from services.identity.storage import codes, wechat
from services.kernel.caller import Caller
from services.kernel.ids import new_id
from tests.integration.identity.conftest import NOW, PASSWORD, Identity
from tests.integration.rights.identity.cast import family
from tests.integration.rights.stages import Scene, stage


CODE = "402917"


def with_code(identity: Identity, phone: str, purpose: CodePurpose, person_id: UUID) -> None:
    """As if a code had been asked for and sent."""
    with identity.session() as session:
        rules = rules_at(session, NOW)
        codes.add_code(
            session, identity.vault, new_id(), CODE, phone, purpose, person_id, NOW, rules
        )


def fresh_phone(identity: Identity) -> str:
    return f"1370000{next(identity.numbers):04d}"


@stage("identity", "request_login_code")
def request_login_code(identity: Identity) -> Scene:
    person = identity.new_person()
    identity.load(person)
    return Scene({"phone": person.phone}, NOW, {"oneself": Caller(person.person_id)})


@stage("identity", "log_in_with_code")
def log_in_with_code(identity: Identity) -> Scene:
    person = identity.new_person()
    identity.load(person)
    assert person.phone
    with_code(identity, person.phone, CodePurpose.LOG_IN, person.person_id)
    payload = {"phone": person.phone, "code": CODE}
    return Scene(payload, NOW, {"oneself": Caller(person.person_id)})


@stage("identity", "log_in_with_we_chat")
def log_in_with_we_chat(identity: Identity) -> Scene:
    person_id, name = identity.verified(), str(uuid4())
    with identity.session() as session:
        wechat.bind(session, identity.vault, person_id, f"stand-in-{name}", NOW)
    return Scene({"code": f"demo-{name}"}, NOW, {"oneself": Caller(person_id)})


@stage("identity", "request_phone_code")
def request_phone_code(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, phone=fresh_phone(identity))


@stage("identity", "confirm_phone")
def confirm_phone(identity: Identity) -> Scene:
    everybody, phone = family(identity), fresh_phone(identity)
    with_code(identity, phone, CodePurpose.NEW_PHONE, everybody.elder)
    return everybody.scene(person_id=everybody.elder, phone=phone, code=CODE)


@stage("identity", "bind_we_chat")
def bind_we_chat(identity: Identity) -> Scene:
    everybody = family(identity)
    payload = {"code": f"demo-{uuid4()}", "password": PASSWORD}
    return everybody.scene(person_id=everybody.elder, **payload)


@stage("identity", "bind_we_chat without the password")
def bind_unproven(identity: Identity) -> Scene:
    everybody = family(identity)
    return everybody.scene(person_id=everybody.elder, code=f"demo-{uuid4()}")


@stage("identity", "unbind_we_chat")
def unbind_we_chat(identity: Identity) -> Scene:
    scene = unbind_unproven(identity)
    return replace(scene, payload=scene.payload | {"password": PASSWORD})


@stage("identity", "unbind_we_chat without the password")
def unbind_unproven(identity: Identity) -> Scene:
    everybody = family(identity)
    with identity.session() as session:
        wechat.bind(session, identity.vault, everybody.elder, str(uuid4()), NOW)
    return everybody.scene(person_id=everybody.elder)


def confirm(identity: Identity, person_id: UUID, phone: str) -> None:
    """As if the person had shown with a code that the phone is theirs."""
    purpose = CodePurpose.NEW_PHONE
    with_code(identity, phone, purpose, person_id)
    with identity.session() as session:
        assert try_code(session, identity.vault, phone, purpose, person_id, CODE, NOW)
