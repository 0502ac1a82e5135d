"""Finding: what is near and fits, and why; who could come, with every part of the score."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.kernel.caller import Caller
from services.kernel.contract import Forbidden, InvalidRequest
from services.matching import contract
from services.matching.storage import RequestRow
from services.matching.storage.tables_volunteers import VolunteerRow
from services.rating.contract import ReputationChanged
from tests.integration.matching.conftest import DISTRICT, NOW, PLACE, Town, person
from tests.integration.matching.test_volunteers import certify, set_profile


# A Wednesday, ten in the morning in Beijing.
WEDNESDAY = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
MORNINGS = [{"weekday": 3, "begins": "09:00", "ends": "12:30"}]


def position(metres_north: float) -> dict[str, float]:
    """So far from the volunteers' home; the longitude is one that rounding keeps."""
    return {"latitude": PLACE["latitude"] + metres_north / 111_195, "longitude": 116.46}


def at(metres_north: float) -> dict[str, Any]:
    return position(metres_north) | {"address": "x"}


def nearby(town: Town, who: Caller, **ask: Any) -> dict[str, Any]:
    found: dict[str, Any] = town.matching.call("list_nearby_requests", ask, who, now=NOW)
    return found


def ids(page: dict[str, Any]) -> list[str]:
    return [item["request_id"] for item in page["items"]]


def codes(item: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in item["reasons"]]


def test_requests_come_nearest_first_with_the_reasons_for_and_against(town: Town) -> None:
    who = town.volunteer
    near = town.opened(start=WEDNESDAY, place=at(400))
    evening = town.opened(start=WEDNESDAY + timedelta(hours=9), place=at(900))
    spoken = town.opened(
        start=WEDNESDAY + timedelta(hours=24 * 7), place=at(1500), language="hokkien"
    )
    with pytest.raises(InvalidRequest):
        nearby(town, who)
    set_profile(town, who, free_times=MORNINGS)
    found = nearby(town, who)
    assert ids(found) == [near, evening, spoken]
    assert [codes(item) for item in found["items"]] == [
        ["near", "fits_time"],
        ["near", "outside_hours"],
        ["near", "fits_time", "lacks_language"],
    ]
    words = [reason["zh"] for reason in found["items"][0]["reasons"]]
    assert words[1] == "周三上午您有空"
    assert found["items"][0]["reasons"][1]["en"] == "fits your Wednesday morning"
    assert ids(nearby(town, who, fits_me=True)) == [near]
    assert ids(nearby(town, who, radius_metres=1000)) == [near, evening]
    assert ids(nearby(town, who, language="hokkien")) == [spoken]
    until = (WEDNESDAY + timedelta(hours=3)).isoformat()
    assert ids(nearby(town, who, ends_until=until)) == [near]
    since = (WEDNESDAY + timedelta(hours=1)).isoformat()
    assert ids(nearby(town, who, starts_from=since)) == [evening, spoken]
    # Whoever has no profile asks around a position, and hears less.
    stranger = nearby(town, town.other, **PLACE)
    assert [codes(item) for item in stranger["items"]] == [["near"]] * 3
    with pytest.raises(contract.NoProfile):
        nearby(town, town.other, fits_me=True, **PLACE)
    with pytest.raises(InvalidRequest):
        nearby(town, who, latitude=39.9)


def test_what_clashes_with_ones_own_bookings_is_said_and_left_out_where_only_the_fitting_is_asked(
    town: Town,
) -> None:
    who = town.volunteer
    set_profile(town, who, free_times=MORNINGS)
    booked = town.opened(start=WEDNESDAY)
    town.accept(booked, who)
    clash = town.opened(start=WEDNESDAY + timedelta(minutes=30))
    week_after = town.opened(start=WEDNESDAY + timedelta(days=7))
    shown = {item["request_id"]: codes(item) for item in nearby(town, who)["items"]}
    assert shown[clash] == ["near", "busy", "fits_time"]
    assert "busy" not in shown[week_after]
    assert ids(nearby(town, who, fits_me=True)) == [week_after]
    # A day off, told later, counts as well.
    set_profile(town, who, free_times=MORNINGS, days_off=["2026-12-09"])
    assert ids(nearby(town, who, fits_me=True)) == []


def test_what_needs_a_certificate_fits_only_whoever_has_it(town: Town) -> None:
    who = town.volunteer
    set_profile(town, who, skills=["nursing"], free_times=MORNINGS)
    request_id = town.opened(start=WEDNESDAY)
    with town.matching.session() as session:
        from services.matching.storage import find_request

        row = find_request(session, uuid.UUID(request_id))
        assert row is not None
        row.skill, row.certificate_needed = "nursing", True
    assert codes(nearby(town, who)["items"][0])[-1] == "lacks_certificate"
    invite = {"request_id": request_id, "volunteer_ids": [str(who.person_id)]}
    for operation, by, payload in (
        ("accept_request", who, {"request_id": request_id}),
        ("invite_volunteers", town.clerk, invite),
    ):
        with pytest.raises(contract.CertificateNeeded):
            town.matching.call(operation, payload, by, now=NOW)
    assert ids(nearby(town, who, fits_me=True)) == []
    assert candidates(town, request_id)["items"] == []
    certify(town, who, town.clerk)
    assert codes(nearby(town, who)["items"][0])[-1] == "has_certificate"
    assert ids(nearby(town, who, fits_me=True)) == [request_id]
    assert len(candidates(town, request_id)["items"]) == 1


