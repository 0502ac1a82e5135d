"""The policy as identity reads it: a version follows the one before and leaves no rule out."""

from typing import Any

import pytest

from services.identity.contract import PolicyConflict
from services.identity.domain.rules import MOST_TOKEN_MINUTES, Rules, check_policy
from services.kernel.contract import InvalidRequest


VALUES: dict[str, Any] = {
    "account": {"adult_age": 18, "id_number_kept_days": 1825},
    "session": {"token_minutes": 60, "most_failed_log_ins": 5, "failed_log_ins_minutes": 15},
    "codes": {
        "valid_minutes": 5,
        "most_tries": 5,
        "pause_seconds": 60,
        "most_a_phone": 5,
        "a_phone_minutes": 60,
        "most_in_all": 2000,
        "in_all_minutes": 10,
        "confirmed_minutes": 15,
        "most_sends": 4,
        "send_pause_seconds": 5,
    },
    "verification": {
        "recheck_after": ["name", "id_number"],
        "most_online_a_day": 3,
        "most_online_tries": 6,
        "first_pause_seconds": 60,
        "longest_pause_seconds": 3600,
    },
    "gift": {"relations": ["parent"]},
}


def test_the_numbers_come_from_the_policy() -> None:
    assert Rules.from_values(VALUES) == Rules(18, 60, 5, 15)


@pytest.mark.parametrize("value", [None, 0, -1, 1.5, "18", True, [18]])
def test_a_rule_that_is_no_positive_whole_number_is_refused(value: Any) -> None:
    with pytest.raises(InvalidRequest):
        Rules.from_values(VALUES | {"account": VALUES["account"] | {"adult_age": value}})


@pytest.mark.parametrize("values", [{}, {"account": None}, {"account": {}}, {"account": [18]}])
def test_a_missing_rule_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        Rules.from_values(values)


def test_no_token_lives_longer_than_its_revocation_is_told_whatever_a_policy_says() -> None:
    too_long = VALUES | {"session": VALUES["session"] | {"token_minutes": 2 * MOST_TOKEN_MINUTES}}
    with pytest.raises(InvalidRequest):
        check_policy(1, too_long, 0, {})
    # One adopted before this was a rule goes on, with the longest that is safe.
    assert Rules.from_values(too_long).token_minutes == MOST_TOKEN_MINUTES


def test_the_first_policy_is_version_one() -> None:
    check_policy(1, VALUES, 0, {})
    with pytest.raises(PolicyConflict):
        check_policy(2, VALUES, 0, {})


@pytest.mark.parametrize(("version", "newest"), [(1, 1), (3, 1), (1, 2), (2, 2)])
def test_a_version_out_of_turn_is_refused(version: int, newest: int) -> None:
    with pytest.raises(PolicyConflict):
        check_policy(version, VALUES, newest, VALUES)


def test_a_new_version_may_add_rules_but_leave_none_out() -> None:
    check_policy(2, VALUES | {"stars": {"hours": [100]}}, 1, VALUES)
    for values in ({**VALUES, "gift": {}}, {**VALUES, "gift": "none"}):
        with pytest.raises(InvalidRequest):
            check_policy(2, values, 1, VALUES)
    with pytest.raises(InvalidRequest):
        check_policy(2, {name: VALUES[name] for name in ("account", "session")}, 1, VALUES)
