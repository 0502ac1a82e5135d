"""A volunteer's profile: skills, languages, the hours of the week that they give."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.kernel.calendar import CITY_TIME, city_date
from services.kernel.contract import InvalidRequest


DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class FreeTime:
    """Hours of one weekday (1 Monday to 7 Sunday), in minutes from midnight in the city."""

    weekday: int
    begins: int
    ends: int


@dataclass(frozen=True)
class Profile:
    """What a volunteer can, when and how far they come."""

    skills: frozenset[str]
    certified: frozenset[str]
    languages: frozenset[str]
    free_times: tuple[FreeTime, ...]
    days_off: frozenset[date]
    most_minutes_a_day: int
    radius_metres: int
    dispatchable: bool = False


def minutes_of(clock: str) -> int:
    """
    >>> minutes_of("09:30"), minutes_of("24:00")
    (570, 1440)
    """
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def clock_of(minutes: int) -> str:
    """
    >>> clock_of(570), clock_of(1440)
    ('09:30', '24:00')
    """
    return f"{minutes // 60:02}:{minutes % 60:02}"


def read_free_times(listed: Iterable[dict[str, str | int]]) -> tuple[FreeTime, ...]:
    """Sorted, and those that touch made one; raises InvalidRequest for one that ends too soon."""
    given = sorted(
        (int(each["weekday"]), minutes_of(str(each["begins"])), minutes_of(str(each["ends"])))
        for each in listed
    )
    if any(ends <= begins for _, begins, ends in given):
        raise InvalidRequest(fields={"free_times": ["Each ends after it begins."]})
    joined: list[FreeTime] = []
    for weekday, begins, ends in given:
        last = joined[-1] if joined else None
        if last is not None and last.weekday == weekday and begins <= last.ends:
            joined[-1] = FreeTime(weekday, last.begins, max(ends, last.ends))
        else:
            joined.append(FreeTime(weekday, begins, ends))
    return tuple(joined)


def check_codes(field: str, codes: Sequence[str], known: Collection[str]) -> None:
    """Raise InvalidRequest for a word that the catalogue does not have."""
    unknown = sorted(set(codes) - set(known))
    if unknown:
        raise InvalidRequest(fields={field: [f"Not in the catalogue: {', '.join(unknown)}."]})


def check_last_day(valid_until: date | None, now: datetime) -> None:
    """Raise InvalidRequest for a certificate that has run out."""
    if valid_until is not None and valid_until < city_date(now):
        raise InvalidRequest(fields={"valid_until": ["It lies in the past."]})


def free_on(profile: Profile, day: date) -> tuple[tuple[int, int], ...]:
    """The hours that the volunteer gives on a day, in minutes from its midnight.

    >>> free_on(Profile(*[frozenset()] * 3, (FreeTime(3, 540, 720),), frozenset(), 120, 900),
    ...         date(2026, 11, 25))
    ((540, 720),)
    """
    if day in profile.days_off:
        return ()
    return tuple(
        (each.begins, each.ends) for each in profile.free_times if each.weekday == day.isoweekday()
    )


def free_between(
    profile: Profile, since: datetime, until: datetime
) -> list[tuple[datetime, datetime]]:
    """The spans that the volunteer gives between two moments; midnight does not part them."""
    spans: list[tuple[datetime, datetime]] = []
    day = since.astimezone(CITY_TIME).date() - timedelta(days=1)
    while (midnight := datetime.combine(day, time(), tzinfo=CITY_TIME)) < until:
        for begins, ends in free_on(profile, day):
            start, end = midnight + timedelta(minutes=begins), midnight + timedelta(minutes=ends)
            if spans and start <= spans[-1][1]:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
        day += timedelta(days=1)
    return [(start, end) for start, end in spans if start < until and end > since]


def without(
    spans: Iterable[tuple[datetime, datetime]], taken: Sequence[tuple[datetime, datetime]]
) -> list[tuple[datetime, datetime]]:
    """What is left of the spans when others, sorted by time, are cut out."""
    left: list[tuple[datetime, datetime]] = []
    for begins, ends in spans:
        at = begins
        for start, end in taken:
            if start < ends and end > at:
                if start > at:
                    left.append((at, start))
                at = max(at, end)
        if at < ends:
            left.append((at, ends))
    return left


def is_within(spans: Iterable[tuple[datetime, datetime]], start: datetime, end: datetime) -> bool:
    return any(begins <= start and end <= ends for begins, ends in spans)
