"""A day's dispatch end to end: asked for, computed by the dispatcher, seen, accepted, booked."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Forbidden, InvalidRequest, NotFound
from services.matching import contract
from services.matching.dispatching import planner
from services.matching.dispatching.planner import LEASE, MOST_ATTEMPTS, compute_next
from services.matching.storage import RequestRow
from services.matching.storage.standing import save_membership, save_suspension
from tests.integration.matching.conftest import DISTRICT, NOW, STREET, Town, person
from tests.integration.matching.test_finding import at, position
from tests.integration.matching.test_races_and_news import at_once
from tests.integration.matching.test_volunteers import set_profile


# A Wednesday, ten in the morning in Beijing.
MORNING = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
DAY = "2026-12-02"
FREE = [{"weekday": 3, "begins": "08:00", "ends": "20:00"}]


def ask(town: Town, by: Caller | None = None, area: str = STREET, day: str = DAY) -> Any:
    wanted = {"area": area, "day": day}
    return town.matching.call("ask_for_plan", wanted, by or town.clerk, now=NOW)


def shown(town: Town, plan: Any, by: Caller | None = None) -> Any:
    of = {"plan_id": plan["plan_id"]}
    return town.matching.call("show_plan", of, by or town.clerk, now=NOW)


def compute(town: Town, now: datetime = NOW) -> Any:
    return compute_next(town.matching.session, now)


def accept(town: Town, plan: Any, by: Caller | None = None, now: datetime = NOW) -> Any:
    of = {"plan_id": plan["plan_id"]}
    return town.matching.call("accept_plan", of, by or town.clerk, now=now)


def helper(town: Town, metres: float, **profile: Any) -> Caller:
    who = person()
    town.verify(who, date(1980, 1, 1), home=position(metres))
    set_profile(town, who, **{"free_times": FREE} | profile)
    return who


def lines(plan: Any) -> dict[str, Any]:
    return {line["request_id"]: line for line in plan["lines"]}


def test_a_days_plan_is_asked_for_computed_seen_accepted_and_booked(town: Town) -> None:
    near, far = helper(town, 100), helper(town, 3000)
    helper(town, 50, dispatchable=False)
    helper(town, 60, free_times=[])
    first = town.opened(start=MORNING, place=at(0))
    second = town.opened(start=MORNING + timedelta(hours=3), place=at(20))
    clash = town.opened(start=MORNING + timedelta(minutes=30), place=at(2900))
    spoken = town.opened(start=MORNING, place=at(0), language="uyghur")
    town.opened(start=MORNING + timedelta(days=1))
    asked = ask(town)
    assert asked["state"] == "asked"
    with pytest.raises(contract.PlanAlreadyAsked):
        ask(town)
    with pytest.raises(contract.WrongState):
        accept(town, asked)
    assert str(compute(town)) == asked["plan_id"]
    assert compute(town) is None
    with town.matching.session() as session:
        # A class that a programme pays for stands in the plan though no elder asks for it.
        row = session.get_one(RequestRow, uuid.UUID(spoken))
        row.elder_id, row.is_activity = uuid.uuid4(), True
    plan = shown(town, asked)
    assert (plan["state"], plan["requests"], plan["served"]) == ("computed", 4, 3)
    of = lines(plan)
    assert {of[first]["volunteer_id"], of[second]["volunteer_id"]} == {str(near.person_id)}
    assert of[clash]["volunteer_id"] == str(far.person_id)
    assert of[spoken]["unserved"]["code"] == "nobody_speaks"
    assert of[spoken]["unserved"]["zh"]
    assert (of[first]["elder_name"], of[spoken]["elder_name"]) == ("张三", None)
    assert of[clash]["metres"] == pytest.approx(200, abs=5)
    assert [part["part"] for part in of[clash]["parts"]] == ["walking"]
    assert of[clash]["volunteer_name"] == "张三"
    assert plan["walking_metres"] == pytest.approx(400, abs=10)
    assert town.state(first) == "open"

    done = accept(town, plan)
    assert (done["state"], done["booked"], done["overtaken"]) == ("accepted", 3, 0)
    assert [town.state(each) for each in (first, second, clash, spoken)] == ["accepted"] * 3 + [
        "open"
    ]
    told = town.matching.recorded(contract.BookingAccepted)
    assert {each["volunteer_id"] for each in told} == {str(near.person_id), str(far.person_id)}
    assert {line["outcome"] for line in done["lines"]} == {"booked", None}
    # Again changes nothing, whoever asks and with whatever key.
    again = accept(town, plan)
    assert again["lines"] == done["lines"]
    assert len(town.matching.recorded(contract.BookingAccepted)) == 3
    assert len(town.matching.recorded(contract.PlanAccepted)) == 1
    with pytest.raises(contract.WrongState):
        reject(town, plan)
    # Whoever was planned for may withdraw as from any booking.
    release = {"booking_id": of_booking(done, first), "reason": "感冒了"}
    town.matching.call("release_booking", release, near, now=NOW)
    assert town.state(first) == "open"


def of_booking(plan: Any, request_id: str) -> str:
    return str(lines(plan)[request_id]["booking_id"])


def reject(town: Town, plan: Any, by: Caller | None = None) -> Any:
    payload = {"plan_id": plan["plan_id"], "reason": "太远"}
    return town.matching.call("reject_plan", payload, by or town.clerk, now=NOW)


def test_what_was_overtaken_is_named_and_never_booked_twice(town: Town) -> None:
    one, two, three = (helper(town, metres) for metres in (100, 3000, 3100))
    taken = town.opened(start=MORNING, place=at(0))
    gone = town.opened(start=MORNING, place=at(3000))
    busy = town.opened(start=MORNING, place=at(3100))
    asked = ask(town)
    compute(town)
    assert shown(town, asked)["served"] == 3
    town.accept(taken, town.other)
    cancel = {"request_id": gone, "reason": "女儿来了"}
    town.matching.call("cancel_request", cancel, town.elder, now=NOW)
    elsewhere = town.opened(start=MORNING + timedelta(minutes=30))
    town.accept(elsewhere, three)
    done = accept(town, asked)
    assert (done["booked"], done["overtaken"]) == (0, 3)
    assert {request_id: line["outcome"] for request_id, line in lines(done).items()} == {
        taken: "request_not_open",
        gone: "request_not_open",
        busy: "overlapping_booking",
    }
    assert [town.state(each) for each in (taken, gone, busy)] == ["accepted", "cancelled", "open"]
    told = town.matching.recorded(contract.PlanAccepted)[0]
    assert (told["booked"], told["overtaken"], told["area"]) == (0, 3, STREET)
    assert len(town.matching.recorded(contract.BookingAccepted)) == 2
    assert one
    assert two


def test_what_no_longer_fits_a_volunteers_day_is_named_and_the_rest_is_booked(town: Town) -> None:
    """Each has booked or changed something since that breaks a rule of planning."""
    far, full, gone, there = (helper(town, metres) for metres in (0, 2000, 4000, 6000))
    set_profile(town, full, free_times=FREE, most_minutes_a_day=240)
    on_foot, minutes, hours, kept = (
        town.opened(start=MORNING, place=at(metres)) for metres in (0, 2000, 4000, 6000)
    )
    asked = ask(town)
    compute(town)
    planned = {each["volunteer_id"] for each in shown(town, asked)["lines"]}
    assert planned == {str(who.person_id) for who in (far, full, gone, there)}
    # Half an hour after the visit begins one at the other end of the district.
    town.accept(town.opened(start=MORNING + timedelta(hours=2, minutes=30), place=at(15_000)), far)
    town.accept(town.opened(start=MORNING + timedelta(hours=5), place=at(2000)), full)
    town.accept(town.opened(start=MORNING + timedelta(hours=8), place=at(2000)), full)
    set_profile(town, gone, free_times=FREE, dispatchable=False)
    done = accept(town, asked)
    assert (done["booked"], done["overtaken"]) == (1, 3)
    assert {request_id: line["outcome"] for request_id, line in lines(done).items()} == {
        on_foot: "no_time_for_the_way",
        minutes: "day_is_full",
        hours: "no_longer_available",
        kept: "booked",
    }
    assert [town.state(each) for each in (on_foot, minutes, hours, kept)] == ["open"] * 3 + [
        "accepted"
    ]


def test_accepting_a_plan_while_its_volunteers_book_leaves_one_booking_each(town: Town) -> None:
    helpers = [helper(town, 500 * n) for n in range(4)]
    requests = [town.opened(start=MORNING, place=at(500 * n)) for n in range(4)]
    asked = ask(town)
    compute(town)
    at_once(
        lambda: accept(town, asked),
        lambda: accept(town, asked),
        *(
            lambda who=who, request_id=request_id: town.accept(request_id, who)
            for who, request_id in zip(helpers, reversed(requests), strict=True)
        ),
    )
    told = town.matching.recorded(contract.BookingAccepted)
    assert sorted(each["request_id"] for each in told) == sorted(requests)
    assert len({each["volunteer_id"] for each in told}) == 4
    assert len(town.matching.recorded(contract.PlanAccepted)) == 1


def test_a_plan_is_for_the_staff_of_its_area_and_for_days_to_come(town: Town) -> None:
    officer = person(STREET, RoleIn(Role.DISTRICT_OFFICER, DISTRICT))
    for stranger in (town.volunteer, town.clerk_elsewhere, town.officer):
        with pytest.raises(Forbidden):
            ask(town, stranger)
    with pytest.raises(Forbidden):
        ask(town, town.clerk, area=DISTRICT)
    with pytest.raises(InvalidRequest):
        ask(town, day="2026-11-24")
    plan = ask(town, officer, area=DISTRICT)
    compute(town)
    assert (shown(town, plan, officer)["requests"], shown(town, plan, officer)["lines"]) == (0, [])
    for stranger in (town.volunteer, town.clerk):
        with pytest.raises(Forbidden):
            shown(town, plan, stranger)
        with pytest.raises(Forbidden):
            accept(town, plan, stranger)
    with pytest.raises(NotFound):
        shown(town, {"plan_id": str(uuid.uuid4())})
    rejected = reject(town, plan, officer)
    assert (rejected["state"], rejected["reason"]) == ("rejected", "太远")
    with pytest.raises(contract.WrongState):
        accept(town, plan, officer)
    listed = town.matching.call("list_plans", {"area": DISTRICT}, town.officer, now=NOW)
    assert [each["plan_id"] for each in listed["items"]] == [plan["plan_id"]]


def test_a_plan_grows_stale_by_time_and_by_a_newer_one(town: Town) -> None:
    helper(town, 100)
    town.opened(start=MORNING, place=at(0))
    first = ask(town)
    compute(town)
    later = NOW + timedelta(minutes=121)
    with pytest.raises(contract.PlanStale):
        accept(town, first, now=later)
    second = ask(town)
    compute(town)
    assert shown(town, first)["state"] == "stale"
    assert accept(town, second)["booked"] == 1
    with pytest.raises(contract.WrongState):
        accept(town, first)


def test_two_dispatchers_never_compute_one_plan_and_a_dead_ones_is_taken_over(
    town: Town,
) -> None:
    helper(town, 100)
    town.opened(start=MORNING, place=at(0))
    asked = ask(town)
    with town.matching.session() as session:
        dead = planner.take(session, NOW)
    assert dead is not None
    assert compute(town) is None
    after = NOW + LEASE
    with town.matching.session() as session:
        tasks, helpers, policy = planner.read_day(session, dead, NOW)
    assert str(compute(town, after)) == asked["plan_id"]
    # The first was not dead but slow: its plan comes too late and changes nothing.
    from services.matching.domain.dispatch import plan_day

    late = plan_day(tasks, helpers, policy.rules, planner.solve)
    with town.matching.session() as session:
        planner.keep(session, dead, late, policy, after)
    plan = shown(town, asked)
    assert (plan["state"], len(plan["lines"])) == ("computed", 1)


def test_a_plan_that_cannot_be_computed_fails_with_the_reason(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.opened(start=MORNING)
    asked = ask(town)

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("no way")

    monkeypatch.setattr(planner, "plan_day", broken)
    for _ in range(MOST_ATTEMPTS):
        assert shown(town, asked)["state"] == "asked"
        with pytest.raises(ZeroDivisionError):
            compute(town)
    plan = shown(town, asked)
    assert (plan["state"], plan["reason"]) == ("failed", "ZeroDivisionError: no way")
    assert compute(town) is None
    assert ask(town)["state"] == "asked"


def test_what_reaches_over_midnight_and_what_was_made_already_count(town: Town) -> None:
    """A volunteer of two hours a day who has one visit booked is not sent to another."""
    who = helper(town, 100, most_minutes_a_day=150)
    booked = town.opened(start=MORNING + timedelta(hours=4), place=at(0))
    town.accept(booked, who)
    town.opened(start=MORNING, place=at(0))
    asked = ask(town)
    compute(town)
    (line,) = shown(town, asked)["lines"]
    assert line["unserved"]["code"] == "all_taken"
    set_profile(town, who, free_times=FREE, most_minutes_a_day=240)
    asked = ask(town)
    compute(town)
    assert shown(town, asked)["served"] == 1


def test_nobody_is_planned_for_who_may_not_book_or_is_under_age(town: Town) -> None:
    for who in (town.pupil, helper(town, 100), helper(town, 200)):
        set_profile(town, who, free_times=FREE)
    paused, suspended = helper(town, 300), helper(town, 400)
    for _ in range(3):
        withdraw_late(town, paused)
    with town.matching.session() as session:
        save_suspension(session, suspended.person_id, True, 1)
    for _ in range(5):
        town.opened(start=MORNING, place=at(0))
    asked = ask(town)
    compute(town)
    plan = shown(town, asked)
    assert plan["served"] == 2
    planned = {line["volunteer_id"] for line in plan["lines"]}
    assert not planned & {str(who.person_id) for who in (town.pupil, paused, suspended)}


def withdraw_late(town: Town, who: Caller) -> None:
    booking = town.accept(town.opened(start=NOW + timedelta(hours=1)), who)
    release = {"booking_id": booking["booking_id"], "reason": "忘了"}
    town.matching.call("release_booking", release, who, now=NOW)


def test_special_groups_are_served_first_when_not_all_can_be(town: Town) -> None:
    only = helper(town, 100, most_minutes_a_day=120)
    first = town.opened(start=MORNING, place=at(0))
    other = person()
    town.verify(other, date(1950, 1, 1))
    with town.matching.session() as session:
        save_membership(session, uuid.uuid4(), other.person_id, "dementia", False)
    second = town.submit(other, elder_id=str(other.person_id), start=MORNING, place=at(3000))
    town.hold(second)
    of_theirs = {"request_id": second}
    town.matching.eventually(
        lambda: town.matching.call("show_request", of_theirs, other)["state"] == "open"
    )
    asked = ask(town)
    compute(town)
    of = lines(shown(town, asked))
    assert of[first]["volunteer_id"] is None
    assert of[second]["volunteer_id"] == str(only.person_id)
    assert of[second]["parts"][0]["zh"] == "特殊老年人群，优先"
