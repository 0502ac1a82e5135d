"""Weekly series: on which days their requests fall, when they are made, and their states."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from services.kernel.calendar import CITY_TIME, city_date
from services.matching.contract import InvalidSeries, SeriesState, WrongState
from services.matching.domain.policy import MatchingPolicy
from services.matching.domain.requests import Window


A_WEEK = timedelta(weeks=1)

# From each state to those that may follow it. What is not listed is final.
SERIES_MOVES: dict[SeriesState, frozenset[SeriesState]] = {
    SeriesState.ACTIVE: frozenset({SeriesState.PAUSED, SeriesState.ENDED}),
    SeriesState.PAUSED: frozenset({SeriesState.ACTIVE, SeriesState.ENDED}),
}


class PauseReason(StrEnum):
    """Why a series makes no more requests until somebody resumes it."""

    REFUSED = "coins_refused"
    NOT_OFFERED = "item_not_offered"
    NOT_VERIFIED = "person_not_verified"
    SUSPENDED = "suspended"


@dataclass(frozen=True)
class Rhythm:
    """Every week on one weekday (1 is Monday) at one time of the city's clock, from day to day."""

    weekday: int
    starts_at: time
    window_minutes: int
    minutes: int
    first_on: date
    last_on: date


def moved_series(state: SeriesState, to: SeriesState) -> SeriesState:
    """The state after the move; raises WrongState for a move that does not exist."""
    if to not in SERIES_MOVES.get(state, frozenset()):
        raise WrongState(fields={"state": str(state), "to": str(to)})
    return to


def first_occurrence(weekday: int, day: date) -> date:
    """The weekday's next date from a day on, the day itself included.

    >>> first_occurrence(3, date(2026, 11, 24)), first_occurrence(2, date(2026, 11, 24))
    (datetime.date(2026, 11, 25), datetime.date(2026, 11, 24))
    """
    return day + timedelta(days=(weekday - day.isoweekday()) % 7)


def occurrences(rhythm: Rhythm, since: date, until: date) -> Iterator[date]:
    """Every date of the series from one day to another, both included."""
    day = first_occurrence(rhythm.weekday, max(since, rhythm.first_on))
    while day <= min(until, rhythm.last_on):
        yield day
        day += A_WEEK


def window_on(rhythm: Rhythm, day: date) -> Window:
    """The window of a date, by the city's clock on that day."""
    starts_at = datetime.combine(day, rhythm.starts_at, tzinfo=CITY_TIME).astimezone(UTC)
    # Added in UTC: an hour is an hour, whatever the clocks on the walls do meanwhile.
    return Window(starts_at, starts_at + timedelta(minutes=rhythm.window_minutes), rhythm.minutes)


def due(
    rhythm: Rhythm, made_until: date, skipped: Set[date], now: datetime, policy: MatchingPolicy
) -> list[Window]:
    """The windows to ask for now: within the days ahead, not made, not skipped, not begun."""
    horizon = horizon_of(now, policy)
    days = occurrences(rhythm, made_until + timedelta(days=1), horizon)
    windows = (window_on(rhythm, day) for day in days if day not in skipped)
    return [window for window in windows if window.starts_at > now]


def horizon_of(now: datetime, policy: MatchingPolicy) -> date:
    """The last day for which requests are made at a time."""
    return city_date(now) + timedelta(days=policy.requests.series_ahead_days)


def check_series(rhythm: Rhythm, now: datetime, policy: MatchingPolicy) -> None:
    """Raise InvalidSeries, naming the field, for a rhythm that cannot be kept."""
    flaws: dict[str, list[str]] = {}
    smallest, largest = policy.smallest_request_minutes, policy.largest_request_minutes
    weeks = policy.requests.series_longest_weeks
    if not smallest <= rhythm.minutes <= largest:
        flaws["minutes"] = [f"From {smallest} to {largest} minutes."]
    elif rhythm.minutes > rhythm.window_minutes:
        flaws["window_minutes"] = [f"They must hold the {rhythm.minutes} minutes."]
    if rhythm.first_on < city_date(now):
        flaws["first_on"] = ["It lies in the past."]
    elif rhythm.first_on > city_date(now) + timedelta(days=policy.furthest_ahead_days):
        flaws["first_on"] = [f"At most {policy.furthest_ahead_days} days ahead."]
    if rhythm.last_on > rhythm.first_on + weeks * A_WEEK:
        flaws["last_on"] = [f"At most {weeks} weeks after the first."]
    elif first_occurrence(rhythm.weekday, rhythm.first_on) > rhythm.last_on:
        flaws["last_on"] = ["No such weekday lies between the first day and the last."]
    if flaws:
        raise InvalidSeries(fields=flaws)
