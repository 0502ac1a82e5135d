"""Many at once, and news from other services that comes late, twice or out of order."""

import uuid
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import eventlet
import pytest
from sqlalchemy import func, select

from services.identity.contract import (
    LapseReason,
    PersonVerified,
    PolicyAdopted,
    VerificationLapsed,
)
from services.kernel.caller import Caller
from services.kernel.contract import Error, IdempotencyConflict
from services.kernel.policy import save_policy
from services.kernel.tables import inbox
from services.matching import contract
from services.matching.storage import ExceptionRow, find_person
from tests.integration.matching.conftest import DISTRICT, NOW, PLACE, START, STREET, Town


def at_once(*calls: Any) -> list[str]:
    """What each call ended with when all began together: an error's code, or "done"."""

    def outcome(call: Any) -> str:
        try:
            call()
        except Error as error:
            return error.code
        return "done"

    return sorted(eventlet.GreenPool(len(calls)).imap(outcome, calls))


def test_one_volunteer_accepting_two_overlapping_requests_at_once_gets_one(town: Town) -> None:
    first, second = town.opened(), town.opened(start=START + timedelta(hours=1))
    outcomes = at_once(lambda: town.accept(first), lambda: town.accept(second))
    assert outcomes == ["done", "overlapping_booking"]
    assert sorted([town.state(first), town.state(second)]) == ["accepted", "open"]


def test_checking_in_or_out_many_times_at_once_counts_once(town: Town) -> None:
    _, booking_id = town.accepted()
    into = at_once(*[lambda: town.check("in", booking_id, START)] * 8)
    assert into == ["already_checked_in"] * 7 + ["done"]
    out_at = START + timedelta(minutes=95)
    out = at_once(*[lambda: town.check("out", booking_id, out_at)] * 8)
    assert out == ["done"] + ["wrong_state"] * 7
    assert len(town.matching.recorded(contract.VisitStarted)) == 1
    assert len(town.matching.recorded(contract.VisitCompleted)) == 1


def test_cancelling_while_somebody_accepts_leaves_one_story(town: Town) -> None:
    request_id = town.opened()
    cancel = {"request_id": request_id, "reason": "女儿来了"}
    outcomes = at_once(
        lambda: town.accept(request_id),
        lambda: town.matching.call("cancel_request", cancel, town.elder, now=NOW),
    )
    assert outcomes in (["done", "done"], ["done", "request_not_open"])
    assert town.state(request_id) == "cancelled"
    assert len(town.matching.recorded(contract.RequestCancelled)) == 1


def test_sweeping_from_many_sides_at_once_settles_each_request_once(town: Town) -> None:
    requests = [town.opened(start=START + timedelta(hours=3 * n)) for n in range(4)]
    for request_id in requests[:2]:
        town.accept(request_id)
    later = START + timedelta(days=2)
    swept: list[dict[str, int]] = []

    def sweep() -> None:
        swept.append(town.matching.call("sweep_due", {}, town.officer, key=None, now=later))

    assert at_once(*[sweep] * 6) == ["done"] * 6
    assert sum(each["expired"] for each in swept) == 2
    assert sum(each["no_shows"] for each in swept) == 2
    assert len(town.matching.recorded(contract.RequestExpired)) == 2
    assert len(town.matching.recorded(contract.VisitNoShow)) == 2


def test_the_same_key_gives_the_same_request_and_another_body_is_a_conflict(town: Town) -> None:
    submit = ("submit_request", town.wish(), town.elder, "key-of-one-tap", NOW)
    assert town.matching.call(*submit) == town.matching.call(*submit)
    assert len(town.matching.recorded(contract.RequestSubmitted)) == 1
    with pytest.raises(IdempotencyConflict):
        other = town.wish(minutes=60)
        town.matching.call("submit_request", other, town.elder, "key-of-one-tap", NOW)


