"""The catalogue's items on the real stack: offered, revised, retired, kept by requests (S6)."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import eventlet
import pytest

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import CITY_AREA, InvalidRequest, NotFound
from services.kernel.paging import encode_cursor
from services.matching import contract
from tests.integration.conftest import Running
from tests.integration.matching.conftest import DISTRICT, NOW, STREET, Town, person


OFFICER = person(STREET, RoleIn(Role.DISTRICT_OFFICER, DISTRICT))
A_DAY = timedelta(days=1)
RULES: dict[str, Any] = {"name_zh": "陪下棋", "name_en": "Playing chess", "reason": "elders ask"}


@pytest.fixture(scope="module")
def town(running_throughout: Callable[..., Running]) -> Town:
    return Town(running_throughout("matching"))


def call(town: Town, operation: str, by: Caller = OFFICER, now: Any = NOW, **payload: Any) -> Any:
    return town.matching.call(operation, payload, by, now=now)


def added(town: Town, district: str = DISTRICT, by: Caller = OFFICER, **rules: Any) -> str:
    code = f"chess-{uuid.uuid4().hex[:8]}"
    given = RULES | {"item_code": code, "category": "culture_and_sport", "district": district}
    return str(call(town, "add_item", by, **given | rules)["item_code"])


def codes(town: Town, **ask: Any) -> list[str]:
    """The codes of a whole list, page by page."""
    seen: list[str] = []
    cursor = None
    while True:
        page = call(town, "list_items", **ask, **({"cursor": cursor} if cursor else {}))
        seen += [item["item_code"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return seen


def test_s6_a_district_offers_the_citys_items_and_its_own(town: Town) -> None:
    ours, citys = added(town), added(town, CITY_AREA, town.officer)
    here, there = codes(town, district=DISTRICT, limit=7), codes(town, district="110101")
    assert len(here) == len(set(here))
    assert {ours, citys, "haircut", "legal_aid"} <= set(here)
    assert ours not in there
    assert citys in there
    culture = codes(town, district=DISTRICT, category="culture_and_sport")
    assert {ours, citys, "reading-aloud"} <= set(culture)
    assert "haircut" not in culture


def test_a_request_keeps_the_version_and_copies_what_it_needs(town: Town) -> None:
    code = added(town, needed_skill="music", largest_minutes=60)
    ask = {"item_code": code, "category": "culture_and_sport", "minutes": 60}
    first = town.matching.call("submit_request", town.wish(**ask), town.elder, now=NOW)
    assert (first["item_version"], first["skill"]) == (1, "music")
    rules = {"needed_skill": "teaching", "certificate_needed": True}
    revised = call(town, "revise_item", item_code=code, version=1, **RULES, **rules)
    assert (revised["version"], revised["largest_minutes"]) == (2, None)
    second = town.matching.call("submit_request", town.wish(**ask), town.elder, now=NOW)
    assert (second["item_version"], second["skill"]) == (2, "teaching")
    assert second["certificate_needed"] is True
    shown = call(town, "show_request", town.elder, request_id=first["request_id"])
    assert (shown["item_version"], shown["skill"], shown["certificate_needed"]) == (
        1,
        "music",
        False,
    )
    kept = call(town, "show_item", item_code=code)
    assert [each["version"] for each in kept["versions"]] == [2, 1]
    assert kept["versions"][0]["decided_by"] == str(OFFICER.person_id)
    told = [e for e in town.matching.recorded(contract.ItemChanged) if e["item_code"] == code]
    assert [each["version"] for each in told] == [1, 2]


def test_a_category_alone_means_its_general_item(town: Town) -> None:
    made = town.matching.call("submit_request", town.wish(), town.elder, now=NOW)
    assert (made["item_code"], made["item_version"]) == ("accompanying", 1)
    named = town.wish(item_code="walk")
    del named["category"]
    assert (
        town.matching.call("submit_request", named, town.elder, now=NOW)["category"]
        == "accompanying"
    )
    nothing = town.wish()
    del nothing["category"]
    with pytest.raises(InvalidRequest):
        town.matching.call("submit_request", nothing, town.elder, now=NOW)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"item_code": "no-such-item"}, NotFound),
        ({"item_code": "haircut"}, InvalidRequest),
        ({"item_code": "walk", "minutes": 121}, contract.InvalidWindow),
        ({"item_code": "hospital-escort", "minutes": 59}, contract.InvalidWindow),
        (
            {"item_code": "smartphone-class", "category": "training_and_lectures"},
            contract.GroupOnly,
        ),
        ({"language": "klingon"}, InvalidRequest),
    ],
)
def test_what_an_item_is_not_for_cannot_be_asked_for(
    town: Town, changes: dict[str, Any], error: type[Exception]
) -> None:
    wish = town.wish(**{"ends_at": (NOW + timedelta(hours=8)).isoformat()} | changes)
    with pytest.raises(error):
        town.matching.call("submit_request", wish, town.elder, now=NOW)


def test_of_two_officers_at_once_one_is_told_that_it_saw_an_old_version(town: Town) -> None:
    code = added(town)

    def revise(name: str) -> bool:
        rules = RULES | {"name_en": name}
        try:
            call(town, "revise_item", item_code=code, version=1, **rules)
        except contract.VersionConflict:
            return False
        return True

    threads = [eventlet.spawn(revise, name) for name in "abcd"]
    assert sorted(thread.wait() for thread in threads) == [False, False, False, True]
    assert len(call(town, "show_item", item_code=code)["versions"]) == 2


def test_a_code_names_one_item_only(town: Town) -> None:
    code = added(town)
    with pytest.raises(contract.ItemExists):
        added(town, item_code=code)


def test_a_revision_comes_into_force_on_its_day_and_a_retired_item_is_gone(town: Town) -> None:
    code = added(town)
    later = (NOW + 7 * A_DAY).isoformat()
    call(town, "revise_item", item_code=code, version=1, **RULES, in_force_from=later)
    assert call(town, "show_item", item_code=code)["in_force"] == 1
    assert call(town, "show_item", now=NOW + 8 * A_DAY, item_code=code)["in_force"] == 2
    call(town, "retire_item", item_code=code, version=2, reason="nobody plays")
    assert code not in codes(town, district=DISTRICT)
    assert call(town, "show_item", now=NOW + 8 * A_DAY, item_code=code)["in_force"] is None
    wish = town.wish(item_code=code, category=None)
    with pytest.raises(contract.ItemNotOffered):
        town.matching.call("submit_request", wish, town.elder, now=NOW)
    with pytest.raises(contract.WrongState):
        call(town, "revise_item", item_code=code, version=3, **RULES)


def test_a_cursor_that_the_list_of_items_never_gave_is_refused(town: Town) -> None:
    for cursor in (
        "rubbish",
        encode_cursor(1, 2),
        encode_cursor("x"),
        encode_cursor("a", "b", "c"),
    ):
        with pytest.raises(InvalidRequest):
            call(town, "list_items", cursor=cursor)
