"""When what was recorded without a network counts, and as of when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching import domain
from services.matching.domain import Refused, Timed
from tests.unit.matching.test_domain import POLICY


RULES = POLICY.visit
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)


def settled(
    hours_ago: float = 1,
    skew: int = 0,
    accepted_at: datetime = LONG_AGO,
    registered_at: datetime = LONG_AGO,
) -> Timed | Refused:
    """A capture so many hours ago by a device whose clock is so many seconds behind."""
    behind = timedelta(seconds=skew)
    at = NOW - timedelta(hours=hours_ago) - behind
    return domain.settle_time(at, NOW - behind, NOW, accepted_at, registered_at, RULES)


def reasons(timed: Timed | Refused) -> list[str]:
    assert isinstance(timed, Timed), timed
    return [str(signal.reason) for signal in timed.signals]


@pytest.mark.parametrize("skew", [-300, -1, 0, 1, 300])
def test_a_small_difference_between_the_clocks_is_put_right(skew: int) -> None:
    timed = settled(1, skew)
    assert reasons(timed) == []
    assert isinstance(timed, Timed)
    assert timed.at == NOW - timedelta(hours=1)


def test_a_clock_far_ahead_is_put_right_and_shown_to_a_clerk() -> None:
    timed = settled(1, -7200)
    assert reasons(timed) == ["clock_skew"]
    assert isinstance(timed, Timed)
    assert timed.at == NOW - timedelta(hours=1)


def test_a_seal_of_long_ago_is_believed_and_shown_to_a_clerk() -> None:
    timed = settled(1, 7200)
    assert reasons(timed) == ["clock_skew"]
    assert isinstance(timed, Timed)
    assert timed.at == NOW - timedelta(hours=3)


@pytest.mark.parametrize(
    ("hours", "found"),
    [(0, []), (12, []), (12.1, ["offline_late"]), (72, ["offline_late"]), (72.1, "too_old")],
)
def test_late_is_queued_and_too_old_is_refused(hours: float, found: list[str] | str) -> None:
    timed = settled(hours)
    if isinstance(found, str):
        assert timed == Refused(found)
    else:
        assert reasons(timed) == found


@pytest.mark.parametrize("moment", [datetime.min, datetime.max])
@pytest.mark.parametrize("seconds", [-9, 0, 9])
def test_no_moment_is_too_strange_for_an_answer(moment: datetime, seconds: int) -> None:
    at, sealed_at = moment.replace(tzinfo=UTC), NOW + timedelta(seconds=seconds)
    settled = domain.settle_time(at, sealed_at, NOW, LONG_AGO, LONG_AGO, RULES)
    assert settled == Refused("after_sealing" if at > NOW else "too_old")


def test_nothing_was_recorded_before_it_was_booked_or_after_it_was_sealed() -> None:
    assert settled(1, accepted_at=NOW - timedelta(minutes=59)) == Refused("before_booking")
    registered_at = NOW - timedelta(minutes=59)
    assert settled(1, registered_at=registered_at) == Refused("before_registration")
    assert isinstance(settled(0.9, registered_at=registered_at), Timed)
    a_second = timedelta(seconds=1)
    after = domain.settle_time(NOW + a_second, NOW, NOW, LONG_AGO, LONG_AGO, RULES)
    assert after == Refused("after_sealing")


@given(
    at=st.integers(-400_000, 400_000),
    sealed=st.integers(-400_000, 400_000),
    accepted=st.integers(-400_000, 0),
)
def test_nothing_ever_counts_in_the_future_or_before_the_booking(
    at: int, sealed: int, accepted: int
) -> None:
    def moment(seconds: int) -> datetime:
        return NOW + timedelta(seconds=seconds)

    timed = domain.settle_time(moment(at), moment(sealed), NOW, moment(accepted), LONG_AGO, RULES)
    if isinstance(timed, Timed):
        assert moment(accepted) <= timed.at <= NOW
        assert NOW - timed.at <= timedelta(hours=RULES.offline_oldest_hours)
        if abs(sealed) > RULES.clock_skew_seconds:
            assert "clock_skew" in reasons(timed)


@given(ins=st.integers(0, 10_000), lasts=st.integers(0, 10_000), skew=st.integers(-9000, 9000))
def test_the_order_and_the_length_of_what_a_device_recorded_stay(
    ins: int, lasts: int, skew: int
) -> None:
    sealed = NOW + timedelta(seconds=skew)
    start = sealed - timedelta(seconds=ins + lasts)
    first, second = (
        domain.settle_time(at, sealed, NOW, LONG_AGO, LONG_AGO, RULES)
        for at in (start, start + timedelta(seconds=lasts))
    )
    assert isinstance(first, Timed)
    assert isinstance(second, Timed)
    assert second.at - first.at == timedelta(seconds=lasts)