def test_a_request_whose_coins_never_came_expires_at_its_start(town: Town) -> None:
    request_id = town.submit()
    swept = town.matching.call("sweep_due", {}, town.officer, key=None, now=START)
    assert swept == {"expired": 1, "no_shows": 0, "excepted": 0}
    assert town.matching.recorded(contract.RequestExpired)[0]["request_id"] == request_id
    town.hold(request_id)
    town.refuse(request_id)
    other = town.opened(start=START + timedelta(days=1))
    assert (town.state(other), town.state(request_id)) == ("open", "expired")
    assert len(town.matching.recorded(contract.RequestOpened)) == 1


def test_what_is_said_of_a_person_is_forgotten_when_it_is_older(town: Town) -> None:
    who = uuid.uuid4()

    def tell(street: str, sequence: int) -> None:
        town.matching.sequence = sequence - 1
        town.matching.publish(
            PersonVerified,
            person_id=who,
            name="李四",
            birth_date=date(1950, 1, 1),
            district=street[:6],
            street=street,
            home=PLACE,
            willing_and_healthy=True,
            guardian_id=None,
            verified_by=None,
        )

    def street() -> str | None:
        with town.matching.session() as session:
            person = find_person(session, who)
            return person and person.street

    def handled() -> int:
        with town.matching.session() as session:
            query = select(func.count()).where(inbox.c.handler == "keep_person")
            return session.scalar(query) or 0

    before = handled()
    for number, (told, sequence, known) in enumerate(
        [
            ("110105003", 900, "110105003"),
            (STREET, 899, "110105003"),
            ("110105004", 901, "110105004"),
            (STREET, 1, "110105004"),
        ],
        start=1,
    ):
        tell(told, sequence)
        town.matching.eventually(lambda expected=before + number: handled() == expected)
        assert street() == known


def test_a_visit_is_credited_by_the_rules_of_its_check_in_whatever_is_adopted_since(
    town: Town, policy_values: dict[str, Any]
) -> None:
    _, booking_id = town.accepted()
    town.check("in", booking_id, START)
    values = deepcopy(policy_values)
    values["credit"]["most_minutes_a_visit"] = 30
    values["request"]["smallest_minutes"] = 60
    # In force since long before the check-in, but not known to anybody then.
    since = datetime(2023, 1, 1, tzinfo=UTC)
    town.matching.publish(
        PolicyAdopted, version=2, effective_from=since, values=values, district="110000"
    )
    refused = town.wish(minutes=59, start=START + timedelta(days=1))

    def adopted() -> bool:
        try:
            town.matching.call("submit_request", refused, town.elder, now=NOW)
        except contract.InvalidWindow:
            return True
        return False

    town.matching.eventually(adopted)
    ended = town.check("out", booking_id, START + timedelta(minutes=95))
    assert (ended["minutes"], ended["policy_version"]) == (95, 1)
    _, second = town.accepted(start=START + timedelta(days=2))
    town.check("in", second, START + timedelta(days=2))
    ended = town.check("out", second, START + timedelta(days=2, minutes=95))
    assert (ended["minutes"], ended["policy_version"]) == (30, 2)


def test_a_late_check_out_is_kept_for_the_clerk_to_see(town: Town) -> None:
    _, booking_id = town.accepted()
    town.check("in", booking_id, START)
    left_at = START + timedelta(hours=4, minutes=1)
    visit = town.check("out", booking_id, left_at)
    assert (visit["state"], datetime.fromisoformat(visit["ended_at"])) == ("excepted", left_at)
    assert visit["minutes"] is None
    decision = {"visit_id": visit["visit_id"], "minutes": 90, "reason": "电话核实"}
    decided = town.matching.call("decide_exception", decision, town.clerk)
    assert (decided["minutes"], datetime.fromisoformat(decided["ended_at"])) == (90, left_at)
    with town.matching.session() as session:
        row = session.get(ExceptionRow, uuid.UUID(visit["visit_id"]))
        assert row is not None
        assert (row.decided_by, row.decision_reason) == (town.clerk.person_id, "电话核实")


