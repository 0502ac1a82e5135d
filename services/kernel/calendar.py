"""Ages in whole years, counted by the calendar of the city."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


CITY_TIME = ZoneInfo("Asia/Shanghai")


def city_date(now: datetime) -> date:
    """The day it is in the city; a new day begins there at 16:00 UTC."""
    return now.astimezone(CITY_TIME).date()


def age_on(born: date, day: date) -> int:
    """Whole years on a day; somebody born on 29 February is a year older on 1 March in other years.

    >>> age_on(date(2008, 2, 29), date(2026, 2, 28)), age_on(date(2008, 2, 29), date(2026, 3, 1))
    (17, 18)
    """
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def age_at(born: date, now: datetime) -> int:
    """Whole years at a moment, by the city's calendar.

    >>> from datetime import UTC
    >>> age_at(date(1966, 6, 2), datetime(2026, 6, 1, 15, 59, tzinfo=UTC))
    59
    >>> age_at(date(1966, 6, 2), datetime(2026, 6, 1, 16, 0, tzinfo=UTC))
    60
    """
    return age_on(born, city_date(now))
