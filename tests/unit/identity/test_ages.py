"""Ages: a birthday counts from its first minute in the city."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.calendar import age_on, city_date


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2008, 11, 25), date(2026, 11, 24), 17),
        (date(2008, 11, 25), date(2026, 11, 25), 18),
        (date(2008, 11, 25), date(2026, 11, 26), 18),
        (date(2008, 12, 31), date(2027, 1, 1), 18),
        (date(2008, 1, 1), date(2025, 12, 31), 17),
        (date(2026, 11, 25), date(2026, 11, 25), 0),
    ],
)
def test_people_are_a_year_older_on_their_birthday(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age


@pytest.mark.parametrize(
    ("day", "age"),
    [
        (date(2026, 2, 28), 17),
        (date(2026, 3, 1), 18),
        (date(2028, 2, 28), 19),
        (date(2028, 2, 29), 20),
    ],
)
def test_those_born_on_29_february_wait_for_march_in_other_years(day: date, age: int) -> None:
    assert age_on(date(2008, 2, 29), day) == age


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2026, 11, 24, 16, 0, 0, tzinfo=UTC), date(2026, 11, 25)),
        (datetime(2026, 12, 31, 16, 0, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_a_new_day_begins_at_midnight_in_the_city(now: datetime, day: date) -> None:
    assert city_date(now) == day


@given(st.dates(date(1900, 1, 1)), st.integers(0, 130))
def test_an_age_is_the_number_of_birthdays_since_birth(born: date, years: int) -> None:
    year = born.year + years
    if year > 9999:
        return
    leap_child = (born.month, born.day) == (2, 29)
    birthday = date(year, 3, 1) if leap_child and years % 4 else None
    if birthday is None:
        try:
            birthday = born.replace(year=year)
        except ValueError:
            birthday = date(year, 3, 1)
    assert age_on(born, birthday) == years
