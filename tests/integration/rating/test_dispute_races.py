"""Whoever disputes, decides, withdraws or is late at the same moment: one of them happens."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.kernel.contract import Error
from services.rating.contract import DisputeDecided
from tests.integration.conftest import Running
from tests.integration.rating.conftest import SOON
from tests.integration.rating.disputing import DAY, Disputing
from tests.integration.rating.test_disputes import is_of, minutes_of


@pytest.fixture(scope="module")
def disputing(running_throughout: Callable[..., Running]) -> Disputing:
    return Disputing(running_throughout("rating"))


def outcomes(*acts: Callable[[], Any]) -> Counter[str]:
    """All of them at once; how each ended."""

    def attempt(act: Callable[[], Any]) -> str:
        try:
            act()
        except Error as error:
            return error.code
        return "done"

    threads = [eventlet.spawn(attempt, act) for act in acts]
    return Counter(thread.wait() for thread in threads)


def test_a_visit_that_both_dispute_at_once_is_disputed_once(disputing: Disputing) -> None:
    visit = disputing.visited()
    both = (visit.elder, visit.volunteer, visit.elder, disputing.clerk)
    ended = outcomes(*(partial(disputing.open, visit, by, claim="other") for by in both))
    assert ended == {"done": 1, "already_disputed": 3}
    # The same wish, sent again with its key, is the same dispute.
    other, key = disputing.visited(), str(uuid4())
    first, again = (disputing.open(other, key=key) for _ in range(2))
    assert first == again


@pytest.mark.parametrize("turn", range(3))
def test_of_deciding_handing_up_and_withdrawing_at_once_what_comes_first_holds(
    disputing: Disputing, turn: int
) -> None:
    visit = disputing.visited()
    dispute = disputing.reviewed(visit)
    acts: list[Callable[[], Any]] = [
        lambda: disputing.decide(dispute, disputing.clerk, "reverse"),
        lambda: disputing.act("hand_up", dispute, disputing.clerk, reason="请区里定"),
        lambda: disputing.act("withdraw", dispute, visit.elder),
        lambda: disputing.say(dispute, visit.volunteer, "我来了一小时"),
    ]
    outcomes(*acts[turn:], *acts[:turn])
    shown = disputing.show(dispute)
    told = [each for each in disputing.recorded(DisputeDecided) if is_of(each, dispute)]
    closed = disputing.closed(dispute)
    steps = Counter(step["act"] for step in shown["steps"])
    assert (len(told), len(closed)) == (steps["decide"], steps["withdraw"])
    assert len(told) + len(closed) <= 1
    assert shown["state"] in ("decided", "withdrawing", "under_review")


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1)], ids=["in time", "late"])
def test_an_appeal_at_the_deadline_and_the_timer_never_both_happen(
    disputing: Disputing, late: timedelta
) -> None:
    visit = disputing.visited()
    dispute = disputing.reviewed(visit)
    disputing.decide(dispute, disputing.clerk, "reverse")
    at = SOON + 7 * DAY + late
    ended = outcomes(
        lambda: disputing.act("appeal", dispute, visit.volunteer, at, words="不同意"),
        lambda: disputing.sweep(at),
        lambda: disputing.sweep(at),
    )
    disputing.sweep(at)
    shown, closed = disputing.show(dispute), disputing.closed(dispute)
    if late:
        assert ended["appeal_closed"] == 1
        assert (shown["state"], len(closed)) == ("settling", 1)
    else:
        assert (shown["state"], closed) == ("appealed", [])


def test_what_the_ledger_tells_twice_counts_once(disputing: Disputing) -> None:
    visit = disputing.visited()
    dispute, event_id = disputing.open(visit), uuid4()
    for _ in range(2):
        disputing.tell_frozen(dispute, 30, event_id)
    disputing.tell_frozen(dispute, 60)
    disputing.until(dispute, "under_review")
    disputing.decide(dispute, disputing.clerk, "reverse")
    disputing.sweep(SOON + 8 * DAY)
    assert disputing.closed(dispute)[0]["returned_minutes"] == 30
    for _ in range(2):
        disputing.tell_settled(dispute, returned=30)
    settled = disputing.until(dispute, "settled")
    assert settled["frozen_minutes"] == 30
    disputing.tell_settled(dispute, returned=30)
    other = disputing.reviewed()
    assert disputing.show(other)["state"] == "under_review"
    assert minutes_of(disputing, visit.volunteer) == 30


def test_the_service_itself_changes_nothing_that_was_said_or_decided(
    disputing: Disputing,
) -> None:
    dispute = disputing.reviewed()
    disputing.say(dispute, disputing.clerk, "我去看过")
    for table in ("dispute_evidence", "dispute_decisions", "dispute_steps"):
        with pytest.raises(DBAPIError, match="permission denied"), disputing.session() as session:
            session.execute(text(f"update {table} set dispute_id = dispute_id"))
    with pytest.raises(DBAPIError, match="disputes_returned"), disputing.session() as session:
        more = "update disputes set returned_minutes = 61 where dispute_id = :dispute_id"
        session.execute(text(more), {"dispute_id": dispute["dispute_id"]})


def test_officers_see_numbers_and_no_small_ones(disputing: Disputing) -> None:
    def shown(caller: Any = None) -> dict[str, Any]:
        days = {"from_date": "2026-06-01", "until_date": "2026-06-01"}
        asked = {"area": "110000", **days}
        caller = caller or disputing.city
        found: dict[str, Any] = disputing.call("show_dispute_statistics", asked, caller, key=None)
        return found

    for _ in range(5):
        disputing.decide(disputing.reviewed(), disputing.clerk)
    [counts] = shown()["districts"]
    assert counts["district"] == "110105"
    assert counts["opened"] >= 5
    assert counts["days_to_decide"] == 0
    kinds = ("by_claim", "by_outcome", "by_level")
    shown_ones = [each for kind in kinds for each in counts[kind].values() if each]
    assert all(each >= 5 for each in shown_ones)
