"""Verification: what calls for another one, how often it may be asked for, what people read."""

from datetime import UTC, datetime, timedelta
from itertools import chain, combinations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.contract import (
    LapseReason,
    PersonVerified,
    RefusalReason,
    VerificationWay,
)
from services.identity.domain.jobs import JobState, Pauses, ended, next_try
from services.identity.domain.states import PersonState
from services.identity.domain.verification import (
    CHANGES,
    OnlineReason,
    Step,
    VerificationRules,
    check_explained,
    check_may_ask_online,
    needs_recheck,
    verification_facts,
    word_key,
)
from services.identity.words import catalogue, next_step
from services.kernel.contract import InvalidRequest, TooManyRequests
from services.kernel.wire import plain
from tests.unit.identity.test_people import make_person


NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
VALUES: dict[str, Any] = {
    "verification": {
        "recheck_after": ["name", "id_number"],
        "most_online_a_day": 2,
        "most_online_tries": 4,
        "first_pause_seconds": 60,
        "longest_pause_seconds": 600,
    }
}
RULES = VerificationRules.from_values(VALUES)
SUBSETS = list(chain.from_iterable(combinations(CHANGES, size) for size in range(4)))


def test_the_numbers_come_from_the_policy() -> None:
    assert VerificationRules(("name", "id_number"), 2, 4, 60, 600) == RULES


@pytest.mark.parametrize(
    "changes",
    [
        {"recheck_after": ["phone"]},
        {"recheck_after": "name"},
        {"recheck_after": None},
        {"recheck_after": [["name"]]},
        {"most_online_a_day": 0},
        {"first_pause_seconds": None},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        VerificationRules.from_values({"verification": VALUES["verification"] | changes})
    with pytest.raises(InvalidRequest):
        VerificationRules.from_values({})


@pytest.mark.parametrize("changed", SUBSETS)
@pytest.mark.parametrize("named", SUBSETS)
def test_a_change_calls_for_a_recheck_when_the_policy_names_it(
    changed: tuple[str, ...], named: tuple[str, ...]
) -> None:
    rules = VerificationRules(named, 2, 4, 60, 600)
    reason = needs_recheck((*changed, "phone", "school"), rules)
    assert (reason is not None) == bool(set(changed) & set(named))
    assert reason is None or reason in {CHANGES[name] for name in set(changed) & set(named)}


def test_each_field_that_may_change_has_a_reason_of_its_own() -> None:
    assert len(set(CHANGES.values())) == len(CHANGES)
    assert set(CHANGES.values()) <= set(LapseReason)


@given(st.lists(st.integers(0, 72 * 3600), max_size=6))
def test_online_is_asked_for_no_oftener_than_the_policy_says_on_any_day(seconds: list[int]) -> None:
    asked: list[datetime] = []
    for moment in sorted(NOW + timedelta(seconds=each) for each in seconds):
        try:
            check_may_ask_online(asked, moment, RULES)
        except TooManyRequests as refusal:
            free_at = datetime.fromisoformat(refusal.fields["ask_again_at"][0])
            assert free_at > moment
            check_may_ask_online(asked, free_at, RULES)
        else:
            asked.append(moment)
    for start in asked:
        assert sum(start <= each < start + timedelta(days=1) for each in asked) <= 2


@pytest.mark.parametrize("reason", list(RefusalReason))
@pytest.mark.parametrize("words", [None, " ", "why"])
def test_another_reason_needs_words(reason: RefusalReason, words: str | None) -> None:
    if reason is RefusalReason.OTHER and words != "why":
        with pytest.raises(InvalidRequest):
            check_explained(reason, words)
    else:
        check_explained(reason, words)


@pytest.mark.parametrize("way", list(VerificationWay))
def test_what_is_told_says_how_it_was_verified(way: VerificationWay) -> None:
    told = PersonVerified.parse(plain(verification_facts(make_person(), UUID(int=2), way)))
    assert told["way"] is way


def test_every_state_and_reason_has_words_in_both_languages() -> None:
    reasons = [None, *RefusalReason, *LapseReason, *OnlineReason]
    used = set()
    for state in PersonState:
        for reason in reasons:
            key = word_key(Step(state, NOW, reason=reason))
            said = next_step(key)
            assert said["zh"] and said["en"]
            used.add(key)
    assert used == set(catalogue()["next_step"])


def test_a_reason_speaks_only_in_its_own_state() -> None:
    lapsed = Step(PersonState.PENDING, NOW, reason=LapseReason.DOCUMENT_EXPIRED)
    assert word_key(lapsed) == "pending"
    refused = Step(PersonState.REFUSED, NOW, reason=RefusalReason.DOCUMENT_EXPIRED)
    assert word_key(refused) == "document_expired"


PAUSES = Pauses(most_tries=8, first_pause_seconds=10, longest_pause_seconds=100)


@given(st.integers(1, 20), st.floats(0, 1))
def test_pauses_grow_stay_within_their_limits_and_end(tries: int, chance: float) -> None:
    due = next_try(tries, NOW, PAUSES, chance)
    if tries >= PAUSES.most_tries:
        assert due is None
        return
    assert due is not None
    whole = min(10 * 2 ** (tries - 1), 100)
    assert whole / 2 <= (due - NOW).total_seconds() <= whole


def test_a_pause_after_very_many_tries_is_still_a_number() -> None:
    endless = Pauses(most_tries=10**6, first_pause_seconds=1, longest_pause_seconds=60)
    assert next_try(10**5, NOW, endless, 0) == NOW + timedelta(seconds=60)


@pytest.mark.parametrize("state", list(JobState))
@pytest.mark.parametrize("to", list(JobState))
def test_a_job_ends_once(state: JobState, to: JobState) -> None:
    if state is JobState.OPEN and to is not JobState.OPEN:
        assert ended(state, to) is to
    else:
        with pytest.raises(ValueError, match="cannot become"):
            ended(state, to)
