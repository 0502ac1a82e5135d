"""Stages of visits."""

from dataclasses import replace
from datetime import timedelta

from services.kernel.caller import Caller
from tests.integration.matching.conftest import PLACE
from tests.integration.rights.matching.bookings import booked
from tests.integration.rights.matching.cast import Cast
from tests.integration.rights.matching.requests import START
from tests.integration.rights.stages import Scene, stage


AN_HOUR = timedelta(hours=1)
LATE = timedelta(hours=6)


@stage("matching", "check_in")
def check_in(cast: Cast) -> Scene:
    scene = booked(cast)
    return replace(scene, now=scene.now + START, payload=scene.payload | PLACE)


@stage("matching", "check_in of a pupil")
def check_in_of_a_pupil(cast: Cast) -> Scene:
    scene = booked(cast, cast.pupil)
    cast.leads(scene.payload["booking_id"], scene.now + START)
    payload = scene.payload | PLACE
    return replace(scene, now=scene.now + START, payload=payload)


def underway(cast: Cast, by: Caller | None = None) -> tuple[Scene, str]:
    """A scene an hour after the check-in, and the visit."""
    scene = check_in(cast)
    visit = cast.check("in", scene.payload["booking_id"], scene.now, by)
    return replace(scene, now=scene.now + AN_HOUR), str(visit["visit_id"])


@stage("matching", "check_out")
def check_out(cast: Cast) -> Scene:
    scene, _ = underway(cast)
    return scene


@stage("matching", "show_visit")
def show_visit(cast: Cast) -> Scene:
    scene, visit_id = underway(cast)
    return replace(scene, payload={"visit_id": visit_id})


@stage("matching", "decide_exception")
def decide_exception(cast: Cast) -> Scene:
    scene, visit_id = underway(cast)
    now = scene.now + LATE
    cast.check("out", scene.payload["booking_id"], now)
    payload = {"visit_id": visit_id, "minutes": 60, "reason": "the elder says so"}
    return replace(scene, now=now, payload=payload)


@stage("matching", "decide_exception of the clerk's own visit")
def decide_ones_own_exception(cast: Cast) -> Scene:
    scene = decide_exception(cast)
    clerk = Caller(cast.volunteer.person_id, cast.clerk.roles)
    return replace(scene, people={"clerk": clerk})


@stage("matching", "sweep_due")
def sweep_due(cast: Cast) -> Scene:
    return cast.scene(cast.morning())
