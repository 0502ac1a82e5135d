"""What a clerk gets to see of every visit in the queue, however it came there; and who decides."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.identity.contract import ClosingReason, ConsentGiven, PersonClosed, Scope
from services.kernel.caller import Caller
from services.kernel.contract import Forbidden
from services.matching import contract
from tests.integration.conftest import Running
from tests.integration.matching.conftest import DISTRICT, Town
from tests.integration.matching.days import Day, reasons
from tests.integration.matching.test_acting import is_known
from tests.integration.matching.test_activities import Class


MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SWEPT = timedelta(hours=4, minutes=1)
PHONE = "the-phone-of-the-elder"


@pytest.fixture(scope="module")
def town(running_throughout: Callable[..., Running]) -> Town:
    return Town(running_throughout("matching"))


@pytest.fixture
def day(town: Town) -> Day:
    return Day(town)


def close(day: Day, who: Caller) -> str:
    told = day.town.matching.publish(
        PersonClosed,
        person_id=who.person_id,
        reason=ClosingReason.LEAVING,
        closed_on=date(2026, 11, 25),
        closed_by=day.town.clerk.person_id,
        district=DISTRICT,
    )
    return str(told["id"])


def consent(day: Day, elder: Caller, agent: Caller) -> None:
    consent_id = uuid4()
    day.town.matching.publish(
        ConsentGiven,
        consent_id=consent_id,
        elder_id=elder.person_id,
        agent_id=agent.person_id,
        scopes=[Scope.REQUESTS],
        until=day.start + 30 * 24 * HOUR,
        given_by=elder.person_id,
        district=DISTRICT,
    )
    day.town.matching.eventually(lambda: is_known(day.town, "consents", consent_id))


def waiting(day: Day, booking_id: str) -> dict[str, Any]:
    booking = day.call("show_booking", day.town.clerk, booking_id=booking_id)
    visit = day.show(booking["visit_id"])
    assert visit["state"] == "excepted"
    return visit


def test_a_forgotten_check_out_makes_no_later_visit_suspicious(day: Day) -> None:
    forgotten = day.booked()
    day.check("in", forgotten)
    day.sweep(day.start + SWEPT)
    assert reasons(waiting(day, forgotten)) == ["missing_check_out"]
    of_the_volunteer = day.served(elder=day.newcomer(1951), start=day.start + 24 * HOUR)
    of_the_elder = day.served(by=day.newcomer(1991), start=day.start + 26 * HOUR)
    assert (reasons(of_the_volunteer), reasons(of_the_elder)) == ([], [])


def test_a_forgotten_check_out_is_looked_at_like_any_other_visit(day: Day) -> None:
    one, two, three = (day.newcomer(1955 + number) for number in range(3))
    day.served(one, two, day.start - 48 * HOUR)
    day.served(two, three, day.start - 24 * HOUR)
    wish = {"elder_id": str(one.person_id), "start": day.start + 9 * HOUR, "device": PHONE}
    day.call("submit_request", one, **day.town.wish(**wish))
    forgotten, other = day.booked(three, one), day.booked(day.volunteer, one)
    day.check("in", forgotten, by=three, device=PHONE)
    day.check("in", other)
    assert reasons(day.check("out", other)) == ["overlap"]
    day.sweep(day.start + SWEPT)
    found = ["missing_check_out", "overlap", "same_device", "ring"]
    visit = waiting(day, forgotten)
    assert reasons(visit) == found
    told = day.recorded(contract.VisitExcepted, visit_id=visit["visit_id"])
    assert [each["reasons"] for each in told] == [found]


def test_a_visit_during_which_an_account_is_closed_still_ends_with_its_proof(day: Day) -> None:
    booking_id = day.booked()
    day.check("in", booking_id)
    close(day, day.elder)
    day.town.matching.eventually(
        lambda: day.recorded(contract.VisitExcepted, elder_id=day.elder.person_id)
    )
    ended = day.check("out", booking_id)
    assert (ended["state"], reasons(ended)) == ("excepted", ["account_closed"])
    assert (ended["end_proof"]["method"], ended["minutes"]) == ("position", None)
    with pytest.raises(contract.WrongState):
        day.check("out", booking_id, day.end + MINUTE)
    assert day.decide(ended["visit_id"], 95)["minutes"] == 95


def test_who_has_a_place_in_a_class_is_not_served_at_home_meanwhile(day: Day) -> None:
    elders = [day.elder, *(day.newcomer(1948) for _ in range(4))]
    start = day.start
    window = {"starts_at": start.isoformat(), "ends_at": (start + 2 * HOUR).isoformat()}
    lecture = Class(day.town, elders, **window)
    seats = lecture.held(5)
    leader = day.newcomer(1985)
    leads = str(day.accept(lecture.request_id, leader)["booking_id"])
    day.check("in", leads, start, leader)
    at_home = day.booked()
    day.check("in", at_home)
    visit = day.check("out", at_home)
    assert reasons(visit) == ["overlap"]
    (of,) = visit["exception"]["reasons"][0]["evidence"]["visits"]
    assert (of["of"], of["minutes"]) == ("elder", 95)
    # Whoever was marked absent was at home indeed.
    other = day.newcomer(1992)
    absent = {"request_id": lecture.request_id, "seat_ids": [seats[2]]}
    day.call("mark_absent", leader, start, **absent)
    also_at_home = day.booked(other, elders[2])
    day.check("in", also_at_home, by=other)
    assert reasons(day.check("out", also_at_home, by=other)) == []
    assert reasons(day.check("out", leads, start + 100 * MINUTE, leader)) == []


def test_who_stands_on_both_sides_is_looked_at_and_not_refused(day: Day) -> None:
    agent = day.newcomer(1980)
    consent(day, day.elder, agent)
    booking_id = day.booked(agent)
    day.check("in", booking_id, by=agent)
    visit = day.check("out", booking_id, by=agent)
    (found,) = visit["exception"]["reasons"]
    assert (found["reason"], found["evidence"]) == ("both_sides", {"roles": ["agent"]})
    assert found["words_zh"] and found["words_en"]
    wish = day.town.wish(elder_id=str(day.elder.person_id), start=day.start + 24 * HOUR)
    request_id = str(day.call("submit_request", agent, **wish)["request_id"])
    day.town.hold(request_id)
    shown = {"request_id": request_id}
    day.town.matching.eventually(
        lambda: day.call("show_request", day.elder, **shown)["state"] == "open"
    )
    booking_id = str(day.accept(request_id, agent)["booking_id"])
    day.check("in", booking_id, day.start + 24 * HOUR, agent)
    visit = day.check("out", booking_id, day.start + 25 * HOUR, agent)
    assert visit["exception"]["reasons"][0]["evidence"]["roles"] == ["asked", "agent"]


def test_a_clerk_who_comes_with_a_card_that_they_issued_is_looked_at(day: Day) -> None:
    clerk = Caller(day.newcomer(1988).person_id, day.town.clerk.roles)
    elder = {"person_id": str(day.elder.person_id)}
    day.call("issue_code_card", clerk, day.start, **elder)
    codes = [
        each["code"] for each in day.call("print_code_card", clerk, day.start, **elder)["codes"]
    ]
    booking_id = day.booked(clerk)
    nowhere = {"latitude": None, "longitude": None}
    day.check("in", booking_id, by=clerk, code=codes[0], **nowhere)
    visit = day.check("out", booking_id, by=clerk, code=codes[1], **nowhere)
    assert reasons(visit) == ["both_sides"]
    assert visit["exception"]["reasons"][0]["evidence"]["roles"] == ["card"]


def test_a_phone_on_which_the_elder_serves_others_is_the_elders(day: Day) -> None:
    friend = day.newcomer(1955)
    served = day.booked(day.elder, friend)
    day.check("in", served, by=day.elder, device=PHONE + "-3")
    day.check("out", served, by=day.elder)
    booking_id = day.booked(start=day.start + 24 * HOUR)
    day.check("in", booking_id, day.start + 24 * HOUR, device=PHONE + "-3")
    assert reasons(day.check("out", booking_id, day.start + 25 * HOUR)) == ["same_device"]


def test_neither_the_pupils_guardian_nor_who_acts_for_the_elder_decides(day: Day) -> None:
    guardian, agent = day.newcomer(1975), day.newcomer(1980)
    pupil = day.newcomer(2011, guardian_id=guardian.person_id)
    consent(day, day.elder, agent)
    booking_id = day.booked(pupil)
    where = {"booking_id": booking_id, "latitude": 39.9087, "longitude": 116.4605}
    day.call("confirm_presence", guardian, day.start, **where)
    day.check("in", booking_id, by=pupil)
    visit = day.check("out", booking_id, by=pupil, latitude=39.93)
    decision = {"visit_id": visit["visit_id"], "minutes": 60, "reason": "看过"}
    for party in (guardian, agent):
        with pytest.raises(Forbidden):
            day.call("decide_exception", Caller(party.person_id, day.town.clerk.roles), **decision)
    assert day.decide(visit["visit_id"])["state"] == "completed"
