"""Whoever asks why a request was refused, or ended without a visit, is told by which rule."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.kernel.contract import Forbidden, NotFound
from services.ledger.contract import HoldRefused
from tests.integration.conftest import Running
from tests.integration.matching.conftest import DISTRICT, NOW, PLACE, START, Town, person


@pytest.fixture(scope="module")
def here(running_throughout: Callable[..., Running]) -> Town:
    return Town(running_throughout("matching"))


def why(town: Town, request_id: str, by: Any = None) -> dict[str, Any]:
    asked = town.matching.call(
        "explain_request", {"request_id": request_id}, by or town.elder, key=None
    )
    return dict(asked)


def said(told: dict[str, Any]) -> list[str]:
    return [step["en"] for step in told["steps"]]


def refuse(town: Town, request_id: str, **facts: Any) -> None:
    named = {"request_id": request_id, "elder_id": town.elder.person_id, "district": DISTRICT}
    town.matching.publish(HoldRefused, **named, **facts)
    town.matching.eventually(lambda: town.state(request_id) == "refused")


def test_a_refusal_by_the_ledger_is_told_with_its_values_and_version(here: Town) -> None:
    request_id = here.submit()
    told = why(here, request_id)
    assert (told["state"], told["why"], told["policy_version"]) == ("submitted", None, 1)
    refuse(
        here,
        request_id,
        reason="redeemed_from_elder_age",
        needed_minutes=120,
        spendable_minutes=30,
        policy_version=1,
        redeem_from_age=60,
    )
    told = why(here, request_id)
    assert (told["state"], told["why"]) == ("refused", "redeemed_from_elder_age")
    assert told["policy_version"] == 1
    assert told["zh"] == "自己服务挣得的时间币，要到规定的年龄才能兑换，申请没有通过。"
    rules = {step["rule"]: step for step in told["steps"]}
    assert rules["elder.redeem_from_age"]["zh"] == "满60岁可以兑换"
    assert rules["elder.redeem_from_age"]["values"] == {"redeem_from_age": 60}
    assert {"120 minutes were needed", "30 minutes could be used"} <= set(said(told))
    shown = here.matching.call("show_request", {"request_id": request_id}, here.elder, key=None)
    assert shown["refusal_values"]["spendable_minutes"] == 30
    assert shown["refusal_policy_version"] == 1


def test_an_older_ledger_that_told_no_version_is_explained_all_the_same(here: Town) -> None:
    request_id = here.submit()
    here.refuse(request_id)
    here.matching.eventually(lambda: here.state(request_id) == "refused")
    told = why(here, request_id)
    assert (told["why"], told["policy_version"]) == ("insufficient_coins", None)
    assert "120 minutes were needed" in said(told)


def test_a_request_that_nobody_took_is_told_to_have_expired(here: Town) -> None:
    request_id = here.opened()
    assert why(here, request_id)["en"] == "The coins are held, and volunteers may take it."
    here.matching.call("sweep_due", {}, here.officer, key=None, now=START)
    told = why(here, request_id)
    assert (told["state"], told["why"], told["policy_version"]) == ("expired", "expired_open", 1)
    assert told["zh"].startswith("到了开始时间没有志愿者接下")
    assert "it was to start at 2026-11-25 13:00" in said(told)


def test_a_cancellation_says_whether_it_was_in_time_and_by_which_rule(here: Town) -> None:
    early, late = here.opened(), here.opened(start=START + timedelta(days=1))
    here.accept(late)
    for request_id, now in ((early, NOW), (late, START + timedelta(days=1, hours=-1))):
        payload = {"request_id": request_id, "reason": "a fever"}
        here.matching.call("cancel_request", payload, here.elder, now=now)
    free = "cancelling is free until 120 minutes before the start"
    assert why(here, early)["why"] == "cancelled"
    assert {free, "the reason given: a fever"} <= set(said(why(here, early)))
    told = why(here, late)
    assert told["why"] == "cancelled_late"
    assert "3 strikes within 90 days pause for 30 days" in said(told)


def test_a_visit_that_did_not_take_place_says_whose_strike_it_was(here: Town) -> None:
    start = START + timedelta(days=2)
    _, absent = here.accepted(start=start, now=NOW)
    payload = {"booking_id": absent} | {name: PLACE[name] for name in ("latitude", "longitude")}
    here.matching.call(
        "report_elder_absent", payload, here.volunteer, now=start + timedelta(minutes=20)
    )
    missed, _ = here.accepted(start=start + timedelta(days=1), now=NOW)
    here.matching.call("sweep_due", {}, here.officer, key=None, now=start + timedelta(days=2))
    booking = here.matching.call("show_booking", {"booking_id": absent}, here.elder, key=None)
    told = why(here, str(booking["request_id"]))
    assert told["why"] == "elder_absent"
    assert "a volunteer waits for 15 minutes" in said(told)
    assert why(here, missed)["why"] == "no_show"


def test_only_those_whom_a_request_concerns_are_told(here: Town) -> None:
    request_id = here.submit()
    assert why(here, request_id, here.clerk)["state"] == "submitted"
    for stranger in (here.other, here.clerk_elsewhere):
        with pytest.raises(Forbidden) as refused:
            why(here, request_id, stranger)
        # The version is told by whatever is refused, a query as well as a command.
        policy = refused.value.policy
        assert policy is not None and policy["version"] == 1 and policy["effective_from"]
    with pytest.raises(NotFound):
        why(here, str(person().person_id))
