"""Stages of group activities."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from services.kernel.caller import Caller
from tests.integration.matching.conftest import PLACE, STREET
from tests.integration.rights.matching.cast import Cast
from tests.integration.rights.matching.requests import START
from tests.integration.rights.stages import Scene, stage


@stage("matching", "organise_activity")
def organise_activity(cast: Cast) -> Scene:
    now = cast.morning()
    wish: dict[str, Any] = {
        "street": STREET,
        "item_code": "calligraphy-class",
        "starts_at": (now + START).isoformat(),
        "ends_at": (now + START + timedelta(hours=2)).isoformat(),
        "minutes": 90,
        "place": PLACE | {"address": "社区活动室"},
    }
    return cast.scene(now, **wish)


def organised(cast: Cast) -> Scene:
    scene = organise_activity(cast)
    made = cast.matching.call("organise_activity", scene.payload, cast.clerk, now=scene.now)
    return replace(scene, payload={"request_id": made["request_id"]})


def join(cast: Cast, scene: Scene, elder: Caller) -> str:
    facts = scene.payload | {"elder_id": str(elder.person_id)}
    seen = cast.matching.call("join_activity", facts, elder, now=scene.now)
    return str(seen["seats"][-1]["seat_id"])


@stage("matching", "join_activity")
def join_activity(cast: Cast) -> Scene:
    scene = organised(cast)
    return replace(scene, payload=scene.payload | {"elder_id": str(cast.elder.person_id)})


@stage("matching", "leave_activity")
def leave_activity(cast: Cast) -> Scene:
    scene = organised(cast)
    seat_id = join(cast, scene, cast.elder)
    return replace(scene, payload=scene.payload | {"seat_id": seat_id, "reason": "a fever"})


@stage("matching", "show_activity")
def show_activity(cast: Cast) -> Scene:
    return organised(cast)


@stage("matching", "list_activities")
def list_activities(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), area=STREET)


@stage("matching", "mark_absent")
def mark_absent(cast: Cast) -> Scene:
    """Under way: three elders have their places, and the volunteer has checked in."""
    scene = organised(cast)
    for elder in cast.class_of_elders:
        seat_id = join(cast, scene, elder)
        cast.hold(seat_id)
    request_id = scene.payload["request_id"]

    def is_open() -> bool:
        seen = cast.matching.call("show_activity", scene.payload, cast.clerk)
        return bool(seen["state"] == "open")

    cast.matching.eventually(is_open)
    booking = cast.accept(request_id, now=scene.now)
    now = scene.now + START
    cast.check("in", booking["booking_id"], now)
    return replace(scene, now=now, payload=scene.payload | {"seat_ids": []})
