"""Stages of ratings, answers and paper forms."""

from tests.integration.rating.conftest import CLERK, SOON, STREET
from tests.integration.rights.rating.cast import Cast
from tests.integration.rights.stages import Scene, stage


SAID = {"words": "很耐心", "wants_to_complain": True}


@stage("rating", "rate_visit on the platform")
def rate_visit(cast: Cast) -> Scene:
    return cast.scene(visit_id=cast.visited(), stars=5)


@stage("rating", "rate_visit by telephone")
def rate_visit_by_telephone(cast: Cast) -> Scene:
    return cast.scene(visit_id=cast.visited(), stars=5, channel="phone_call")


@stage("rating", "rate_visit of the clerk")
def rate_visit_of_the_clerk(cast: Cast) -> Scene:
    return cast.scene(visit_id=cast.visited(CLERK), stars=5, channel="phone_call")


@stage("rating", "rate_visit that is rated")
def rate_visit_again(cast: Cast) -> Scene:
    return cast.scene(visit_id=cast.rated(), stars=5)


@stage("rating", "edit_rating on the platform")
def edit_rating(cast: Cast) -> Scene:
    return cast.scene(visit_id=cast.rated(), stars=2)


@stage("rating", "edit_rating by telephone")
def edit_rating_by_telephone(cast: Cast) -> Scene:
    return cast.scene(visit_id=cast.rated(), stars=2, channel="phone_call")


@stage("rating", "answer_rating")
def answer_rating(cast: Cast) -> Scene:
    return cast.scene(visit_id=cast.rated(), words="谢谢")


@stage("rating", "answer_rating that is answered")
def answer_rating_again(cast: Cast) -> Scene:
    scene = answer_rating(cast)
    cast.call("answer_rating", scene.payload, cast.volunteer, now=SOON)
    return scene


@stage("rating", "show_rating")
def show_rating(cast: Cast) -> Scene:
    return cast.scene(SAID, visit_id=cast.rated(**SAID))


@stage("rating", "list_complaints of a street")
def list_complaints_of_a_street(cast: Cast) -> Scene:
    cast.rated(**SAID)
    return cast.scene(area=STREET)


@stage("rating", "list_complaints of a district")
def list_complaints_of_a_district(cast: Cast) -> Scene:
    return cast.scene(area=STREET[:6])


@stage("rating", "preview_rating_sheet")
def preview_rating_sheet(cast: Cast) -> Scene:
    return cast.scene(csv=f"visit_id,stars\n{cast.visited()},5")


@stage("rating", "enter_rating_sheet")
def enter_rating_sheet(cast: Cast) -> Scene:
    return preview_rating_sheet(cast)
