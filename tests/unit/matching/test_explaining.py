"""Every state, every end and every step of a visit's credit has words in both languages."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.contract import HoldRefused
from services.ledger.domain.holds import Refusal
from services.matching import domain, words
from services.matching.contract import RequestState, SeatState, StrikeKind
from services.matching.domain import VisitState, explaining
from services.matching.opening import REFUSED_IN_REVIEW
from tests.unit.matching.test_domain import POLICY


CHINESE = re.compile(r"[一-鿿]")
LEFT_OPEN = re.compile(r"[{}]")
STATES = sorted({str(state) for state in (*RequestState, *SeatState)})
BY_THE_LEDGER = (
    "insufficient_coins",
    "insufficient_programme",
    "no_programme",
    "no_wallet",
    "programme_closed",
    "redeemed_from_elder_age",
    "wallet_closed",
    "wallet_frozen",
)
ENDS = (
    *BY_THE_LEDGER,
    REFUSED_IN_REVIEW,
    explaining.CANCELLED,
    explaining.CANCELLED_LATE,
    *explaining.EXPIRED_FROM.values(),
    StrikeKind.NO_SHOW.value,
    StrikeKind.ELDER_ABSENT.value,
)
MOMENT = datetime(2026, 6, 1, 2, tzinfo=UTC)
MINUTES = st.integers(0, 600)


def is_whole(told: dict[str, str]) -> bool:
    both = bool(CHINESE.search(told["zh"])) and not CHINESE.search(told["en"])
    return both and not any(LEFT_OPEN.search(told[language]) for language in ("zh", "en"))


@pytest.mark.parametrize("state", STATES)
def test_each_state_of_a_request_or_a_place_is_told(state: str) -> None:
    assert is_whole(words.request_told(state, None, {}))


@pytest.mark.parametrize("why", ENDS)
def test_each_end_is_told(why: str) -> None:
    assert is_whole(words.request_told("refused", why, {}))


def test_no_words_are_kept_for_ends_that_there_are_not() -> None:
    assert set(words.ENDS["ends"]) == set(ENDS)
    assert set(words.ENDS["visits"]) == {*map(str, VisitState), "nothing"}


def test_each_value_that_an_end_carries_is_told_with_nothing_left_open() -> None:
    facts = {
        "asked_at": MOMENT,
        "asked_minutes": 60,
        "starts_at": MOMENT,
        "ended_at": MOMENT,
        "review_reason": "电话核实",
        "cancel_reason": "发烧",
        "needed_minutes": 60,
        "spendable_minutes": 0,
        "redeem_from_age": 65,
        "redeem_from_age_in_hardship": 60,
    }
    facts |= explaining.facts_of_cancelling(POLICY, late=True)
    facts |= explaining.facts_of_no_show(POLICY, StrikeKind.ELDER_ABSENT)
    steps = words.request_told("refused", None, facts)["steps"]
    assert len(steps) == len(words.ENDS["steps"])
    for step in steps:
        assert CHINESE.search(step["zh"]) and not LEFT_OPEN.search(step["zh"] + step["en"])
    told = {name for step in steps for name in step["values"]}
    assert told == set(facts)


def test_what_the_ledger_tells_is_kept_for_whoever_is_refused() -> None:
    assert set(explaining.TOLD_BY_LEDGER) <= {*Refusal.__dataclass_fields__, *explaining.AGES_TOLD}
    assert set(explaining.TOLD_BY_LEDGER) <= set(HoldRefused().fields)


@given(served=MINUTES, planned=st.integers(15, 240), today=MINUTES, in_all=MINUTES)
def test_each_step_of_each_credit_is_told_with_its_value_and_minutes(
    served: int, planned: int, today: int, in_all: int
) -> None:
    """Cut by the plan, by the visit, the day, in all; rounded by the step; too short."""
    credited = domain.Credited(today, in_all)
    policy = replace(POLICY, most_minutes_in_all=600, credit_step_minutes=20)
    credit = domain.credit(MOMENT, MOMENT + timedelta(minutes=served), planned, credited, policy)
    limits = domain.limits_of_steps(planned, policy)
    before, used = None, {"most_minutes_a_day": today, "most_minutes_in_all": in_all}
    for rule, minutes in (*credit.steps, *domain.check_decision(planned, planned).steps):
        told = words.step_told(rule, limits.get(rule), minutes, before)
        if rule in used and before is not None and minutes < before:
            # Whoever adds up the day's visits comes to the same.
            already = min(used[rule], limits[rule])
            assert f"已计{already}分钟" in told["zh"] and f"had {already}:" in told["en"]
        before = minutes
        assert is_whole(told)
        assert str(minutes) in told["zh"] and str(minutes) in told["en"]
        if rule not in ("served", "clerk"):
            assert str(limits[rule]) in told["zh"] and str(limits[rule]) in told["en"]
    assert {rule for rule, _ in credit.steps} | {"clerk"} == set(words.STEPS)
    for state in VisitState:
        assert is_whole(words.visit_told(state, credit.minutes))
