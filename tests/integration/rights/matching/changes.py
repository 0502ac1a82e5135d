"""Stages of reviewing, editing and replacing a request."""

from tests.integration.matching.conftest import STREET
from tests.integration.rights.matching.cast import Cast
from tests.integration.rights.matching.catalogue import new_item
from tests.integration.rights.matching.requests import START, show_open_request
from tests.integration.rights.stages import Scene, stage


@stage("matching", "edit_request")
def edit_request(cast: Cast) -> Scene:
    scene = show_open_request(cast)
    return cast.scene(scene.now, **scene.payload, version=1, note="the third floor")


@stage("matching", "replace_request")
def replace_request(cast: Cast) -> Scene:
    scene = show_open_request(cast)
    wish = cast.wish(start=scene.now + START, minutes=60)
    del wish["elder_id"]
    return cast.scene(scene.now, **scene.payload, **wish, version=1)


@stage("matching", "list_reviews")
def list_reviews(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), area=STREET)


@stage("matching", "review_request")
def review_request(cast: Cast) -> Scene:
    now = cast.morning()
    item = new_item("110105") | {"needs_review": True}
    cast.matching.call("add_item", item, cast.district, now=now)
    wish = {"item_code": item["item_code"], "category": "assistance", "start": now + START}
    request_id = cast.submit(now=now, **wish)
    cast.hold(request_id)
    cast.matching.eventually(lambda: cast.state(request_id) == "in_review")
    return cast.scene(now, request_id=request_id, approved=True, reason="as it should be")
