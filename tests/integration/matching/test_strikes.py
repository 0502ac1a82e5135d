"""Not coming and letting down late: strikes on both sides, the pause, and taking them back."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import eventlet
import pytest

from services.kernel.contract import Error, Forbidden
from services.matching import contract
from tests.integration.conftest import Running
from tests.integration.matching.conftest import PLACE, Town, person
from tests.integration.matching.days import Day


MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def town(running_throughout: Callable[..., Running]) -> Town:
    return Town(running_throughout("matching"))


@pytest.fixture
def day(town: Town) -> Day:
    return Day(town)


def strikes(day: Day, who: Any, now: datetime | None = None, by: Any = None) -> dict[str, Any]:
    return day.call("list_strikes", by or who, now, person_id=who.person_id)


def kinds(day: Day, who: Any) -> list[str]:
    return [item["kind"] for item in strikes(day, who)["items"]]


def release(day: Day, booking_id: str, now: datetime) -> None:
    day.call("release_booking", day.volunteer, now, booking_id=booking_id, reason="堵车")


def absent(day: Day, booking_id: str, now: datetime, by: Any = None, **changes: Any) -> Any:
    where = {"booking_id": booking_id} | PLACE | changes
    return day.call("report_elder_absent", by or day.volunteer, now, **where)


def test_a_volunteer_who_never_comes_gets_one_strike(day: Day) -> None:
    booking_id = day.booked()
    for _ in range(2):
        day.sweep(day.start + timedelta(hours=2))
    assert kinds(day, day.volunteer) == ["no_show"]
    (told,) = day.recorded(contract.VisitNoShow, booking_id=booking_id)
    assert told["side"] == "volunteer"
    (strike,) = day.recorded(contract.StrikeGiven, booking_id=booking_id)
    assert (strike["side"], strike["kind"]) == ("volunteer", "no_show")
    assert strike["person_id"] == str(day.volunteer.person_id)
    assert kinds(day, day.elder) == []


def test_withdrawing_late_is_a_strike_and_in_time_is_not(day: Day) -> None:
    release(day, day.booked(), day.start - timedelta(hours=2))
    assert kinds(day, day.volunteer) == []
    release(day, day.booked(), day.start - timedelta(minutes=119))
    assert kinds(day, day.volunteer) == ["late_release"]
    assert strikes(day, day.volunteer)["items"][0]["evidence"] == {"reason": "堵车"}


def test_an_elder_who_cancels_late_gets_a_strike_only_when_somebody_was_coming(day: Day) -> None:
    late = day.start - timedelta(minutes=60)

    def cancel(request_id: str, now: datetime) -> None:
        day.call("cancel_request", day.elder, now, request_id=request_id, reason="不用了")

    cancel(day.opened(), late)
    for now in (day.start - timedelta(hours=3), day.start + 5 * MINUTE):
        request_id = day.opened()
        day.accept(request_id)
        cancel(request_id, now)
    assert kinds(day, day.elder) == []
    request_id = day.opened()
    day.accept(request_id)
    cancel(request_id, late)
    assert kinds(day, day.elder) == ["late_cancel"]
    assert kinds(day, day.volunteer) == []


def test_an_elder_who_is_not_there_is_reported_from_the_door_after_a_wait(day: Day) -> None:
    booking_id = day.booked()
    after = day.start + 15 * MINUTE
    with pytest.raises(contract.TooFar):
        absent(day, booking_id, after, latitude=39.93)
    for now in (after - MINUTE, day.start + timedelta(hours=2)):
        with pytest.raises(contract.OutsideWindow):
            absent(day, booking_id, now)
    with pytest.raises(Forbidden):
        absent(day, booking_id, after, day.elder)
    assert absent(day, booking_id, after)["state"] == "no_show"
    assert kinds(day, day.elder) == ["elder_absent"]
    assert kinds(day, day.volunteer) == []
    assert strikes(day, day.elder)["items"][0]["evidence"] == {"distance_metres": 0}
    (told,) = day.recorded(contract.VisitNoShow, booking_id=booking_id)
    assert told["side"] == "elder"
    with pytest.raises(contract.WrongState):
        absent(day, booking_id, after)
    with pytest.raises(contract.WrongState):
        day.check("in", booking_id)


def test_who_cancels_once_the_volunteer_is_at_the_door_may_still_be_reported(day: Day) -> None:
    booking_id = day.booked()
    request_id = day.call("show_booking", day.volunteer, booking_id=booking_id)["request_id"]
    cancelling = {"request_id": request_id, "reason": "不用了"}
    day.call("cancel_request", day.elder, day.start + 5 * MINUTE, **cancelling)
    after = day.start + 15 * MINUTE
    with pytest.raises(contract.TooFar):
        absent(day, booking_id, after, latitude=39.93)
    assert absent(day, booking_id, after)["state"] == "cancelled"
    assert absent(day, booking_id, after)["state"] == "cancelled"
    assert kinds(day, day.elder) == ["elder_absent"]
    assert day.recorded(contract.VisitNoShow, booking_id=booking_id) == []
    # Whoever cancelled before the start has their strike already, or none.
    for hours in (1, 3):
        request_id = day.opened()
        booking_id = str(day.accept(request_id)["booking_id"])
        cancelling["request_id"] = request_id
        day.call("cancel_request", day.elder, day.start - hours * 60 * MINUTE, **cancelling)
        with pytest.raises(contract.WrongState):
            absent(day, booking_id, after)
    assert kinds(day, day.elder) == ["elder_absent", "late_cancel"]


def test_absence_reported_while_the_sweep_is_at_it_ends_the_visit_once(day: Day) -> None:
    booking_id = day.booked()
    moment = day.start + timedelta(minutes=119)

    def report() -> None:
        with suppress(contract.WrongState):
            absent(day, booking_id, moment)

    pool = eventlet.GreenPool()
    for call in (report, lambda: day.sweep(day.start + timedelta(hours=2)), report):
        pool.spawn(call)
    pool.waitall()
    assert len(day.recorded(contract.VisitNoShow, booking_id=booking_id)) == 1
    assert len(day.recorded(contract.StrikeGiven, booking_id=booking_id)) == 1


def test_three_strikes_pause_booking_and_a_waived_one_ends_the_pause(day: Day) -> None:
    for number in range(3):
        start = day.start + number * DAY
        release(day, day.booked(start=start), start - timedelta(hours=1))
    last = day.start + 2 * DAY - timedelta(hours=1)
    request_id = day.opened(start=day.start + 10 * DAY)
    with pytest.raises(contract.Paused) as paused:
        day.accept(request_id, now=last + DAY)
    until = (last + 30 * DAY).isoformat()
    assert (paused.value.fields["until"], paused.value.fields["strikes"]) == (until, 3)
    assert paused.value.policy is not None and paused.value.policy["version"] == 1
    shown = strikes(day, day.volunteer, last + DAY)
    assert shown["booking_paused_until"] == until
    assert shown["asking_paused_until"] is None
    assert len(shown["items"]) == 3
    strike = {"strike_id": shown["items"][0]["strike_id"], "reason": "救护车挡路"}
    partial = type(day.town.clerk)(day.volunteer.person_id, day.town.clerk.roles)
    for wrong in (day.volunteer, day.town.clerk_elsewhere, day.town.officer, partial):
        with pytest.raises(Forbidden):
            day.call("waive_strike", wrong, last, **strike)
    waived = day.call("waive_strike", day.town.clerk, last, **strike)
    assert (waived["state"], waived["waive_reason"]) == ("waived", "救护车挡路")
    with pytest.raises(contract.WrongState):
        day.call("waive_strike", day.town.clerk, last, **strike)
    assert len(day.recorded(contract.StrikeWaived, strike_id=strike["strike_id"])) == 1
    assert day.accept(request_id, now=last + DAY)["state"] == "accepted"


def test_an_elder_with_three_strikes_asks_through_the_agency_only(day: Day) -> None:
    for number in range(3):
        start = day.start + number * DAY
        absent(day, day.booked(start=start), start + 20 * MINUTE)
    later = day.start + 3 * DAY
    wish = day.town.wish(elder_id=str(day.elder.person_id), start=later + timedelta(hours=4))
    with pytest.raises(contract.Paused):
        day.call("submit_request", day.elder, later, **wish)
    assert strikes(day, day.elder, later)["asking_paused_until"]
    assert day.call("submit_request", day.town.clerk, later, **wish)["state"] == "submitted"


def test_strikes_are_seen_by_the_person_and_the_staff_of_the_street(day: Day) -> None:
    release(day, day.booked(), day.start - timedelta(minutes=10))
    for reader in (day.volunteer, day.town.clerk, day.town.officer):
        assert len(strikes(day, day.volunteer, by=reader)["items"]) == 1
    for wrong in (day.elder, day.town.clerk_elsewhere, person()):
        with pytest.raises(Forbidden):
            strikes(day, day.volunteer, by=wrong)


def test_the_same_withdrawal_at_once_is_one_strike(day: Day) -> None:
    booking_id = day.booked()

    def withdraw(_: int) -> str:
        try:
            release(day, booking_id, day.start - timedelta(minutes=10))
        except Error as error:
            return error.code
        return "released"

    outcomes = list(eventlet.GreenPool().imap(withdraw, range(5)))
    assert sorted(outcomes) == ["released"] + ["wrong_state"] * 4
    assert kinds(day, day.volunteer) == ["late_release"]
