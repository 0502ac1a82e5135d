"""Whether the promise holds: bands, cover, and the days that count."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain import Cover, bands, cover, supplied
from tests.unit.ledger.people import POLICY


TODAY = date(2026, 6, 1)
ages = st.dictionaries(st.integers(0, 110), st.integers(0, 10_000))


@given(ages, st.lists(st.integers(1, 110), unique=True, max_size=5).map(sorted))
def test_every_minute_is_in_exactly_one_band(held: dict[int, int], edges: list[int]) -> None:
    assert sum(band.minutes for band in bands(held, edges)) == sum(held.values())


def test_the_cover_is_what_may_be_expected_per_what_may_be_redeemed() -> None:
    policy = replace(POLICY, solvency_horizon_days=365, redeem_from_age=60)
    held = {58: 1_000, 59: 300, 60: 200, 90: 230}
    by_day = {TODAY - timedelta(days=days): 1 for days in range(200)}
    found = cover(held, by_day, TODAY, policy)
    assert found == Cover(expected_minutes=365, redeemable_minutes=730)
    assert found.cover_percent == 50


def test_nothing_to_redeem_needs_no_cover() -> None:
    assert cover({30: 500}, {}, TODAY, POLICY).cover_percent is None


def test_today_is_the_last_of_the_days_that_count() -> None:
    by_day = {TODAY - timedelta(days=30): 1, TODAY - timedelta(days=29): 10, TODAY: 100}
    assert supplied(by_day, TODAY, 30) == 110
    assert supplied(by_day | {TODAY + timedelta(days=1): 7}, TODAY, 30) == 110
