"""Stages of the catalogue's items."""

import itertools
from typing import Any

from services.kernel.caller import Caller
from services.kernel.contract import CITY_AREA
from tests.integration.matching.conftest import DISTRICT
from tests.integration.rights.matching.cast import Cast
from tests.integration.rights.stages import Scene, stage


NUMBERS = itertools.count(1)
RULES: dict[str, Any] = {"name_zh": "腌酸菜", "name_en": "Pickling cabbage", "reason": "asked for"}


def new_item(district: str) -> dict[str, Any]:
    code = f"pickling-{next(NUMBERS)}"
    return RULES | {"item_code": code, "category": "assistance", "district": district}


def added(cast: Cast, district: str, by: Caller) -> str:
    item = cast.matching.call("add_item", new_item(district), by, now=cast.morning())
    return str(item["item_code"])


@stage("matching", "list_skills")
@stage("matching", "list_languages")
@stage("matching", "list_items")
def nothing_asked(cast: Cast) -> Scene:
    return cast.scene(cast.morning())


@stage("matching", "show_item")
def show_item(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), item_code="haircut")


@stage("matching", "add_item of a district")
def add_district_item(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), **new_item(DISTRICT))


@stage("matching", "add_item of the city")
def add_city_item(cast: Cast) -> Scene:
    return cast.scene(cast.morning(), **new_item(CITY_AREA))


@stage("matching", "revise_item of a district")
def revise_item(cast: Cast) -> Scene:
    code = added(cast, DISTRICT, cast.district)
    return cast.scene(cast.morning(), **RULES, item_code=code, version=1)


@stage("matching", "revise_item of the city")
def revise_city_item(cast: Cast) -> Scene:
    code = added(cast, CITY_AREA, cast.officer)
    return cast.scene(cast.morning(), **RULES, item_code=code, version=1)


@stage("matching", "retire_item of a district")
def retire_item(cast: Cast) -> Scene:
    code = added(cast, DISTRICT, cast.district)
    return cast.scene(cast.morning(), item_code=code, version=1, reason="nobody asks")
