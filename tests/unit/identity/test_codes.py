"""One-time codes: how many are sent, when they are good, how they end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity import words
from services.identity.codes import Letter, new_code
from services.identity.contract import CodePurpose, LogInWithCode
from services.identity.domain.codes import (
    CodeRules,
    CodeState,
    NoSuchMove,
    after_try,
    check_may_send,
    moved,
)
from services.kernel.contract import InvalidRequest, TooManyRequests
from tests.unit.identity.test_rules import VALUES


NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
RULES = CodeRules.from_values(VALUES)
S = CodeState
EDGES = {(S.OPEN, S.USED), (S.OPEN, S.SPENT), (S.OPEN, S.REPLACED), (S.USED, S.TAKEN)}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("to", list(S))
def test_a_code_goes_from_state_to_state_as_drawn_and_in_no_other_way(
    state: CodeState, to: CodeState
) -> None:
    if (state, to) in EDGES:
        assert moved(state, to) is to
    else:
        with pytest.raises(NoSuchMove):
            moved(state, to)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=12))
def test_of_any_tries_at_a_code_few_count_and_one_wins(tries: list[tuple[bool, bool]]) -> None:
    state, number = S.OPEN, 0
    for fits, is_good in tries:
        if state is not S.OPEN:
            break
        number += 1
        state = after_try(number, fits, is_good, RULES)
        assert (state is S.USED) == (fits and is_good)
    assert number <= RULES.most_tries
    assert state is not S.OPEN or number < RULES.most_tries


@given(st.lists(st.integers(0, 3 * 3600), max_size=30))
def test_no_phone_gets_more_codes_than_the_policy_says_in_any_hour(seconds: list[int]) -> None:
    window = timedelta(minutes=RULES.a_phone_minutes)
    sent: list[datetime] = []
    for now in sorted(NOW + timedelta(seconds=each) for each in seconds):
        recent = [each for each in sent if each > now - window]
        try:
            check_may_send(recent, 0, now, RULES)
        except TooManyRequests as refusal:
            free_at = datetime.fromisoformat(refusal.fields["ask_again_at"][0])
            assert free_at > now
            later = [each for each in sent if each > free_at - window]
            check_may_send(later, 0, free_at, RULES)
        else:
            sent.append(now)
    for start in sent:
        assert sum(start <= each < start + window for each in sent) <= RULES.most_a_phone
    pauses = [after - before for before, after in zip(sent, sent[1:], strict=False)]
    assert all(pause >= timedelta(seconds=RULES.pause_seconds) for pause in pauses)


def test_in_all_there_is_a_limit_too() -> None:
    check_may_send([], RULES.most_in_all - 1, NOW, RULES)
    with pytest.raises(TooManyRequests):
        check_may_send([], RULES.most_in_all, NOW, RULES)


@pytest.mark.parametrize("value", [None, 0, "5", True])
def test_a_rule_that_is_no_positive_number_is_refused(value: Any) -> None:
    with pytest.raises(InvalidRequest):
        CodeRules.from_values({"codes": VALUES["codes"] | {"most_sends": value}})


def test_a_code_is_six_digits_also_when_it_begins_with_naughts() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) > 1900
    assert any(code.startswith("0") for code in codes)
    for code in codes:
        LogInWithCode.parse({"phone": "13800001234", "code": code})


@pytest.mark.parametrize("purpose", list(CodePurpose))
def test_every_purpose_has_its_message(purpose: CodePurpose) -> None:
    letter = Letter.from_text(Letter("13800001234", purpose, "012345", 5).to_text())
    said = words.sms(letter.purpose, sender="时间银行", code=letter.code, minutes=letter.minutes)
    assert "012345" in said and "5 分钟" in said and said.startswith("【时间银行】")
