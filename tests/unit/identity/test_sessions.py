"""Sessions: what a token says, and when guessing ends."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.identity.domain.rules import Rules
from services.identity.domain.sessions import Attempts, claims, counted_since, expires_at, may_try
from services.identity.passwords import DUMMY_HASH, hash_password, is_password
from services.kernel.caller import RoleIn
from services.kernel.contract import TooManyRequests


NOW = datetime(2026, 11, 25, 2, 0, 0, 123456, tzinfo=UTC)
RULES = Rules(
    adult_age=18,
    token_minutes=60,
    most_failed_log_ins=5,
    failed_log_ins_minutes=15,
)


@pytest.mark.parametrize(("failed", "pending"), [(0, 0), (4, 0), (0, 4), (2, 2)])
def test_below_the_limit_a_password_may_be_checked(failed: int, pending: int) -> None:
    assert may_try(Attempts(failed, pending), RULES)


@pytest.mark.parametrize(("failed", "pending"), [(4, 1), (0, 5), (0, 1000)])
def test_checks_under_way_are_waited_for_and_never_let_the_limit_be_passed(
    failed: int, pending: int
) -> None:
    assert not may_try(Attempts(failed, pending), RULES)


@pytest.mark.parametrize(("failed", "pending"), [(5, 0), (6, 0), (5, 9)])
def test_at_the_limit_log_in_is_refused(failed: int, pending: int) -> None:
    with pytest.raises(TooManyRequests):
        may_try(Attempts(failed, pending), RULES)


def test_failures_count_for_as_long_as_the_policy_says() -> None:
    assert counted_since(NOW, RULES) == NOW - timedelta(minutes=15)


def test_a_token_says_who_in_which_roles_and_until_when() -> None:
    expiry = expires_at(NOW, RULES)
    said = claims(UUID(int=1), [RoleIn("agency_clerk", "110105001")], 3, NOW, expiry)
    assert said == {
        "iss": "timebank",
        "aud": "timebank",
        "sub": str(UUID(int=1)),
        "roles": [{"role": "agency_clerk", "area": "110105001"}],
        "gen": 3,
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 3600,
    }
    assert expiry.timestamp() == said["exp"]


def test_the_right_password_fits_and_no_other() -> None:
    hashed = hash_password("correct horse")
    assert hashed.startswith("$argon2id$")
    assert "correct" not in hashed
    assert is_password(hashed, "correct horse")
    assert not is_password(hashed, "correct horsf")


def test_without_a_password_of_ones_own_none_fits_not_even_the_dummys() -> None:
    assert not is_password(None, "nobody has this password")
    assert is_password(DUMMY_HASH, "nobody has this password")
    assert not is_password("not a hash", "x")