def test_pages_of_what_is_nearby_hang_together_where_many_live_in_one_house(town: Town) -> None:
    made = {town.opened(start=WEDNESDAY + timedelta(hours=n), place=at(300)) for n in range(3)}
    made |= {town.opened(start=WEDNESDAY + timedelta(days=1), place=at(700))}
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        page = nearby(town, town.volunteer, limit=1, **PLACE, **cursor)
        seen += ids(page)
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert len(seen) == len(made)
    assert set(seen) == made
    assert seen == ids(nearby(town, town.volunteer, **PLACE))


def test_distances_do_not_lead_to_the_door(town: Town) -> None:
    """Two doors in one square of a hundred metres are told apart by nothing."""
    first = town.opened(start=WEDNESDAY, place=at(300))
    second = town.opened(start=WEDNESDAY + timedelta(hours=3), place=at(305))
    page = nearby(town, town.volunteer, **PLACE)
    assert set(ids(page)) == {first, second}
    seen = {
        (item["distance_metres"], item["latitude"], item["longitude"]) for item in page["items"]
    }
    assert len(seen) == 1


def candidates(town: Town, request_id: str, by: Caller | None = None, **ask: Any) -> Any:
    payload = {"request_id": request_id} | ask
    return town.matching.call("list_candidates", payload, by or town.clerk, now=NOW)


def test_candidates_are_ranked_and_every_score_is_the_sum_of_its_parts(town: Town) -> None:
    people = [town.volunteer, town.other]
    for number in range(3):
        people.append(person())
        town.verify(people[-1], date(1980, 1, 1), home=position(500 * (number + 1)))
    for who in people:
        set_profile(town, who, free_times=MORNINGS)
    away, lazy, late = people[2:]
    set_profile(town, away, base={"latitude": 39.0, "longitude": 116.4}, free_times=MORNINGS)
    set_profile(town, late, free_times=[])
    for who, ratings, stars in ((town.volunteer, 20, 99), (town.other, 20, 50)):
        town.matching.publish(
            ReputationChanged,
            volunteer_id=who.person_id,
            ratings=ratings,
            stars_sum=stars,
            district=DISTRICT,
        )
    start = NOW + timedelta(hours=4)
    _, booking_id = town.accepted(town.other, start=start)
    town.check("in", booking_id, start, town.other)
    town.check("out", booking_id, start + timedelta(minutes=90), town.other)
    request_id = town.opened(start=WEDNESDAY, place=at(0))

    def ranked() -> Any:
        items = candidates(town, request_id)["items"]
        stars = [item["parts"][2]["value"] for item in items]
        return items if len(set(stars)) == 3 else None

    items = town.matching.eventually(ranked)
    order = [item["volunteer_id"] for item in items]
    assert order[0] == str(town.volunteer.person_id)
    assert set(order) == {str(who.person_id) for who in people if who is not away}
    assert order[-1] == str(late.person_id)
    for item in items:
        assert [part["part"] for part in item["parts"]] == [
            "distance",
            "fit",
            "reputation",
            "continuity",
            "fair_share",
        ]
        assert abs(sum(part["points"] for part in item["parts"]) - item["score"]) < 1e-9
        for part in item["parts"]:
            assert 0 <= part["value"] <= 1
            assert abs(part["value"] * part["weight"] - part["points"]) < 1e-4
            assert part["zh"]
            assert part["en"]
    of = {item["volunteer_id"]: {part["part"]: part for part in item["parts"]} for item in items}
    known = of[str(town.other.person_id)]
    assert known["continuity"]["value"] == pytest.approx(1 / 3, abs=1e-4)
    assert known["fair_share"]["zh"] == "近30天服务90分钟"
    assert of[str(lazy.person_id)]["fair_share"]["value"] == 1
    assert {item["name"] for item in items} == {"张三"}
    elders = candidates(town, request_id, town.elder, limit=2)["items"]
    assert [item["volunteer_id"] for item in elders] == order[:2]
    assert {item["name"] for item in elders} == {"张*"}
    for stranger in (town.volunteer, town.clerk_elsewhere, town.officer):
        with pytest.raises(Forbidden):
            candidates(town, request_id, stranger)
    # Whoever has a booking then is no candidate any more.
    town.accept(town.opened(start=WEDNESDAY), town.volunteer)
    assert str(town.volunteer.person_id) not in [
        item["volunteer_id"] for item in candidates(town, request_id)["items"]
    ]
    town.accept(request_id, town.other)
    with pytest.raises(contract.RequestNotOpen):
        candidates(town, request_id)


def test_no_request_leads_to_a_volunteers_home(town: Town) -> None:
    """Two homes in one square of a hundred metres are told apart from nowhere."""
    for who, metres in ((town.volunteer, 300), (town.other, 305)):
        set_profile(town, who, base=position(metres), free_times=MORNINGS, radius_metres=1000)
    with town.matching.session() as session:
        homes = {row.latitude for row in session.query(VolunteerRow)}
    assert len(homes) == 2
    request_id = town.opened(start=WEDNESDAY, place=at(0))
    seen = 0
    for metres in (98, 101, 103, 107, 1299, 1302, 1305):
        with town.matching.session() as session:
            row = session.get_one(RequestRow, uuid.UUID(request_id))
            row.latitude, row.longitude = position(metres).values()
        items = candidates(town, request_id)["items"]
        assert len({(item["distance_metres"], item["score"]) for item in items}) <= 1
        assert len(items) in (0, 2)
        seen += len(items)
    assert seen
