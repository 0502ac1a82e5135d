"""Stages of what volunteers tell in private, and of what is told of them."""

from tests.integration.rating.conftest import SOON
from tests.integration.rights.rating.cast import Cast
from tests.integration.rights.stages import Scene, stage


@stage("rating", "rate_conditions")
def rate_conditions(cast: Cast) -> Scene:
    return cast.scene(visit_id=cast.visited(), safety=2)


@stage("rating", "show_conditions")
def show_conditions(cast: Cast) -> Scene:
    scene = rate_conditions(cast)
    cast.call("rate_conditions", scene.payload, cast.volunteer, now=SOON)
    return cast.scene(visit_id=scene.payload["visit_id"])


@stage("rating", "show_reputation")
def show_reputation(cast: Cast) -> Scene:
    return cast.scene(person_id=cast.volunteer.person_id)


@stage("rating", "show_stars")
def show_stars(cast: Cast) -> Scene:
    return show_reputation(cast)


@stage("rating", "recount_reputation")
def recount_reputation(cast: Cast) -> Scene:
    return show_reputation(cast)
