"""Who sees what of a request, a booking and a visit; others' lives stay their own."""

import uuid
from typing import Any

import pytest

from services.identity.contract import Role
from services.kernel.caller import RoleIn
from services.kernel.contract import Forbidden, InvalidRequest, NotFound, Unauthenticated
from services.kernel.paging import encode_cursor
from services.matching import contract
from tests.integration.conftest import Running
from tests.integration.matching.conftest import DISTRICT, NOW, START, STREET, Town, person


ADDRESS = "建国门外大街1号"
SOMEBODY = uuid.UUID(int=7)
NEARBY = {"latitude": 39.9087, "longitude": 116.4605}


@pytest.fixture
def town(lasting: Running) -> Town:
    """Other people for each test, of whom nothing is known yet."""
    return Town(lasting)


def shown(town: Town, what: str, thing_id: str, who: Any) -> Any:
    return town.matching.call(f"show_{what}", {f"{what}_id": thing_id}, who)


def listed(town: Town, who: Any, **ask: Any) -> Any:
    return town.matching.call("list_requests", ask, who or town.elder)


def test_officers_see_the_request_and_the_booking_but_not_the_door(town: Town) -> None:
    request_id, booking_id = town.accepted()
    district = person(STREET, RoleIn(Role.DISTRICT_OFFICER, DISTRICT))
    for officer in (town.officer, district):
        request = shown(town, "request", request_id, officer)
        assert request["state"] == "accepted"
        assert (request["address"], request["latitude"]) == (None, 39.909)
        assert shown(town, "booking", booking_id, officer)["address"] is None
    for who in (town.elder, town.clerk, town.volunteer):
        assert shown(town, "request", request_id, who)["address"] == ADDRESS
        assert shown(town, "booking", booking_id, who)["address"] == ADDRESS


def test_who_asked_as_a_clerk_sees_the_request_only_while_being_one(town: Town) -> None:
    request_id = town.submit(town.clerk)
    assert shown(town, "request", request_id, town.clerk)["address"] == ADDRESS
    retired = type(town.clerk)(town.clerk.person_id)
    with pytest.raises(Forbidden):
        shown(town, "request", request_id, retired)


def test_who_never_came_still_sees_the_request_but_no_longer_the_door(town: Town) -> None:
    request_id, booking_id = town.accepted()
    late = START.replace(day=26)
    town.matching.call("sweep_due", {}, town.officer, key=None, now=late)
    seen = shown(town, "request", request_id, town.volunteer)
    assert (seen["state"], seen["address"]) == ("no_show", None)
    assert seen["booking_id"] == booking_id
    assert shown(town, "booking", booking_id, town.volunteer)["address"] is None


def test_who_withdrew_is_not_told_who_comes_instead(town: Town) -> None:
    request_id, booking_id = town.accepted()
    reason = {"booking_id": booking_id, "reason": "感冒了"}
    town.matching.call("release_booking", reason, town.volunteer, now=NOW)
    assert shown(town, "booking", booking_id, town.volunteer)["address"] is None
    town.accept(request_id, town.other)
    mine = listed(town, town.volunteer, volunteer_id=str(town.volunteer.person_id))
    assert mine["items"] == []
    with pytest.raises(Forbidden):
        shown(town, "request", request_id, town.volunteer)


def test_bookings_and_visits_are_shown_to_those_they_concern_only(town: Town) -> None:
    _, booking_id = town.accepted()
    visit_id = town.check("in", booking_id, START)["visit_id"]
    for what, thing_id in (("booking", booking_id), ("visit", visit_id)):
        for who in (town.elder, town.volunteer, town.clerk, town.officer):
            assert shown(town, what, thing_id, who)["visit_id"] == visit_id
        for who in (town.other, town.clerk_elsewhere):
            with pytest.raises(Forbidden):
                shown(town, what, thing_id, who)
        with pytest.raises(Unauthenticated):
            shown(town, what, thing_id, None)
        with pytest.raises(NotFound):
            shown(town, what, str(uuid.uuid4()), town.elder)


def test_a_list_names_the_booking_and_the_visit_of_each_request(town: Town) -> None:
    waiting = town.submit(start=START.replace(day=26))
    request_id, booking_id = town.accepted()
    visit_id = town.check("in", booking_id, START)["visit_id"]
    items = {
        item["request_id"]: item
        for item in listed(town, town.clerk, elder_id=str(town.elder.person_id))["items"]
    }
    assert (items[request_id]["booking_id"], items[request_id]["visit_id"]) == (
        booking_id,
        visit_id,
    )
    assert items[waiting]["booking_id"] is items[waiting]["visit_id"] is None


