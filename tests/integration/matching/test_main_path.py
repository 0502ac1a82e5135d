"""A request from submission to a completed visit, with its refusals, on the real stack."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import eventlet
import pytest

from services.kernel.contract import Forbidden, InvalidRequest, NotFound, Unauthenticated
from services.matching import contract
from services.matching.domain import haversine_metres
from tests.integration.conftest import Running
from tests.integration.matching.conftest import NOW, START, STREET, Town, person


LATER = START + timedelta(minutes=95)


@pytest.fixture
def town(lasting: Running) -> Town:
    """Other people for each test, of whom nothing is known yet."""
    return Town(lasting)


def test_a_request_opens_once_its_coins_are_held(town: Town) -> None:
    request_id = town.submit()
    assert town.state(request_id) == "submitted"
    event_id = uuid.uuid4()
    for _ in range(3):
        town.hold(request_id, event_id)
    town.hold(request_id)
    town.matching.eventually(lambda: town.state(request_id) == "open")
    assert len(town.told(contract.RequestSubmitted)) == 1
    assert len(town.told(contract.RequestOpened)) == 1


def test_a_request_without_coins_is_refused_with_the_reason(town: Town) -> None:
    request_id = town.submit()
    town.refuse(request_id)
    payload = {"request_id": request_id, "wait_seconds": 10}
    seen = town.matching.call("show_request", payload, town.elder)
    assert (seen["state"], seen["refusal"]) == ("refused", "insufficient_coins")


def test_coins_held_for_a_request_that_was_cancelled_meanwhile_do_not_open_it(town: Town) -> None:
    request_id = town.submit()
    payload = {"request_id": request_id, "reason": "女儿来了"}
    town.matching.call("cancel_request", payload, town.elder, now=NOW)
    town.hold(request_id)
    other = town.opened()
    assert town.state(other) == "open"
    assert town.state(request_id) == "cancelled"
    assert len(town.told(contract.RequestCancelled)) == 1


def test_s7_a_visit_is_credited_the_minutes_between_check_in_and_check_out(town: Town) -> None:
    request_id, booking_id = town.accepted()
    started = town.check("in", booking_id, START)
    assert started["state"] == "underway"
    ended = town.check("out", booking_id, LATER)
    assert (ended["state"], ended["minutes"], ended["policy_version"]) == ("completed", 95, 1)
    assert [step["rule"] for step in ended["explanation"]][0] == "served"
    event = town.told(contract.VisitCompleted)[0]
    assert event["minutes"] == 95
    assert event["request_id"] == request_id
    assert event["street"] == STREET
    assert town.state(request_id) == "completed"


def test_a_day_of_visits_credits_no_more_than_the_day_allows(town: Town) -> None:
    credited = []
    for number in range(3):
        start = datetime(2026, 11, 26, 0, 0, tzinfo=NOW.tzinfo) + timedelta(hours=5 * number)
        window = {
            "start": start,
            "ends_at": (start + timedelta(hours=4)).isoformat(),
            "minutes": 240,
        }
        _, booking_id = town.accepted(**window)
        town.check("in", booking_id, start)
        ended = town.check("out", booking_id, start + timedelta(minutes=220))
        credited.append(ended["minutes"])
    assert credited == [220, 220, 40]


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"start": NOW - timedelta(minutes=1)}, contract.InvalidWindow, "starts_at"),
        ({"start": NOW}, contract.InvalidWindow, "starts_at"),
        ({"start": NOW + timedelta(days=61)}, contract.InvalidWindow, "starts_at"),
        ({"ends_at": START.isoformat()}, contract.InvalidWindow, "ends_at"),
        ({"minutes": 121}, contract.InvalidWindow, "minutes"),
        ({"minutes": 14}, contract.InvalidWindow, "minutes"),
        ({"minutes": 0}, InvalidRequest, "minutes"),
        ({"minutes": -60}, InvalidRequest, "minutes"),
        ({"minutes": 60.5}, InvalidRequest, "minutes"),
        ({"minutes": 10**12}, InvalidRequest, "minutes"),
        ({"category": "shopping"}, InvalidRequest, "category"),
        ({"colour": "red"}, InvalidRequest, "colour"),
    ],
)
def test_a_wrong_request_is_refused_with_the_field_and_nothing_is_stored(
    town: Town, changes: dict[str, Any], error: type, field: str
) -> None:
    with pytest.raises(error) as refused:
        town.submit(**changes)
    assert field in refused.value.fields
    assert town.told(contract.RequestSubmitted) == []


def test_only_verified_elders_ask_and_only_they_or_their_clerk(town: Town) -> None:
    stranger = person()
    with pytest.raises(contract.PersonNotVerified):
        town.submit(stranger, elder_id=str(stranger.person_id))
    with pytest.raises(contract.NotYetElder):
        town.submit(town.volunteer, elder_id=str(town.volunteer.person_id))
    for other in (town.volunteer, town.clerk_elsewhere, town.officer):
        with pytest.raises(Forbidden):
            town.submit(other)
    with pytest.raises(Unauthenticated):
        town.matching.call("submit_request", town.wish(), now=NOW)
    request_id = town.submit(town.clerk)
    seen = town.matching.call("show_request", {"request_id": request_id}, town.clerk)
    assert seen["submitted_by"] == str(town.clerk.person_id)


def test_s4_a_person_may_ask_from_the_sixtieth_birthday_on_in_beijing(town: Town) -> None:
    born_today = person()
    town.verify(born_today, date(1966, 11, 26))
    just_before = datetime(2026, 11, 25, 15, 59, tzinfo=NOW.tzinfo)
    wish = {"elder_id": str(born_today.person_id), "start": just_before + timedelta(hours=3)}
    with pytest.raises(contract.NotYetElder):
        town.submit(born_today, now=just_before, **wish)
    assert town.submit(born_today, now=just_before + timedelta(minutes=1), **wish)


def test_twenty_volunteers_at_once_one_wins_and_the_others_are_told(town: Town) -> None:
    volunteers = [person() for _ in range(20)]
    for each in volunteers:
        town.verify(each, date(1990, 1, 1))
    request_id = town.opened()

    def accept(volunteer: Any) -> str:
        try:
            town.accept(request_id, volunteer)
        except contract.RequestNotOpen:
            return "told"
        return "won"

    outcomes = list(eventlet.GreenPool().imap(accept, volunteers))
    assert sorted(outcomes) == ["told"] * 19 + ["won"]
    assert len(town.told(contract.BookingAccepted)) == 1


def test_a_volunteer_is_in_one_place_at_a_time(town: Town) -> None:
    town.accepted()
    second = town.opened(start=START + timedelta(hours=1))
    with pytest.raises(contract.OverlappingBooking):
        town.accept(second)
    third = town.opened(start=START + timedelta(hours=2))
    assert town.accept(third)


def test_who_may_not_accept(town: Town) -> None:
    request_id = town.opened()
    with pytest.raises(contract.OwnRequest):
        town.accept(request_id, town.elder)
    with pytest.raises(contract.NotAVolunteer):
        town.accept(request_id, town.unwilling)
    with pytest.raises(contract.PersonNotVerified):
        town.accept(request_id, person())
    with pytest.raises(contract.RequestNotOpen):
        town.accept(request_id, now=START)
    with pytest.raises(NotFound):
        town.accept(str(uuid.uuid4()))


def test_check_in_needs_the_place_the_time_and_the_right_person(town: Town) -> None:
    _, booking_id = town.accepted()
    with pytest.raises(contract.TooFar) as far:
        town.check("in", booking_id, START, latitude=39.9287)
    assert far.value.fields["distance_metres"] == pytest.approx(2224, abs=3)
    assert far.value.fields["allowed_metres"] == 500
    for moment in (START - timedelta(minutes=31), START + timedelta(hours=2)):
        with pytest.raises(contract.OutsideWindow):
            town.check("in", booking_id, moment)
    with pytest.raises(Forbidden):
        town.check("in", booking_id, START, by=town.other)
    with pytest.raises(contract.NotCheckedIn):
        town.check("out", booking_id, START)
    town.check("in", booking_id, START)
    with pytest.raises(contract.AlreadyCheckedIn):
        town.check("in", booking_id, START)
    town.check("out", booking_id, LATER)
    with pytest.raises(contract.WrongState):
        town.check("out", booking_id, LATER)
    assert len(town.told(contract.VisitCompleted)) == 1


def test_s1_a_pupil_serves_only_with_the_guardian(town: Town) -> None:
    _, booking_id = town.accepted(town.pupil)
    with pytest.raises(contract.GuardianAbsent):
        town.check("in", booking_id, START, by=town.pupil)
    with pytest.raises(contract.GuardianAbsent):
        town.check("in", booking_id, START, by=town.pupil, guardian_present=True)
    town.leads(booking_id, START)
    visit = town.check("in", booking_id, START, by=town.pupil)
    assert visit["guardian_proof"] == "call"


def test_a_released_booking_opens_the_request_for_others(town: Town) -> None:
    request_id, booking_id = town.accepted()
    payload = {"booking_id": booking_id, "reason": "感冒了"}
    late = START - timedelta(minutes=60)
    town.matching.call("release_booking", payload, town.volunteer, now=late)
    assert town.state(request_id) == "open"
    assert town.told(contract.BookingReleased)[0]["late"] is True
    assert town.accept(request_id, town.other)
    with pytest.raises(contract.WrongState):
        town.check("in", booking_id, START)


def test_the_address_is_for_the_accepted_volunteer_the_elder_and_the_staff(town: Town) -> None:
    request_id = town.opened()

    def address(who: Any) -> Any:
        return town.matching.call("show_request", {"request_id": request_id}, who)["address"]

    assert address(town.volunteer) is None
    assert address(town.elder) == address(town.clerk) == "建国门外大街1号"
    town.accept(request_id)
    assert address(town.volunteer) == "建国门外大街1号"
    with pytest.raises(Forbidden):
        address(town.other)
    with pytest.raises(Unauthenticated):
        town.matching.call("show_request", {"request_id": request_id})


def test_requests_nearby_come_nearest_first_page_by_page(town: Town) -> None:
    # Where no other test asks for anything.
    north = 40.3087
    for steps in (3, 1, 2, 9):
        place = {"latitude": north + steps / 100, "longitude": 116.4605, "address": "x"}
        town.opened(start=START + timedelta(hours=3 * steps), place=place)
    here = {"latitude": north, "longitude": 116.4605, "radius_metres": 5000, "limit": 2}

    def page(cursor: str | None) -> Any:
        ask = here | ({"cursor": cursor} if cursor else {})
        return town.matching.call("list_nearby_requests", ask, town.volunteer, now=NOW)

    first = page(None)
    second = page(first["next_cursor"])
    items = first["items"] + second["items"]
    metres = [item["distance_metres"] for item in items]
    assert metres == pytest.approx([1112, 2224, 3336], abs=60)
    # Whoever measures from several positions finds no more than the rounded one that is shown.
    shown = [(item["latitude"], item["longitude"]) for item in items]
    told = [haversine_metres(north, 116.4605, *position) for position in shown]
    assert metres == pytest.approx(told, abs=1)
    assert all(position == (round(position[0], 3), round(position[1], 3)) for position in shown)
    assert second["next_cursor"] is None
    assert all(item["address"] is None for item in first["items"])
    own = town.matching.call("list_nearby_requests", here, town.elder, now=NOW)
    assert own["items"] == []


def test_what_time_overtakes_is_swept_once(town: Town) -> None:
    def sweep(now: datetime) -> Any:
        return town.matching.call("sweep_due", {}, town.officer, key=None, now=now)

    sweep(NOW + timedelta(days=60))  # what other tests have left
    unanswered = town.opened()
    absent, _ = town.accepted()
    left, booking_id = town.accepted(town.other)
    town.check("in", booking_id, START, by=town.other)
    assert sweep(START) == {"expired": 1, "no_shows": 0, "excepted": 0}
    assert sweep(START + timedelta(hours=2)) == {"expired": 0, "no_shows": 1, "excepted": 0}
    late = START + timedelta(hours=4, minutes=1)
    assert sweep(late) == {"expired": 0, "no_shows": 0, "excepted": 1}
    assert sweep(late) == {"expired": 0, "no_shows": 0, "excepted": 0}
    states = [town.state(each) for each in (unanswered, absent, left)]
    assert states == ["expired", "no_show", "excepted"]
    with pytest.raises(Forbidden):
        town.matching.call("sweep_due", {}, town.volunteer, key=None, now=late)


def test_a_forgotten_check_out_is_paid_only_after_a_clerk_decides(town: Town) -> None:
    request_id, booking_id = town.accepted()
    town.check("in", booking_id, START)
    ended = town.check("out", booking_id, START + timedelta(hours=4, minutes=1))
    assert ended["state"] == "excepted"
    assert town.told(contract.VisitCompleted) == []
    decision = {"visit_id": ended["visit_id"], "minutes": 90, "reason": "电话核实"}
    for wrong in (town.volunteer, town.elder, town.clerk_elsewhere):
        with pytest.raises(Forbidden):
            town.matching.call("decide_exception", decision, wrong)
    with pytest.raises(InvalidRequest):
        town.matching.call("decide_exception", decision | {"minutes": 121}, town.clerk)
    decided = town.matching.call("decide_exception", decision, town.clerk)
    assert (decided["state"], decided["minutes"]) == ("completed", 90)
    [told] = town.told(contract.VisitCompleted)
    # Until when it can be disputed goes by the day of the decision.
    assert told["minutes"] == 90 and told["decided_at"]
    with pytest.raises(contract.WrongState):
        town.matching.call("decide_exception", decision, town.clerk)
    assert town.state(request_id) == "completed"


def test_a_request_is_cancelled_until_the_visit_begins_and_not_after(town: Town) -> None:
    request_id, booking_id = town.accepted()
    with pytest.raises(Forbidden):
        town.matching.call(
            "cancel_request", {"request_id": request_id, "reason": "x"}, town.volunteer
        )
    town.check("in", booking_id, START)
    with pytest.raises(contract.WrongState):
        town.matching.call("cancel_request", {"request_id": request_id, "reason": "x"}, town.elder)
    assert town.state(request_id) == "underway"
    second, second_booking = town.accepted(town.other, start=START + timedelta(hours=5))
    town.matching.call("cancel_request", {"request_id": second, "reason": "x"}, town.clerk)
    with pytest.raises(contract.WrongState):
        town.check("in", second_booking, START + timedelta(hours=5), by=town.other)


def test_s6_there_are_eight_categories_with_chinese_names(town: Town) -> None:
    items = town.matching.call("list_categories", {})["items"]
    assert [item["category"] for item in items] == list(contract.Category)
    assert items[0]["name_zh"] == "情感慰藉"


def test_lists_are_for_oneself_and_the_staff(town: Town) -> None:
    request_id, _ = town.accepted()
    mine = {"elder_id": str(town.elder.person_id)}
    for reader in (town.elder, town.clerk, town.officer):
        page = town.matching.call("list_requests", mine, reader)
        assert [item["request_id"] for item in page["items"]] == [request_id]
    with pytest.raises(Forbidden):
        town.matching.call("list_requests", mine, town.volunteer)
    booked = {"volunteer_id": str(town.volunteer.person_id)}
    page = town.matching.call("list_requests", booked, town.volunteer)
    assert [item["request_id"] for item in page["items"]] == [request_id]
    with pytest.raises(InvalidRequest):
        town.matching.call("list_requests", {}, town.elder)
