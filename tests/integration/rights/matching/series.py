"""Stages of weekly series."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.kernel.calendar import city_date
from services.matching.storage import find_series
from tests.integration.matching.conftest import PLACE
from tests.integration.rights.matching.cast import Cast
from tests.integration.rights.stages import Scene, stage


A_WEEK = timedelta(weeks=1)


def weekly(cast: Cast) -> Scene:
    """A wish for every week on the day after the scene's, for three weeks."""
    now = cast.morning()
    first_on = city_date(now) + timedelta(days=1)
    wish: dict[str, Any] = {
        "weekday": first_on.isoweekday(),
        "time_of_day": "09:00",
        "minutes": 60,
        "first_on": first_on.isoformat(),
        "last_on": (first_on + 3 * A_WEEK).isoformat(),
        "category": "accompanying",
        "place": PLACE | {"address": "x"},
    }
    return cast.scene(now, **wish)


@stage("matching", "submit_series")
def submit_series(cast: Cast) -> Scene:
    scene = weekly(cast)
    return replace(scene, payload=scene.payload | {"elder_id": str(cast.elder.person_id)})


def submitted(cast: Cast) -> tuple[Scene, dict[str, Any]]:
    """The scene of the wish, and the series that it made."""
    scene = submit_series(cast)
    return scene, cast.matching.call("submit_series", scene.payload, cast.elder, now=scene.now)


@stage("matching", "show_series")
def show_series(cast: Cast) -> Scene:
    scene, series = submitted(cast)
    return replace(scene, payload={"series_id": series["series_id"]})


@stage("matching", "list_series")
def list_series(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), elder_id=cast.elder.person_id)


@stage("matching", "revise_series")
def revise_series(cast: Cast) -> Scene:
    scene, series = submitted(cast)
    payload = scene.payload | {"series_id": series["series_id"], "version": 1}
    payload["from_on"] = payload.pop("first_on")
    del payload["elder_id"]
    return replace(scene, payload=payload)


@stage("matching", "end_series")
def end_series(cast: Cast) -> Scene:
    scene, series = submitted(cast)
    facts = {"last_on": series["first_on"], "reason": "no more"}
    return replace(scene, payload=facts | {"series_id": series["series_id"]})


@stage("matching", "skip_occurrence")
def skip_occurrence(cast: Cast) -> Scene:
    scene, series = submitted(cast)
    facts = {"occurs_on": series["first_on"], "reason": "on a journey"}
    return replace(scene, payload=facts | {"series_id": series["series_id"]})


@stage("matching", "resume_series")
def resume_series(cast: Cast) -> Scene:
    """Of a series that was paused, by the shortest way."""
    scene, series = submitted(cast)
    with cast.matching.session() as session:
        row = find_series(session, UUID(series["series_id"]))
        assert row is not None
        row.state, row.pause_reason = "paused", "coins_refused"
    return replace(scene, payload={"series_id": series["series_id"]})


@stage("matching", "make_occurrences")
def make_occurrences(cast: Cast) -> Scene:
    return cast.scene(cast.morning())
