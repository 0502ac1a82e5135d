"""Stages of codes, devices, and what was recorded without a network."""

import uuid
from dataclasses import replace
from datetime import timedelta

from services.kernel.caller import Caller
from tests.integration.matching.conftest import PLACE, STREET
from tests.integration.matching.phones import Phone
from tests.integration.rights.matching.bookings import booked
from tests.integration.rights.matching.cast import Cast
from tests.integration.rights.matching.requests import START
from tests.integration.rights.stages import Scene, stage


@stage("matching", "confirm_presence of a pupil's guardian")
def confirm_presence(cast: Cast) -> Scene:
    scene = booked(cast, cast.pupil)
    return replace(scene, now=scene.now + START, payload=scene.payload | PLACE)


@stage("matching", "set_up_visit_code")
def set_up_visit_code(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), person_id=cast.elder.person_id)


@stage("matching", "show_visit_code")
def show_visit_code(cast: Cast) -> Scene:
    scene = set_up_visit_code(cast)
    cast.matching.call("set_up_visit_code", scene.payload, cast.elder, now=scene.now)
    return scene


@stage("matching", "issue_code_card")
def issue_code_card(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), person_id=cast.elder.person_id)


@stage("matching", "print_code_card")
def print_code_card(cast: Cast) -> Scene:
    scene = issue_code_card(cast)
    cast.matching.call("issue_code_card", scene.payload, cast.clerk, now=scene.now)
    return scene


def phone_of(cast: Cast, owner: Caller, street: str | None = None) -> Phone:
    phone = Phone(street)
    cast.matching.call("register_device", phone.registration(), owner, now=cast.morning())
    return phone


@stage("matching", "register_device of one's own")
def register_phone(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), **Phone().registration())


@stage("matching", "register_device of an agency")
def register_terminal(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), **Phone(STREET).registration())


@stage("matching", "show_device of a volunteer")
def show_phone(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), device_id=phone_of(cast, cast.volunteer).device_id)


@stage("matching", "show_device of an agency")
def show_terminal(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), device_id=phone_of(cast, cast.clerk, STREET).device_id)


def handed_in(cast: Cast, phone: Phone) -> Scene:
    scene = booked(cast)
    now = scene.now + START + timedelta(minutes=5)
    capture = phone.capture("check_in", scene.payload["booking_id"], scene.now + START)
    return cast.scene(now, **phone.batch([capture], now))


@stage("matching", "submit_captures of a volunteer")
def submit_captures_of_a_phone(cast: Cast) -> Scene:
    return handed_in(cast, phone_of(cast, cast.volunteer))


@stage("matching", "submit_captures of an agency")
def submit_captures_of_a_terminal(cast: Cast) -> Scene:
    return handed_in(cast, phone_of(cast, cast.clerk, STREET))


@stage("matching", "revoke_device of a volunteer")
def revoke_phone(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), **show_phone(cast).payload, reason="lost on the bus")


@stage("matching", "revoke_device of an agency")
def revoke_terminal(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), **show_terminal(cast).payload, reason="broken")


@stage("matching", "list_exceptions of a street")
def list_exceptions_of_a_street(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), area=STREET)


@stage("matching", "list_exceptions of a district")
def list_exceptions_of_a_district(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), area=STREET[:6])


@stage("matching", "report_elder_absent")
def report_elder_absent(cast: Cast) -> Scene:
    scene = booked(cast)
    now = scene.now + START + timedelta(minutes=20)
    return replace(scene, now=now, payload=scene.payload | PLACE)


@stage("matching", "list_strikes of a volunteer")
def list_strikes(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), person_id=cast.volunteer.person_id)


@stage("matching", "waive_strike of a volunteer")
def waive_strike(cast: Cast) -> Scene:
    unlucky = cast.newcomer()
    scene = booked(cast, unlucky)
    now = scene.now + START - timedelta(minutes=10)
    late = scene.payload | {"reason": "the bus"}
    cast.matching.call("release_booking", late, unlucky, now=now)
    asked = {"person_id": str(unlucky.person_id)}
    (strike,) = cast.matching.call("list_strikes", asked, unlucky, now=now)["items"]
    return cast.scene(now, unlucky, strike_id=uuid.UUID(strike["strike_id"]), reason="broke down")
