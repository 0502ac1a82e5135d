"""A day's dispatch: volunteers say when they come, a clerk has the day planned and accepts it."""

from datetime import date
from typing import Any

from deploy.demo.stage import Person, Stage, until


WEEKDAYS = range(1, 8)
MINUTES_A_DAY, RADIUS_METRES = 240, 3000


def set_profile(
    stage: Stage, volunteer: Person, begins: str = "08:00", ends: str = "18:00", **others: Any
) -> dict[str, Any]:
    """The volunteer may be planned for, on every day of the week between these hours."""
    body = {
        "free_times": [{"weekday": day, "begins": begins, "ends": ends} for day in WEEKDAYS],
        "most_minutes_a_day": MINUTES_A_DAY,
        "radius_metres": RADIUS_METRES,
        "dispatchable": True,
    }
    path = f"/v1/people/{volunteer.person_id}/profile"
    return stage.client.post(path, body | others, volunteer.token)


def ask_for_plan(stage: Stage, area: str, day: date, token: str) -> dict[str, Any]:
    body = {"area": area, "day": day.isoformat()}
    return stage.client.post("/v1/plans", body, token)


def computed(stage: Stage, plan: dict[str, Any], token: str) -> dict[str, Any]:
    """The plan with its lines, once the dispatcher has computed it."""

    def look() -> dict[str, Any] | None:
        shown = stage.client.get(f"/v1/plans/{plan['plan_id']}", token)
        return None if shown["state"] == "asked" else shown

    return until(look, "the day's plan")


def accept_plan(stage: Stage, plan: dict[str, Any], token: str) -> dict[str, Any]:
    return stage.client.post(f"/v1/plans/{plan['plan_id']}/acceptance", {}, token)
