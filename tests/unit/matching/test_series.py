"""Weekly series: their days, their windows by the city's clock, and every move between states."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching import contract, domain
from services.matching.contract import SeriesState
from services.matching.domain.series import SERIES_MOVES, first_occurrence, window_on
from tests.unit.matching.test_domain import POLICY, ROOT


NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
WEEKLY = domain.Rhythm(3, time(14, 30), 90, 60, TODAY, TODAY + timedelta(weeks=10))
AHEAD = POLICY.requests.series_ahead_days

EDGES = {
    ("active", "paused"),
    ("active", "ended"),
    ("paused", "active"),
    ("paused", "ended"),
}

days = st.dates(date(2022, 6, 1), date(2060, 1, 1))
rhythms = st.builds(
    lambda weekday, clock, first_on, length, minutes, slack: domain.Rhythm(
        weekday, clock, minutes + slack, minutes, first_on, first_on + timedelta(days=length)
    ),
    weekday=st.integers(1, 7),
    clock=st.times().map(lambda moment: moment.replace(second=0, microsecond=0)),
    first_on=days,
    length=st.integers(0, 200),
    minutes=st.integers(15, 240),
    slack=st.integers(0, 240),
)


@pytest.mark.parametrize("state", SeriesState)
@pytest.mark.parametrize("to", SeriesState)
def test_every_edge_of_a_series_is_allowed_and_every_other_refused(
    state: SeriesState, to: SeriesState
) -> None:
    if (state, to) in EDGES:
        assert domain.moved_series(state, to) is to
    else:
        with pytest.raises(contract.WrongState):
            domain.moved_series(state, to)


def test_the_readme_draws_exactly_the_edges_of_a_series() -> None:
    page = (ROOT / "services/matching/README.md").read_text()
    lines = page.partition("## A series' states")[2].partition("\n## ")[0].splitlines()
    drawn = {tuple(line.split(":")[0].split(" --> ")) for line in lines if " --> " in line}
    drawn = {(a.strip(), b.strip()) for a, b in drawn if "[*]" not in a + b}
    told = {(str(a), str(b)) for a, follow in SERIES_MOVES.items() for b in follow}
    assert drawn == EDGES == told


@given(rhythm=rhythms, since=days, span=st.integers(0, 300))
def test_a_series_falls_on_every_such_weekday_between_its_days_and_on_no_other(
    rhythm: domain.Rhythm, since: date, span: int
) -> None:
    until = since + timedelta(days=span)
    found = list(domain.occurrences(rhythm, since, until))
    every = (since + timedelta(days=number) for number in range(span + 1))
    expected = [
        day
        for day in every
        if day.isoweekday() == rhythm.weekday and rhythm.first_on <= day <= rhythm.last_on
    ]
    assert found == expected


@given(weekday=st.integers(1, 7), day=days)
def test_the_first_occurrence_lies_within_a_week(weekday: int, day: date) -> None:
    first = first_occurrence(weekday, day)
    assert first.isoweekday() == weekday
    assert 0 <= (first - day).days <= 6


@given(rhythm=rhythms, day=days)
def test_a_window_begins_at_the_citys_hour_of_the_day_and_lasts_what_was_asked(
    rhythm: domain.Rhythm, day: date
) -> None:
    window = window_on(rhythm, day)
    local = window.starts_at.astimezone(ZoneInfo("Asia/Shanghai"))
    assert (local.date(), local.time()) == (day, rhythm.starts_at)
    assert window.ends_at - window.starts_at == timedelta(minutes=rhythm.window_minutes)
    assert window.minutes == rhythm.minutes


@given(rhythm=rhythms, runs=st.lists(st.integers(0, 40), max_size=8))
def test_however_seldom_the_timer_runs_each_day_ahead_is_made_once_and_none_too_early(
    rhythm: domain.Rhythm, runs: list[int]
) -> None:
    now = datetime.combine(rhythm.first_on, time(3), tzinfo=UTC)
    made: list[datetime] = []
    made_until = rhythm.first_on - timedelta(days=1)
    for wait in runs:
        now += timedelta(days=wait)
        windows = domain.due(rhythm, made_until, frozenset(), now, POLICY)
        made += [window.starts_at for window in windows]
        horizon = domain.horizon_of(now, POLICY)
        assert all(now < window.starts_at <= now + timedelta(days=AHEAD + 1) for window in windows)
        made_until = max(made_until, min(horizon, rhythm.last_on))
    assert len(made) == len(set(made))
    assert made == sorted(made)


def test_what_is_skipped_or_has_begun_is_not_made() -> None:
    before = TODAY - timedelta(days=1)
    made = domain.due(WEEKLY, before, frozenset(), NOW, POLICY)
    assert [window.starts_at.date() for window in made] == [
        TODAY + timedelta(weeks=week) for week in range(3)
    ]
    skipped = domain.due(WEEKLY, before, {TODAY}, NOW, POLICY)
    assert skipped == made[1:]
    at_the_start = window_on(WEEKLY, TODAY).starts_at
    assert domain.due(WEEKLY, before, frozenset(), at_the_start, POLICY) == made[1:]


LONGEST = timedelta(weeks=POLICY.requests.series_longest_weeks)


@pytest.mark.parametrize(
    ("changes", "flawed"),
    [
        ({}, set()),
        ({"minutes": 14}, {"minutes"}),
        ({"minutes": 241, "window_minutes": 300}, {"minutes"}),
        ({"window_minutes": 59}, {"window_minutes"}),
        ({"first_on": TODAY - timedelta(days=1)}, {"first_on"}),
        ({"first_on": TODAY + timedelta(days=61), "last_on": TODAY + timedelta(80)}, {"first_on"}),
        ({"last_on": TODAY + LONGEST}, set()),
        ({"last_on": TODAY + LONGEST + timedelta(days=1)}, {"last_on"}),
        ({"weekday": 2, "last_on": TODAY + timedelta(days=5)}, {"last_on"}),
        ({"weekday": 2, "last_on": TODAY + timedelta(days=6)}, set()),
        ({"last_on": TODAY - timedelta(days=1)}, {"last_on"}),
    ],
)
def test_a_rhythm_that_cannot_be_kept_is_refused_with_the_field(
    changes: dict[str, object], flawed: set[str]
) -> None:
    rhythm = replace(WEEKLY, **changes)  # type: ignore[arg-type]
    if flawed:
        with pytest.raises(contract.InvalidSeries) as refused:
            domain.check_series(rhythm, NOW, POLICY)
        assert set(refused.value.fields) == flawed
    else:
        domain.check_series(rhythm, NOW, POLICY)
