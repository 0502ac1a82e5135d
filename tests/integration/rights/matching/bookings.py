"""Stages of bookings."""

from services.kernel.caller import Caller
from tests.integration.rights.matching.cast import Cast
from tests.integration.rights.matching.requests import START, show_open_request
from tests.integration.rights.stages import Scene, stage


def booked(cast: Cast, by: Caller | None = None) -> Scene:
    """The payload names the booking; the visit may begin four hours after the scene's time."""
    now = cast.morning()
    request_id = cast.opened(now=now, start=now + START)
    booking = cast.accept(request_id, by, now)
    return cast.scene(now, by, booking_id=booking["booking_id"])


@stage("matching", "accept_request")
def accept_request(cast: Cast) -> Scene:
    return show_open_request(cast)


@stage("matching", "show_booking")
def show_booking(cast: Cast) -> Scene:
    return booked(cast)


@stage("matching", "release_booking")
def release_booking(cast: Cast) -> Scene:
    scene = booked(cast)
    return cast.scene(scene.now, **scene.payload, reason="a fever")
