"""A dry run counts the visits of a day once more, and pays as the draft would have."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.contract import InvalidRequest
from services.matching.contract import DayNotOver
from services.matching.domain.dry_runs import Past, Total, day_of, next_day, replay
from tests.unit.matching.test_domain import POLICY


START = datetime(2026, 10, 5, 1, 0, tzinfo=UTC)
ONE, OTHER = UUID(int=1), UUID(int=2)
TODAY = date(2026, 11, 24)


def past(volunteer_id: UUID, served: int, minutes: int, hour: int = 0, **changes: object) -> Past:
    begun = START + timedelta(hours=hour)
    ended = begun + timedelta(minutes=served)
    visit = Past(volunteer_id, "110105", begun, ended, 240, minutes)
    return replace(visit, **changes)  # type: ignore[arg-type]


def test_under_the_same_rules_nothing_changes() -> None:
    day = [past(ONE, 95, 95), past(OTHER, 14, 0)]
    assert replay(day, {}, POLICY) == [Total("110105", 2, 0, 95, 95)]


def test_steps_change_what_they_change_district_by_district() -> None:
    policy = replace(POLICY, credit_step_minutes=60, smallest_credit_minutes=60)
    day = [past(ONE, 95, 95), past(OTHER, 60, 60), past(uuid4(), 30, 30, district="110101")]
    assert replay(day, {}, policy) == [
        Total("110101", 1, 1, 30, 0),
        Total("110105", 2, 1, 155, 120),
    ]


def test_the_limit_of_a_day_counts_what_the_draft_would_have_credited_before() -> None:
    policy = replace(POLICY, most_minutes_a_day=120)
    day = [past(ONE, 90, 90), past(ONE, 90, 90, hour=3), past(OTHER, 90, 90)]
    assert replay(day, {}, policy) == [Total("110105", 3, 1, 270, 210)]


def test_the_limit_in_all_counts_what_had_been_credited_until_that_day() -> None:
    policy = replace(POLICY, most_minutes_in_all=1000)
    day = [past(ONE, 60, 60), past(ONE, 60, 60, hour=3), past(OTHER, 60, 60)]
    assert replay(day, {ONE: 920}, policy) == [Total("110105", 3, 1, 180, 140)]


def test_what_a_clerk_decided_stays_as_decided() -> None:
    policy = replace(POLICY, credit_step_minutes=60)
    assert replay([past(ONE, 200, 45, by_clerk=True)], {}, policy) == [
        Total("110105", 1, 0, 45, 45)
    ]


@given(
    served=st.lists(st.tuples(st.sampled_from([ONE, OTHER]), st.integers(0, 400)), max_size=12),
    step=st.sampled_from([1, 20, 60]),
    most=st.integers(1, 480),
)
def test_no_dry_run_pays_anybody_more_than_the_day_allows(
    served: list[tuple[UUID, int]], step: int, most: int
) -> None:
    policy = replace(POLICY, credit_step_minutes=step, most_minutes_a_day=most)
    day = [past(who, minutes, minutes) for who, minutes in served]
    for who in (ONE, OTHER):
        own = [each for each in day if each.volunteer_id == who]
        assert sum(total.minutes_after for total in replay(own, {}, policy)) <= most
    assert sum(total.visits for total in replay(day, {}, policy)) == len(day)


def test_pages_are_the_days_of_one_month_that_are_over() -> None:
    assert day_of("2026-11", date(2026, 11, 23), TODAY) == date(2026, 11, 23)
    assert next_day(date(2026, 11, 23), TODAY) is None
    for month in ("2026-13", "2026-00", "0000-01"):
        with pytest.raises(InvalidRequest):
            day_of(month, None, TODAY)
    with pytest.raises(InvalidRequest):
        day_of("2026-10", date(2026, 11, 1), TODAY)
    for day in (TODAY, TODAY + timedelta(days=1)):
        with pytest.raises(DayNotOver):
            day_of("2026-11", day, TODAY)
