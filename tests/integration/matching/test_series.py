"""Weekly series on the real stack: made ahead, each once; skipped, revised, paused, ended."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import eventlet
import pytest

from services.identity.contract import ClosingReason, PersonClosed
from services.kernel.caller import Caller
from services.kernel.contract import Forbidden
from services.ledger.contract import HoldReleased
from services.matching import contract
from tests.integration.conftest import Running
from tests.integration.matching.conftest import DISTRICT, NOW, PLACE, Town, person


# NOW is Wednesday morning in Beijing; the series falls on Fridays at nine.
TODAY = date(2026, 11, 25)
FRIDAY = date(2026, 11, 27)
A_WEEK = timedelta(weeks=1)
A_DAY = timedelta(days=1)
ADDRESS = "建国门外大街1号"


@pytest.fixture(scope="module")
def town(running_throughout: Callable[..., Running]) -> Town:
    return Town(running_throughout("matching"))


@pytest.fixture
def elder(town: Town) -> Caller:
    """Somebody new for each test, with nothing asked for yet."""
    made = person()
    town.verify(made, date(1948, 3, 1))
    return made


def call(town: Town, operation: str, by: Caller, now: Any = NOW, **payload: Any) -> Any:
    return town.matching.call(operation, payload, by, now=now)


def wish(elder: Caller, **changes: Any) -> dict[str, Any]:
    return {
        "elder_id": str(elder.person_id),
        "weekday": 5,
        "time_of_day": "09:00",
        "window_minutes": 120,
        "minutes": 60,
        "first_on": TODAY.isoformat(),
        "last_on": (TODAY + 10 * A_WEEK).isoformat(),
        "item_code": "walk",
        "place": PLACE | {"address": ADDRESS, "phone": "13800000002"},
        "note": "三楼",
    } | changes


def submitted(town: Town, elder: Caller, **changes: Any) -> str:
    return str(call(town, "submit_series", elder, **wish(elder, **changes))["series_id"])


def days_of(series: Any, *states: str) -> list[str]:
    """The days of an answer, soonest first, in any of the states."""
    shown = [each for each in series["occurrences"] if not states or each["state"] in states]
    return sorted(each["occurs_on"] for each in shown)


def show(town: Town, series_id: str, elder: Caller) -> Any:
    return call(town, "show_series", elder, series_id=series_id)


def opened(town: Town, elder: Caller, series_id: str) -> list[str]:
    """The requests of a series once the coins of all are held, soonest first."""
    made = sorted(show(town, series_id, elder)["occurrences"], key=lambda each: each["occurs_on"])
    made = [each["request_id"] for each in made if each["state"] == "submitted"]
    for request_id in made:
        town.hold(request_id)
    for request_id in made:
        ask = {"request_id": request_id, "wait_seconds": 10}
        assert call(town, "show_request", elder, **ask)["state"] == "open"
    return made


def told(town: Town, event: Any, **facts: str) -> list[dict[str, Any]]:
    return [
        each
        for each in town.matching.recorded(event)
        if all(each[name] == value for name, value in facts.items())
    ]


def test_a_series_makes_its_requests_two_weeks_ahead_each_once(town: Town, elder: Caller) -> None:
    series_id = submitted(town, elder)
    series = show(town, series_id, elder)
    assert days_of(series) == [FRIDAY.isoformat(), (FRIDAY + A_WEEK).isoformat()]
    first = call(town, "show_request", elder, request_id=series["occurrences"][-1]["request_id"])
    assert first["starts_at"] == "2026-11-27T01:00:00+00:00"
    assert first["ends_at"] == "2026-11-27T03:00:00+00:00"
    assert (first["minutes"], first["item_code"], first["address"]) == (60, "walk", ADDRESS)
    assert (first["phone"], first["note"], first["occurs_on"]) == (
        "13800000002",
        "三楼",
        FRIDAY.isoformat(),
    )
    threads = [
        eventlet.spawn(call, town, "make_occurrences", town.officer, NOW + A_WEEK) for _ in range(4)
    ]
    for thread in threads:
        thread.wait()
    assert len(days_of(show(town, series_id, elder))) == 3
    asked = told(town, contract.RequestSubmitted, series_id=series_id)
    assert len(asked) == len({each["request_id"] for each in asked}) == 3


def test_a_service_that_was_away_makes_what_is_still_to_come_and_nothing_past(
    town: Town, elder: Caller
) -> None:
    series_id = submitted(town, elder)
    call(town, "make_occurrences", town.officer, NOW + 5 * A_WEEK)
    days = days_of(show(town, series_id, elder))
    assert days[2:] == [(FRIDAY + number * A_WEEK).isoformat() for number in (5, 6)]


def test_a_day_is_skipped_before_it_is_made_or_cancelled_after(town: Town, elder: Caller) -> None:
    series_id = submitted(town, elder)
    made = opened(town, elder, series_id)
    town.accept(made[0])
    for week in (0, 2):
        day = (FRIDAY + week * A_WEEK).isoformat()
        facts = {"series_id": series_id, "occurs_on": day, "reason": "女儿来了"}
        call(town, "skip_occurrence", elder, **facts)
    call(town, "make_occurrences", town.officer, NOW + 2 * A_WEEK)
    series = show(town, series_id, elder)
    assert days_of(series, "cancelled") == [FRIDAY.isoformat()]
    assert days_of(series, "skipped") == [(FRIDAY + 2 * A_WEEK).isoformat()]
    assert (FRIDAY + 3 * A_WEEK).isoformat() in days_of(series, "submitted")
    (cancelled,) = told(town, contract.RequestCancelled, request_id=made[0])
    assert cancelled["late"] is False
    with pytest.raises(contract.NotAnOccurrence):
        facts = {"series_id": series_id, "occurs_on": TODAY.isoformat(), "reason": "x"}
        call(town, "skip_occurrence", elder, **facts)


def test_a_series_pauses_after_three_refusals_in_a_row_and_goes_on_when_resumed(
    town: Town, elder: Caller
) -> None:
    series_id = submitted(town, elder)
    call(town, "make_occurrences", town.officer, NOW + 2 * A_WEEK)

    def settle(index: int, how: Callable[[str], None], state: str) -> None:
        occurrences = show(town, series_id, elder)["occurrences"]
        request_id = sorted(occurrences, key=lambda each: each["occurs_on"])[index]["request_id"]
        how(request_id)
        ask = {"request_id": request_id, "wait_seconds": 10}
        assert call(town, "show_request", elder, **ask)["state"] == state

    settle(0, town.refuse, "refused")
    settle(1, town.hold, "open")
    settle(2, town.refuse, "refused")
    settle(3, town.refuse, "refused")
    assert show(town, series_id, elder)["state"] == "active"
    call(town, "make_occurrences", town.officer, NOW + 3 * A_WEEK)
    settle(4, town.refuse, "refused")
    paused = show(town, series_id, elder)
    assert (paused["state"], paused["pause_reason"]) == ("paused", "coins_refused")
    assert len(told(town, contract.SeriesPaused, series_id=series_id)) == 1
    call(town, "make_occurrences", town.officer, NOW + 5 * A_WEEK)
    assert len(show(town, series_id, elder)["occurrences"]) == 5
    resumed = call(town, "resume_series", elder, NOW + 5 * A_WEEK, series_id=series_id)
    assert (resumed["state"], len(resumed["occurrences"])) == ("active", 7)
    with pytest.raises(contract.WrongState):
        call(town, "resume_series", elder, series_id=series_id)


def test_a_revision_from_a_day_on_leaves_alone_what_somebody_has_accepted(
    town: Town, elder: Caller
) -> None:
    series_id = submitted(town, elder)
    call(town, "make_occurrences", town.officer, NOW + A_WEEK)
    made = opened(town, elder, series_id)
    town.accept(made[1])
    change = wish(elder, weekday=4, minutes=120) | {"series_id": series_id, "version": 1}
    del change["elder_id"], change["first_on"]
    change["from_on"] = (TODAY + 4 * A_DAY).isoformat()
    new = call(town, "revise_series", elder, NOW + A_DAY, **change)
    old = show(town, series_id, elder)
    assert (old["state"], new["continues_id"]) == ("ended", series_id)
    assert days_of(old, "open") == [FRIDAY.isoformat()]
    assert days_of(old, "accepted") == [(FRIDAY + A_WEEK).isoformat()]
    assert days_of(old, "cancelled") == [(FRIDAY + 2 * A_WEEK).isoformat()]
    # Thursdays now: not in the week in which somebody comes on Friday.
    assert days_of(new, "skipped") == [(FRIDAY + A_WEEK - A_DAY).isoformat()]
    assert days_of(new, "submitted") == [(FRIDAY + 2 * A_WEEK - A_DAY).isoformat()]
    # The coins of the cancelled Friday come back before those of the Thursday are asked for.
    thursday = next(each for each in new["occurrences"] if each["state"] == "submitted")
    asked = {"request_id": thursday["request_id"]}
    assert told(town, contract.RequestSubmitted, **asked) == []
    back = {"hold_id": uuid.uuid4(), "request_id": made[2], "elder_id": elder.person_id}
    town.matching.publish(HoldReleased, **back, minutes=60, district=DISTRICT)
    town.matching.eventually(lambda: told(town, contract.RequestSubmitted, **asked))
    with pytest.raises(contract.WrongState):
        call(town, "revise_series", elder, NOW + A_DAY, **change)


def test_ending_a_series_cancels_what_nobody_has_accepted_after_the_day(
    town: Town, elder: Caller
) -> None:
    series_id = submitted(town, elder)
    facts = {"series_id": series_id, "reason": "搬去女儿家"}
    for wrong in (TODAY - 2 * A_DAY, TODAY + 11 * A_WEEK):
        with pytest.raises(contract.InvalidSeries):
            call(town, "end_series", elder, **facts, last_on=wrong.isoformat())
    ended = call(town, "end_series", elder, **facts, last_on=FRIDAY.isoformat())
    assert ended["state"] == "ended"
    assert days_of(ended, "submitted") == [FRIDAY.isoformat()]
    assert days_of(ended, "cancelled") == [(FRIDAY + A_WEEK).isoformat()]
    (event,) = told(town, contract.SeriesEnded, series_id=series_id)
    assert event["last_on"] == FRIDAY.isoformat()
    call(town, "make_occurrences", town.officer, NOW + 3 * A_WEEK)
    assert len(show(town, series_id, elder)["occurrences"]) == 2


def test_a_series_ends_by_itself_when_its_last_day_is_over(town: Town, elder: Caller) -> None:
    series_id = submitted(town, elder, last_on=(FRIDAY + A_WEEK).isoformat())
    call(town, "make_occurrences", town.officer, NOW + A_WEEK)
    assert show(town, series_id, elder)["state"] == "active"
    call(town, "make_occurrences", town.officer, NOW + 3 * A_WEEK)
    assert show(town, series_id, elder)["state"] == "ended"


def test_a_series_whose_item_is_retired_pauses(town: Town, elder: Caller) -> None:
    code = f"walk-{uuid.uuid4().hex[:8]}"
    names = {"item_code": code, "name_zh": "散步", "name_en": "A walk", "reason": "x"}
    rules = names | {"category": "accompanying", "district": "110000"}
    call(town, "add_item", town.officer, **rules)
    series_id = submitted(town, elder, item_code=code)
    call(town, "retire_item", town.officer, item_code=code, version=1, reason="nobody asks")
    call(town, "make_occurrences", town.officer, NOW + A_WEEK)
    paused = show(town, series_id, elder)
    assert (paused["state"], paused["pause_reason"]) == ("paused", "item_not_offered")


def test_series_are_the_elders_sides_and_their_agencys(town: Town, elder: Caller) -> None:
    by_clerk = call(town, "submit_series", town.clerk, **wish(elder))
    assert by_clerk["submitted_by"] == str(town.clerk.person_id)
    listed = call(town, "list_series", elder, elder_id=str(elder.person_id))["items"]
    assert [each["series_id"] for each in listed] == [by_clerk["series_id"]]
    for stranger in (town.volunteer, town.clerk_elsewhere, town.officer):
        with pytest.raises(Forbidden):
            call(town, "submit_series", stranger, **wish(elder))
        with pytest.raises(Forbidden):
            show(town, by_clerk["series_id"], stranger)


def test_the_series_of_somebody_who_has_died_end_and_ask_for_nothing_more(
    town: Town, elder: Caller
) -> None:
    series_id = submitted(town, elder)
    town.matching.publish(
        PersonClosed,
        person_id=elder.person_id,
        reason=ClosingReason.DEATH,
        closed_on=TODAY,
        closed_by=town.clerk.person_id,
        was_verified=True,
        district=DISTRICT,
    )
    town.matching.eventually(lambda: told(town, contract.SeriesEnded, series_id=series_id))
    made = call(town, "make_occurrences", town.officer, datetime.fromisoformat("2027-01-05T01:00Z"))
    assert made["made"] >= 0
    series = show(town, series_id, town.clerk)
    assert days_of(series, "submitted") == []
    assert series["note"] == ""
