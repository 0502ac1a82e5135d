"""Stages of a day's dispatch."""

from dataclasses import replace

from services.matching.dispatching.planner import compute_next
from tests.integration.matching.conftest import DISTRICT, STREET
from tests.integration.rights.matching.cast import Cast
from tests.integration.rights.stages import Scene, stage


def asking(cast: Cast, area: str) -> Scene:
    now = cast.morning()
    return cast.scene(now, area=area, day=now.date())


@stage("matching", "ask_for_plan of a street")
def ask_for_plan_of_a_street(cast: Cast) -> Scene:
    return asking(cast, STREET)


@stage("matching", "ask_for_plan of a district")
def ask_for_plan_of_a_district(cast: Cast) -> Scene:
    return asking(cast, DISTRICT)


def computed(cast: Cast) -> Scene:
    scene = asking(cast, STREET)
    plan = cast.matching.call("ask_for_plan", scene.payload, cast.clerk, now=scene.now)
    while compute_next(cast.matching.session, scene.now) is not None:
        pass
    return replace(scene, payload={"plan_id": plan["plan_id"]})


@stage("matching", "show_plan")
def show_plan(cast: Cast) -> Scene:
    return computed(cast)


@stage("matching", "list_plans")
def list_plans(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), area=STREET)


@stage("matching", "accept_plan")
def accept_plan(cast: Cast) -> Scene:
    return computed(cast)


@stage("matching", "reject_plan")
def reject_plan(cast: Cast) -> Scene:
    scene = computed(cast)
    return replace(scene, payload=scene.payload | {"reason": "the clerk knows better"})