def test_an_hour_before_midnight_in_beijing_belongs_to_that_day(
    town: Town, policy_values: dict[str, Any]
) -> None:
    """A visit begun at 23:30 counts to its own day, although it ends on the next."""
    values = deepcopy(policy_values)
    values["integrity"] |= {"usual_from_hour": 0, "usual_until_hour": 24}
    with town.matching.session() as session:
        save_policy(session, 2, datetime(2023, 1, 1, tzinfo=UTC), values)
    midnight = datetime(2026, 11, 26, 16, 0, tzinfo=UTC)
    credited = []
    for start in (midnight - timedelta(minutes=10 * 60), midnight - timedelta(minutes=270)):
        window = {"ends_at": (start + timedelta(hours=4)).isoformat(), "minutes": 240}
        _, booking_id = town.accepted(start=start, **window)
        town.check("in", booking_id, start)
        credited.append(town.check("out", booking_id, start + timedelta(hours=4))["minutes"])
    for start in (midnight - timedelta(minutes=30), midnight + timedelta(hours=2)):
        _, booking_id = town.accepted(start=start)
        town.check("in", booking_id, start)
        credited.append(town.check("out", booking_id, start + timedelta(minutes=90))["minutes"])
    assert credited == [240, 240, 0, 90]


def test_waiting_for_a_request_ends_as_soon_as_its_coins_are_held(town: Town) -> None:
    request_id = town.submit()
    waiting = eventlet.spawn(
        town.matching.call,
        "show_request",
        {"request_id": request_id, "wait_seconds": 10},
        town.elder,
    )
    town.hold(request_id)
    with eventlet.Timeout(5):
        assert waiting.wait()["state"] == "open"


def test_a_request_is_told_of_under_the_district_of_its_elder(town: Town) -> None:
    request_id = town.submit()
    told = town.matching.recorded(contract.RequestSubmitted)[0]
    assert (told["request_id"], told["district"], told["street"]) == (request_id, DISTRICT, STREET)


def test_after_a_lapse_one_neither_asks_nor_books_but_keeps_what_is_booked_until_verified_again(
    town: Town,
) -> None:
    booked = town.accepted()
    open_request = town.opened(start=START + timedelta(days=1))

    def lapse(who: Caller, sequence: int) -> None:
        town.matching.sequence = sequence - 1
        town.matching.publish(
            VerificationLapsed,
            person_id=who.person_id,
            district=DISTRICT,
            reason=LapseReason.NAME_CHANGED,
        )

    def stands(who: Caller, expected: bool) -> bool:
        with town.matching.session() as session:
            person = find_person(session, who.person_id)
            return person is not None and person.verified is expected

    for who in (town.elder, town.volunteer):
        lapse(who, 500)
        town.matching.eventually(lambda who=who: stands(who, False))
    with pytest.raises(contract.PersonNotVerified):
        town.submit()
    with pytest.raises(contract.PersonNotVerified):
        town.matching.call("accept_request", {"request_id": open_request}, town.volunteer, now=NOW)
    assert town.check("in", booked[1], START)["state"] == "underway"

    town.matching.sequence = 600
    town.verify(town.elder, date(1950, 3, 1))
    town.matching.eventually(lambda: stands(town.elder, True))
    lapse(town.elder, 550)
    town.matching.sequence = 700
    town.verify(town.volunteer, date(1990, 3, 1))
    town.matching.eventually(lambda: stands(town.volunteer, True))

    def lapses_handled() -> int:
        with town.matching.session() as session:
            query = select(func.count()).where(inbox.c.handler == "wait_for_recheck")
            return session.scalar(query) or 0

    town.matching.eventually(lambda: lapses_handled() == 3)
    assert stands(town.elder, True)
    assert town.submit()
