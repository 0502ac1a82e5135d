"""A request before somebody comes: reviewed, edited, replaced, cancelled, shown step by step."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import eventlet
import pytest

from services.identity.contract import PolicyAdopted, Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import CITY_AREA, Error, Forbidden, InvalidRequest
from services.kernel.policy import policy_at
from services.kernel.registry import handled_events
from services.ledger.contract import HoldReleased
from services.matching import contract
from services.matching.storage import find_request
from tests.integration.conftest import Running
from tests.integration.matching.conftest import DISTRICT, NOW, PLACE, STREET, Town, person
from tests.integration.matching.holds import ENDINGS, FINAL


DAY = timedelta(days=1)
AN_HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def town(running_throughout: Callable[..., Running]) -> Town:
    return Town(running_throughout("matching"))


@pytest.fixture
def day(request: pytest.FixtureRequest) -> Any:
    """A day of its own for each test, so that no bookings collide."""
    number = getattr(request.config, "_day_of_requests", 0) + 1
    setattr(request.config, "_day_of_requests", number)  # noqa: B010
    return NOW + number * DAY


def call(town: Town, operation: str, by: Caller, now: Any, **payload: Any) -> Any:
    return town.matching.call(operation, payload, by, now=now)


def reviewed_item(town: Town) -> str:
    code = f"ward-visit-{uuid.uuid4().hex[:8]}"
    rules = {"item_code": code, "category": "assistance", "district": DISTRICT}
    names = {"name_zh": "病房探视", "name_en": "A visit to the ward", "reason": "wanted"}
    officer = person(STREET, RoleIn(Role.DISTRICT_OFFICER, DISTRICT))
    call(town, "add_item", officer, NOW, **rules, **names, needs_review=True)
    return code


def in_review(town: Town, now: Any, by: Caller | None = None) -> str:
    wish = {"item_code": reviewed_item(town), "category": None, "start": now + 4 * AN_HOUR}
    request_id = town.submit(by=by, now=now, **wish)
    town.hold(request_id)
    town.matching.eventually(lambda: town.state(request_id) == "in_review")
    return request_id


def review(town: Town, request_id: str, by: Caller, now: Any, approved: bool = True) -> Any:
    facts = {"request_id": request_id, "approved": approved, "reason": "电话核实"}
    return call(town, "review_request", by, now, **facts)


def test_an_item_that_asks_for_it_is_reviewed_after_the_hold_and_then_opens(
    town: Town, day: Any
) -> None:
    request_id = in_review(town, day)
    with pytest.raises(contract.RequestNotOpen):
        town.accept(request_id, now=day)
    assert review(town, request_id, town.clerk, day)["state"] == "open"
    assert [e["request_id"] for e in town.matching.recorded(contract.RequestOpened)][-1:] == [
        request_id
    ]
    town.accept(request_id, now=day)
    with pytest.raises(contract.WrongState):
        review(town, request_id, town.clerk, day, approved=False)


def test_a_refused_review_says_why_and_lets_the_coins_go(town: Town, day: Any) -> None:
    request_id = in_review(town, day)
    refused = review(town, request_id, town.clerk, day, approved=False)
    assert (refused["state"], refused["refusal"]) == ("refused", "review")
    seen = call(town, "show_request", town.elder, day, request_id=request_id)
    assert seen["review_reason"] == "电话核实"
    event = town.matching.recorded(contract.RequestRefused)[-1]
    assert (event["request_id"], event["reason"]) == (request_id, "电话核实")
    told = call(town, "explain_request", town.elder, day, request_id=request_id)
    assert (told["why"], told["policy_version"]) == ("review", 1)
    assert "审核意见：电话核实" in [step["zh"] for step in told["steps"]]


def test_the_ledger_is_told_of_every_end_that_a_request_can_come_to(town: Town, day: Any) -> None:
    """Each final state, from where its coins are held; ``nothing_ends_in_silence`` compares."""
    start = day + 4 * AN_HOUR
    sweep: Callable[[Any], Any] = lambda now: town.matching.call(  # noqa: E731
        "sweep_due", {}, town.officer, key=None, now=now
    )
    ended = [in_review(town, day)]
    review(town, ended[0], town.clerk, day, approved=False)
    ended.append(town.opened(now=day, start=start))
    call(town, "cancel_request", town.elder, day, request_id=ended[1], reason="x")
    for by in (town.volunteer, town.other):
        ended.append(town.opened(now=day, start=start))
        booking_id = town.accept(ended[-1], by, now=day)["booking_id"]
    town.check("in", booking_id, start, town.other)
    town.check("out", booking_id, start + AN_HOUR, town.other)
    ended.append(town.opened(now=day, start=start))
    sweep(start + 3 * DAY)
    states = {town.state(request_id) for request_id in ended}
    assert states == set(map(str, FINAL))
    heard = {event for service, event in handled_events() if service == "ledger"}
    assert heard >= set(ENDINGS)


def test_nobody_reviews_what_they_asked_for(town: Town, day: Any) -> None:
    request_id = in_review(town, day, by=town.clerk)
    elder_at_the_desk = Caller(town.elder.person_id, town.clerk.roles)
    for partial in (town.clerk, elder_at_the_desk, town.clerk_elsewhere, town.officer):
        with pytest.raises(Forbidden):
            review(town, request_id, partial, day)
    # The only clerk of the street has submitted it: the district's officer looks at it.
    officer = person(STREET, RoleIn(Role.DISTRICT_OFFICER, DISTRICT))
    assert review(town, request_id, officer, day)["state"] == "open"


def test_the_queue_of_reviews_comes_oldest_first_page_by_page(town: Town, day: Any) -> None:
    waiting = [in_review(town, day + number * timedelta(minutes=1)) for number in range(3)]
    seen: list[str] = []
    cursor = None
    while True:
        ask = {"area": STREET, "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = call(town, "list_reviews", town.clerk, day, **ask)
        seen += [item["request_id"] for item in page["items"]]
        assert all(item["note"] is not None for item in page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [each for each in seen if each in waiting] == waiting
    assert len(set(seen)) == len(seen)
    with pytest.raises(Forbidden):
        call(town, "list_reviews", town.clerk, day, area=DISTRICT)


def test_a_review_that_nobody_makes_expires_with_the_start(town: Town, day: Any) -> None:
    request_id = in_review(town, day)
    town.matching.call("sweep_due", {}, town.officer, key=None, now=day + 5 * AN_HOUR)
    assert town.state(request_id) == "expired"
    told = [event["request_id"] for event in town.matching.recorded(contract.RequestExpired)]
    assert request_id in told


def test_two_reviewers_at_once_decide_once(town: Town, day: Any) -> None:
    request_id = in_review(town, day)
    other = person(STREET, RoleIn(Role.AGENCY_CLERK, STREET))

    def decide(by: Caller, approved: bool) -> str:
        try:
            return str(review(town, request_id, by, day, approved)["state"])
        except contract.WrongState:
            return "late"

    pair = [eventlet.spawn(decide, town.clerk, True), eventlet.spawn(decide, other, False)]
    outcomes = sorted(thread.wait() for thread in pair)
    assert outcomes in (["late", "open"], ["late", "refused"])


def test_an_edit_changes_what_nobody_has_accepted_and_counts_the_versions(
    town: Town, day: Any
) -> None:
    request_id = town.opened(now=day, start=day + 4 * AN_HOUR)
    later = (day + 5 * AN_HOUR).isoformat()
    edit = {"request_id": request_id, "version": 1, "starts_at": later, "minutes": 60}
    seen = call(town, "edit_request", town.elder, day, **edit, note="三楼", language="cantonese")
    assert (seen["state"], seen["version"], seen["minutes"]) == ("open", 2, 60)
    assert (seen["note"], seen["language"]) == ("三楼", "cantonese")
    refusals: list[tuple[dict[str, Any], type[Error]]] = [
        ({"version": 1, "note": "x"}, contract.VersionConflict),
        ({"version": 2, "minutes": 61}, contract.MoreThanHeld),
        ({"version": 2, "starts_at": day.isoformat()}, contract.InvalidWindow),
        ({"version": 2, "minutes": 14}, contract.InvalidWindow),
        ({"version": 2, "language": "klingon"}, InvalidRequest),
    ]
    for changes, error in refusals:
        with pytest.raises(error):
            call(town, "edit_request", town.elder, day, request_id=request_id, **changes)
    moved = {"latitude": 39.95, "longitude": 116.35, "address": "新街口1号", "phone": "13800000001"}
    seen = call(
        town, "edit_request", town.elder, day, request_id=request_id, version=2, place=moved
    )
    assert (seen["address"], seen["phone"], seen["latitude"]) == (
        moved["address"],
        moved["phone"],
        39.95,
    )
    town.accept(request_id, now=day)
    with pytest.raises(contract.WrongState):
        call(town, "edit_request", town.elder, day, request_id=request_id, version=3, note="x")


def test_of_two_edits_at_once_one_is_told_that_it_saw_an_old_version(town: Town, day: Any) -> None:
    request_id = town.opened(now=day, start=day + 4 * AN_HOUR)

    def edit(note: str) -> bool:
        facts = {"request_id": request_id, "version": 1, "note": note}
        try:
            call(town, "edit_request", town.elder, day, **facts)
        except contract.VersionConflict:
            return False
        return True

    threads = [eventlet.spawn(edit, note) for note in ("a", "b", "c")]
    assert sorted(thread.wait() for thread in threads) == [False, False, True]


def test_what_was_approved_is_reviewed_again_once_it_says_something_else(
    town: Town, day: Any
) -> None:
    request_id = in_review(town, day)
    review(town, request_id, town.clerk, day)
    edited = call(town, "edit_request", town.elder, day, request_id=request_id, version=1, note="x")
    assert edited["state"] == "in_review"
    assert review(town, request_id, town.clerk, day)["state"] == "open"


def test_a_replacement_asks_for_its_coins_once_the_old_ones_are_back(town: Town, day: Any) -> None:
    old = town.opened(now=day, start=day + 4 * AN_HOUR, minutes=60)
    wish = town.wish(start=day + 4 * AN_HOUR, minutes=120) | {"request_id": old, "version": 1}
    del wish["elder_id"]
    new = call(town, "replace_request", town.elder, day, **wish)
    assert (new["state"], new["replaces_id"]) == ("submitted", old)
    assert town.state(old) == "cancelled"

    def told() -> list[str]:
        return [e["request_id"] for e in town.matching.recorded(contract.RequestSubmitted)]

    assert new["request_id"] not in told()
    back = {"hold_id": uuid.uuid4(), "request_id": old, "elder_id": town.elder.person_id}
    event_id = uuid.uuid4()
    for _ in range(2):
        town.matching.publish(
            HoldReleased, event_id=event_id, **back, minutes=60, district=DISTRICT
        )
    town.matching.eventually(lambda: new["request_id"] in told())
    town.hold(new["request_id"])
    town.matching.eventually(lambda: town.state(new["request_id"]) == "open")
    assert told().count(new["request_id"]) == 1
    with pytest.raises(contract.WrongState):
        call(town, "replace_request", town.elder, day, **wish)


def test_cancelling_counts_only_when_a_volunteer_was_as_good_as_on_the_way(
    town: Town, day: Any
) -> None:
    late = day + 3 * AN_HOUR
    unbooked = town.opened(now=day, start=day + 4 * AN_HOUR)
    early = town.opened(now=day, start=day + 4 * AN_HOUR)
    town.accept(early, now=day)
    booked = town.opened(now=day, start=day + 4 * AN_HOUR)
    town.accept(booked, town.other, now=day)
    for request_id, now in ((unbooked, late), (early, day), (booked, late)):
        call(town, "cancel_request", town.elder, now, request_id=request_id, reason="女儿来了")
    told = {
        event["request_id"]: event["late"]
        for event in town.matching.recorded(contract.RequestCancelled)
    }
    assert (told[unbooked], told[early], told[booked]) == (False, False, True)


def test_the_place_is_shown_step_by_step(town: Town, day: Any) -> None:
    start = day + 8 * AN_HOUR
    place = PLACE | {"address": "建国门外大街1号", "phone": "13800000009"}
    request_id = town.opened(now=day, start=start, place=place, note="门铃坏了，请打电话")

    def seen(by: Caller, now: Any = day) -> tuple[Any, ...]:
        shown = call(town, "show_request", by, now, request_id=request_id)
        names = ("address_step", "address", "note", "phone")
        return tuple(shown[name] for name in names)

    nothing = ("area", None, None, None)
    whole = ("door", place["address"], "门铃坏了，请打电话", place["phone"])
    without_phone = ("place", *whole[1:3], None)
    assert seen(town.volunteer) == seen(town.officer) == nothing
    assert seen(town.elder) == seen(town.clerk) == whole
    around = PLACE | {"radius_metres": 5000}
    found = town.matching.call("list_nearby_requests", around, town.other, now=day)["items"]
    assert [item["note"] for item in found if item["request_id"] == request_id] == [None]
    town.accept(request_id, now=day)
    assert seen(town.volunteer) == without_phone
    assert seen(town.volunteer, start - 4 * AN_HOUR) == whole
    assert seen(town.volunteer, start + 9 * AN_HOUR) == without_phone
    mine = {"volunteer_id": str(town.volunteer.person_id)}
    listed = town.matching.call("list_requests", mine, town.volunteer, now=day)["items"]
    assert [item["address_step"] for item in listed if item["request_id"] == request_id] == [
        "place"
    ]
    with town.matching.session() as session:
        kept = find_request(session, uuid.UUID(request_id))
        assert kept is not None
        assert kept.phone is not None
        assert place["phone"] not in kept.phone


def test_what_the_policy_puts_before_a_reviewer_changes_with_the_policy(
    town: Town, day: Any, policy_values: dict[str, Any]
) -> None:
    rules = policy_values["request"] | {"review": [{"when": "first_request"}]}
    facts = {
        "version": 2,
        "effective_from": NOW - 2 * DAY,
        "values": policy_values | {"request": rules},
    }
    town.matching.publish(PolicyAdopted, **facts, district=CITY_AREA)

    def is_adopted() -> bool:
        with town.matching.session() as session:
            return policy_at(session, day).version == 2

    town.matching.eventually(is_adopted)
    newcomer = person()
    town.verify(newcomer, date(1948, 3, 1))

    def settled() -> tuple[str, str]:
        wish = {"elder_id": str(newcomer.person_id), "start": day + 4 * AN_HOUR}
        request_id = town.submit(by=newcomer, now=day, **wish)
        town.hold(request_id)
        ask = {"request_id": request_id, "wait_seconds": 10}
        return request_id, str(call(town, "show_request", newcomer, day, **ask)["state"])

    first, state = settled()
    assert state == "in_review"
    review(town, first, town.clerk, day)
    assert settled()[1] == "open"
