"""The exceptions queue: what gets there, who sees it, who decides; nothing is paid or lost."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import eventlet
import pytest

from services.identity.contract import Role
from services.kernel.caller import RoleIn
from services.kernel.contract import Error, Forbidden, InvalidRequest, Unauthenticated
from services.matching import contract
from tests.integration.conftest import Running
from tests.integration.matching.conftest import DISTRICT, NOW, PLACE, STREET, Town, person
from tests.integration.matching.days import Day, reasons
from tests.integration.matching.test_activities import Class


MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
PHONE = "the-volunteers-own-phone"
HISTORIES, STEPS = 9, 6


@pytest.fixture(scope="module")
def town(running_throughout: Callable[..., Running]) -> Town:
    return Town(running_throughout("matching"))


@pytest.fixture
def day(town: Town) -> Day:
    return Day(town)


def queue(day: Day, by: Any = None, **ask: Any) -> list[dict[str, Any]]:
    """The whole queue of the street, page by page."""
    items: list[dict[str, Any]] = []
    cursor: dict[str, Any] = {}
    while True:
        asked = {"area": STREET, "limit": 3} | ask | cursor
        page = day.call("list_exceptions", by or day.town.clerk, day.end, **asked)
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": page["next_cursor"]}


def test_an_ordinary_visit_is_paid_at_once_and_is_in_no_queue(day: Day) -> None:
    visit = day.served()
    assert (visit["state"], visit["minutes"], visit["exception"]) == ("completed", 60, None)
    assert visit["visit_id"] not in [item["visit_id"] for item in queue(day)]


def test_a_visit_at_night_waits(day: Day) -> None:
    night = day.now.replace(hour=14, minute=30)
    visit = day.served(start=night)
    assert reasons(visit) == ["unusual_hours"]
    assert visit["exception"]["reasons"][0]["words_zh"] == "服务时间异常：22:30"


def test_a_visit_much_longer_than_planned_waits(day: Day) -> None:
    booking_id = day.booked(minutes=60)
    day.check("in", booking_id)
    visit = day.check("out", booking_id, day.start + 121 * MINUTE)
    assert reasons(visit) == ["over_long"]


def test_two_volunteers_of_one_elder_at_once_wait_but_not_one_after_the_other(day: Day) -> None:
    other, third = day.newcomer(1991), day.newcomer(1992)
    first, second = day.booked(), day.booked(other)
    day.check("in", first)
    day.check("in", second, day.start + 30 * MINUTE, other)
    ended = day.check("out", first, day.start + 60 * MINUTE)
    assert reasons(ended) == ["overlap"]
    (of,) = ended["exception"]["reasons"][0]["evidence"]["visits"]
    assert (of["of"], of["minutes"]) == ("elder", 30)
    assert reasons(day.check("out", second, day.start + 90 * MINUTE, other)) == ["overlap"]
    assert reasons(day.served(third, start=day.start + 4 * HOUR)) == []


def test_a_volunteer_who_is_at_two_places_at_once_waits(day: Day) -> None:
    elsewhere = day.newcomer(1951)
    first = day.booked()
    second = day.booked(elder=elsewhere, start=day.start + 2 * HOUR)
    day.check("in", first)
    day.check("in", second, day.start + 100 * MINUTE)
    assert reasons(day.check("out", first, day.start + 110 * MINUTE)) == ["overlap"]
    assert reasons(day.check("out", second, day.start + 200 * MINUTE)) == ["overlap"]


def test_who_organises_two_activities_at_once_is_no_elder_at_two_places(day: Day) -> None:
    elders = [day.newcomer(1948) for _ in range(8)]
    first = Class(day.town, elders[:4])
    window = {"starts_at": first.start.isoformat()}
    window |= {"ends_at": (first.start + 2 * HOUR).isoformat()}
    second = Class(day.town, elders[4:], **window)
    other = day.newcomer(1991)
    bookings = {}
    for each, by in ((first, day.volunteer), (second, other)):
        each.held(4)
        bookings[str(day.accept(each.request_id, by, NOW)["booking_id"])] = by
    for booking_id, by in bookings.items():
        with pytest.raises(contract.WrongState):
            where = {"booking_id": booking_id} | PLACE
            day.call("report_elder_absent", by, first.start + 20 * MINUTE, **where)
        day.check("in", booking_id, first.start, by)
    for booking_id, by in bookings.items():
        ended = day.check("out", booking_id, first.start + 100 * MINUTE, by)
        assert (ended["state"], ended["exception"]) == ("completed", None)


def test_nobody_is_far_away_a_few_minutes_later(day: Day) -> None:
    elsewhere = day.newcomer(1951)
    far = {"latitude": 40.3, "longitude": 116.6, "address": "怀柔"}
    day.served()
    start = day.start + 2 * HOUR
    booking_id = day.booked(elder=elsewhere, start=start, place=far)
    there = {"latitude": 40.3, "longitude": 116.6}
    soon = day.start + 90 * MINUTE
    day.check("in", booking_id, soon, **there)
    assert reasons(day.check("out", booking_id, soon + HOUR, **there)) == []
    # The same way within five minutes.
    third = day.newcomer(1952)
    booking_id = day.booked(elder=third, start=soon + 65 * MINUTE + 30 * MINUTE)
    day.check("in", booking_id, soon + 65 * MINUTE)
    ended = day.check("out", booking_id, soon + 125 * MINUTE)
    assert reasons(ended) == ["impossible_travel"]


def test_who_uses_the_elders_phone_is_looked_at(day: Day) -> None:
    wish = day.town.wish(
        elder_id=str(day.elder.person_id), start=day.start + 5 * HOUR, device=PHONE
    )
    day.call("submit_request", day.elder, **wish)
    booking_id = day.booked()
    day.check("in", booking_id, device="a-phone-of-her-own")
    ended = day.check("out", booking_id, device=PHONE)
    assert reasons(ended) == ["same_device"]
    assert ended["exception"]["reasons"][0]["evidence"] == {"ends": ["end"]}
    shown = str(day.show(ended["visit_id"]))
    assert PHONE not in shown


def test_what_a_clerk_submits_says_nothing_of_the_elders_phone(day: Day) -> None:
    wish = day.town.wish(elder_id=str(day.elder.person_id), start=day.start + 5 * HOUR)
    day.call("submit_request", day.town.clerk, **wish, device=PHONE + "-2")
    booking_id = day.booked()
    day.check("in", booking_id, device=PHONE + "-2")
    assert reasons(day.check("out", booking_id)) == []


def test_two_old_friends_who_serve_each_other_again_and_again_are_looked_at(day: Day) -> None:
    one, two = day.newcomer(1955), day.newcomer(1956)
    found = []
    for turn in range(5):
        by, elder = (one, two) if turn % 2 else (two, one)
        found.append(reasons(day.served(by, elder, day.start + turn * 24 * HOUR)))
    assert found == [[], [], [], ["round_trip"], ["round_trip"]]


def test_a_ring_of_three_is_looked_at_when_it_closes(day: Day) -> None:
    one, two, three = (day.newcomer(1955 + number) for number in range(3))
    assert reasons(day.served(one, two)) == []
    assert reasons(day.served(two, three, day.start + 24 * HOUR)) == []
    closing = day.served(three, one, day.start + 48 * HOUR)
    assert reasons(closing) == ["ring"]
    people = closing["exception"]["reasons"][0]["evidence"]["people"]
    assert people == [str(each.person_id) for each in (three, one, two)]


def test_a_visit_may_have_several_reasons_each_in_words(day: Day) -> None:
    booking_id = day.booked()
    day.check("in", booking_id)
    ended = day.check("out", booking_id, day.start + 550 * MINUTE, latitude=39.93)
    assert reasons(ended) == ["missing_check_out", "out_of_fence", "over_long", "unusual_hours"]
    assert all(each["words_zh"] and each["words_en"] for each in ended["exception"]["reasons"])
    (told,) = day.recorded(contract.VisitExcepted, visit_id=ended["visit_id"])
    assert told["reasons"] == reasons(ended)


def test_the_queue_comes_oldest_first_with_the_facts_and_by_reason(day: Day) -> None:
    made = []
    for hours in (0, 4):
        booking_id = day.booked(start=day.start + hours * HOUR)
        begin = day.start + hours * HOUR
        day.check("in", booking_id, begin)
        far = {"latitude": 39.93}
        made.append(day.check("out", booking_id, begin + 60 * MINUTE, **far)["visit_id"])
    items = [item for item in queue(day) if item["visit_id"] in made]
    assert [item["visit_id"] for item in items] == made
    raised = [datetime.fromisoformat(item["exception"]["raised_at"]) for item in queue(day)]
    assert raised == sorted(raised)
    assert items[0]["place"]["address"] == "建国门外大街1号"
    assert items[0]["elder_id"] == str(day.elder.person_id)
    only = [item["visit_id"] for item in queue(day, reason="out_of_fence")]
    assert set(made) <= set(only)
    assert not set(made) & {item["visit_id"] for item in queue(day, reason="ring")}
    day.decide(made[0])
    assert made[0] not in [item["visit_id"] for item in queue(day)]
    (decided,) = [item for item in queue(day, state="decided") if item["visit_id"] == made[0]]
    assert decided["exception"]["decided_by"] == str(day.town.clerk.person_id)
    assert decided["exception"]["decision_reason"] == "电话核实"
    assert decided["end_proof"]["method"] == "position"


def test_a_visit_that_waits_too_long_says_so(day: Day) -> None:
    booking_id = day.booked()
    day.check("in", booking_id)
    visit_id = day.check("out", booking_id, latitude=39.93)["visit_id"]
    for days, overdue in ((7, False), (8, True)):
        now = day.end + timedelta(days=days)
        seen = day.call("show_visit", day.town.clerk, now, visit_id=visit_id)
        assert seen["exception"]["overdue"] is overdue


def test_the_queue_is_for_the_staff_of_the_place(day: Day) -> None:
    district = person(STREET, RoleIn(Role.DISTRICT_OFFICER, DISTRICT))
    for officer in (district, day.town.officer):
        assert isinstance(queue(day, officer), list)
        assert isinstance(queue(day, officer, area=DISTRICT), list)
    for wrong in (day.volunteer, day.elder, day.town.clerk_elsewhere):
        with pytest.raises(Forbidden):
            queue(day, wrong)
    with pytest.raises(Forbidden):
        queue(day, area=DISTRICT)
    with pytest.raises(Unauthenticated):
        day.town.matching.call("list_exceptions", {"area": STREET})
    for area in ("1101", "11010500%", "beijing"):
        with pytest.raises(InvalidRequest):
            queue(day, area=area)


def test_two_clerks_who_decide_at_once_decide_once(day: Day) -> None:
    booking_id = day.booked()
    day.check("in", booking_id)
    visit_id = day.check("out", booking_id, latitude=39.93)["visit_id"]
    colleague = type(day.town.clerk)(person().person_id, day.town.clerk.roles)

    def decide(clerk: Any) -> str:
        decision = {"visit_id": visit_id, "minutes": 30, "reason": "核实"}
        try:
            day.call("decide_exception", clerk, day.end, **decision)
        except Error as error:
            return error.code
        return "decided"

    outcomes = list(eventlet.GreenPool().imap(decide, [day.town.clerk, colleague] * 3))
    assert sorted(outcomes) == ["decided"] + ["wrong_state"] * 5
    assert len(day.recorded(contract.VisitCompleted, visit_id=visit_id)) == 1


def test_a_clerk_may_credit_nothing_and_the_elders_coins_go_back(day: Day) -> None:
    booking_id = day.booked()
    day.check("in", booking_id)
    day.sweep(day.start + timedelta(hours=4, minutes=1))
    (item,) = [each for each in queue(day) if each["booking_id"] == booking_id]
    assert item["end_proof"] is None
    decided = day.decide(item["visit_id"], 0)
    assert (decided["state"], decided["minutes"]) == ("completed", 0)
    assert decided["end_proof"]["method"] == "clerk"
    assert decided["explanation"] == [{"rule": "clerk", "minutes": 0}]


def test_whatever_happens_every_visit_that_began_is_paid_once_or_waits(day: Day) -> None:
    """Random histories: nothing held is paid, and nothing is silently lost."""
    chance = random.Random(20261125)
    people = [day.newcomer(1950 + number) for number in range(8)]
    begun: dict[str, str] = {}
    for history in range(HISTORIES):
        start = day.start + history * timedelta(hours=26)
        by, elder = chance.sample(people, 2)
        try:
            booking_id = day.booked(by, elder, start)
        except contract.Paused:
            continue
        now = start - chance.choice([0, 10, 40]) * MINUTE
        for _ in range(STEPS):
            now += chance.choice([1, 11, 45, 200]) * MINUTE
            step = chance.choice(["in", "in", "in", "out", "out", "out", "sweep", "absent"])
            place = {"latitude": chance.choice([39.9087, 39.9087, 39.93])}
            try:
                if step == "sweep":
                    day.sweep(now)
                elif step == "absent":
                    where = {"booking_id": booking_id, "longitude": 116.4605} | place
                    day.call("report_elder_absent", by, now, **where)
                else:
                    visit = day.check(step, booking_id, now, by, **place)
                    begun[booking_id] = visit["visit_id"]
            except Error as error:
                assert error.status < 500, error.code
        day.sweep(now + timedelta(days=1))
    waiting = {item["visit_id"] for item in queue(day)}
    assert {day.show(visit_id)["state"] for visit_id in begun.values()} == {"completed", "excepted"}
    for booking_id, visit_id in begun.items():
        paid = day.recorded(contract.VisitCompleted, visit_id=visit_id)
        state = day.show(visit_id)["state"]
        assert (state, len(paid)) in {("completed", 1), ("excepted", 0)}
        assert (visit_id in waiting) == (state == "excepted")
        assert day.recorded(contract.VisitNoShow, booking_id=booking_id) == []
        assert len(day.recorded(contract.VisitStarted, visit_id=visit_id)) == 1