def test_a_list_comes_newest_first_page_by_page_and_leaves_nothing_out(town: Town) -> None:
    elder_id = str(town.elder.person_id)
    # Three at the same moment: the order must not depend on the time alone.
    made = {town.submit(start=START.replace(day=26 + day)) for day in range(3)}
    made |= {town.submit(now=NOW.replace(hour=2), start=START.replace(day=29))}
    seen: list[str] = []
    cursor = None
    for _ in range(len(made)):
        ask = {"elder_id": elder_id, "limit": 1} | ({"cursor": cursor} if cursor else {})
        page = listed(town, town.elder, **ask)
        seen += [item["request_id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert len(seen) == len(made)
    assert set(seen) == made
    whole = listed(town, town.elder, elder_id=elder_id)["items"]
    assert [item["request_id"] for item in whole] == seen


@pytest.mark.parametrize(
    "cursor",
    [
        "rubbish",
        encode_cursor(),
        encode_cursor(1),
        encode_cursor(1, 2),
        encode_cursor(1, "x"),
        encode_cursor(NOW, SOMEBODY, 3),
        encode_cursor(None, SOMEBODY),
        encode_cursor("2026-11-25T09:00:00", SOMEBODY),
        encode_cursor(True, SOMEBODY),
        encode_cursor(float("nan"), SOMEBODY),
        encode_cursor(10**40, SOMEBODY),
        encode_cursor(-1, SOMEBODY),
    ],
)
def test_a_cursor_that_we_never_gave_is_refused(lasting: Running, cursor: str) -> None:
    who = person()
    for operation, ask in (
        ("list_requests", {"elder_id": str(who.person_id)}),
        ("list_nearby_requests", NEARBY),
    ):
        with pytest.raises(InvalidRequest) as refused:
            lasting.call(operation, ask | {"cursor": cursor}, who)
        assert "cursor" in refused.value.fields


def test_a_cursor_of_one_list_is_refused_by_the_other(town: Town) -> None:
    elder_id = str(town.elder.person_id)
    with pytest.raises(InvalidRequest):
        listed(town, town.elder, elder_id=elder_id, cursor=encode_cursor(12, uuid.uuid4()))
    theirs = NEARBY | {"cursor": encode_cursor(NOW, uuid.uuid4())}
    with pytest.raises(InvalidRequest):
        town.matching.call("list_nearby_requests", theirs, town.volunteer)


def test_nearby_are_only_open_requests_of_the_category_that_have_not_begun(town: Town) -> None:
    others = {town.submit(), town.accepted()[0]}
    legal = town.opened(category="legal_aid", start=START.replace(day=26))
    risk = town.opened(category="risk_guidance", start=START.replace(day=26))

    def nearby(now: Any = NOW, **ask: Any) -> set[str]:
        page = town.matching.call("list_nearby_requests", NEARBY | ask, town.other, now=now)
        return {item["request_id"] for item in page["items"]} & {legal, risk, *others}

    assert nearby() == {legal, risk}
    assert nearby(category="legal_aid") == {legal}
    assert nearby(category="assistance") == set()
    assert nearby(now=START.replace(day=26)) == set()
    with pytest.raises(Unauthenticated):
        town.matching.call("list_nearby_requests", NEARBY)


def test_sweeping_is_for_operators_and_city_officers(town: Town) -> None:
    operator = person(STREET, RoleIn(Role.OPERATOR, "110000"))
    assert town.matching.call("sweep_due", {}, operator, key=None, now=NOW)["expired"] == 0
    for other in (town.clerk, person(STREET, RoleIn(Role.DISTRICT_OFFICER, DISTRICT))):
        with pytest.raises(Forbidden):
            town.matching.call("sweep_due", {}, other, key=None, now=NOW)
    with pytest.raises(Unauthenticated):
        town.matching.call("sweep_due", {}, None, key=None, now=NOW)


def test_nobody_decides_about_a_visit_they_took_part_in(town: Town) -> None:
    clerk_who_serves = type(town.volunteer)(town.volunteer.person_id, town.clerk.roles)
    clerk_who_is_served = type(town.elder)(town.elder.person_id, town.clerk.roles)
    _, booking_id = town.accepted()
    visit_id = town.check("in", booking_id, START)["visit_id"]
    town.matching.call("sweep_due", {}, town.officer, key=None, now=START.replace(day=26))
    decision = {"visit_id": visit_id, "minutes": 60, "reason": "电话核实"}
    for partial in (clerk_who_serves, clerk_who_is_served, town.officer):
        with pytest.raises(Forbidden):
            town.matching.call("decide_exception", decision, partial)

    def completed() -> list[Any]:
        told = town.matching.recorded(contract.VisitCompleted)
        return [each["explanation"] for each in told if each["visit_id"] == visit_id]

    assert completed() == []
    town.matching.call("decide_exception", decision, town.clerk)
    assert completed() == [[{"rule": "clerk", "minutes": 60}]]
