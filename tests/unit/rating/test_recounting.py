"""On every history, what is kept step by step is what counting from nothing finds."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.rating.contract import shrunken_mean
from services.rating.domain import Count, Counted, Reputation, Shrinkage, StarPolicy, Where
from services.rating.domain.reputation import added_up, count_anew, grouped
from services.rating.domain.stars import (
    Served,
    ServiceChange,
    Star,
    due_stars,
    proven,
    total_minutes,
    way_to_next,
)


WHO = UUID(int=1)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
WHERES = [Where(kind, area) for kind in ("law", "culture", "") for area in ("110101", "110105")]
STARS = st.integers(1, 5)
POLICY = StarPolicy(1, (100, 300, 600, 1000, 1500), 3, Shrinkage(4, 5))

# A visit by its number: rated, or rated anew; the same word may come again.
RATINGS = st.lists(st.tuples(st.integers(0, 8), STARS), max_size=40)
# Visits with their minutes: told late, or more than once, and then also with other minutes.
VISITS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 6000)), max_size=60)


class Kept:
    """What the service keeps, changed as its transactions change it."""

    def __init__(self) -> None:
        self.reputation = Reputation(WHO)
        self.parts: dict[Where, Count] = {}
        self.newest: dict[int, int] = {}

    def rate(self, visit: int, stars: int) -> None:
        where, former = WHERES[visit % len(WHERES)], self.newest.get(visit)
        ratings, stars_sum = self.parts.get(where, Count())
        if former is None:
            self.reputation = self.reputation.plus(stars)
            self.parts[where] = Count(ratings + 1, stars_sum + stars)
        else:
            self.reputation = self.reputation.instead(former, stars)
            self.parts[where] = Count(ratings, stars_sum + stars - former)
        self.newest[visit] = stars


@given(RATINGS)
def test_the_reputation_is_what_the_newest_words_add_up_to(history: list[tuple[int, int]]) -> None:
    kept = Kept()
    for visit, stars in history:
        kept.rate(visit, stars)
        kept.rate(visit, stars)
    anew = count_anew(
        Counted(WHERES[visit % len(WHERES)], stars) for visit, stars in kept.newest.items()
    )
    assert kept.parts == anew
    assert kept.reputation == added_up(WHO, anew.values())
    for field in ("category", "district"):
        sums = grouped(WHO, anew, field).values()
        assert sum(each.ratings for each in sums) == kept.reputation.ratings
        assert sum(each.stars_sum for each in sums) == kept.reputation.stars_sum


@given(st.lists(STARS, max_size=200), st.floats(1, 5), st.floats(0.5, 50))
def test_a_shrunken_mean_lies_between_what_is_usual_and_the_mean(
    stars: list[int], prior: float, weight: float
) -> None:
    shrunken = shrunken_mean(len(stars), sum(stars), prior, weight)
    mean = sum(stars) / len(stars) if stars else prior
    assert min(prior, mean) - 1e-9 <= shrunken <= max(prior, mean) + 1e-9


def serve(history: list[tuple[int, int]]) -> tuple[list[Star], dict[int, Served]]:
    """The stars in the order in which they were reached, as the service gives them."""
    told: dict[int, Served] = {}
    reached: list[Star] = []
    for number, minutes in history:
        if number in told:
            continue
        told[number] = Served(UUID(int=number), WHO, minutes, NOW - timedelta(days=number))
        total = sum(each.minutes for each in told.values())
        numbers = {each.star for each in reached}
        reached += due_stars(total, Reputation(WHO), numbers, POLICY, NOW)
    return reached, told


@given(VISITS, st.randoms(use_true_random=False))
def test_stars_are_reached_once_whatever_comes_late_or_again(
    history: list[tuple[int, int]], chance: Any
) -> None:
    reached, told = serve(history)
    numbers = [each.star for each in reached]
    assert numbers == list(range(1, len(numbers) + 1))
    minutes = total_minutes(told.values())
    anew = due_stars(minutes, Reputation(WHO), (), POLICY, NOW)
    assert [each.star for each in anew] == numbers
    once = [(number, visit.minutes) for number, visit in told.items()]
    chance.shuffle(once)
    assert [each.star for each in serve(once)[0]] == numbers


@given(VISITS)
def test_the_way_to_the_next_star_is_as_long_as_it_says(history: list[tuple[int, int]]) -> None:
    reached, told = serve(history)
    minutes, numbers = total_minutes(told.values()), {each.star for each in reached}
    way = way_to_next(minutes, Reputation(WHO), numbers, POLICY)
    if way.minutes_left is None:
        assert numbers == {1, 2, 3, 4, 5}
        return
    assert way.minutes_left > 0
    enough = minutes + way.minutes_left
    assert not due_stars(enough - 1, Reputation(WHO), numbers, POLICY, NOW)
    assert way.star in {
        each.star for each in due_stars(enough, Reputation(WHO), numbers, POLICY, NOW)
    }


# A life: visits served and told again, ratings given and edited, disputes settled and settled anew.
LIFE = st.lists(
    st.one_of(
        st.tuples(st.just("serve"), st.integers(0, 8), st.integers(0, 9000)),
        st.tuples(st.just("rate"), st.integers(0, 8), STARS),
        st.tuples(st.just("settle"), st.integers(0, 8), st.integers(-9000, 4000)),
    ),
    max_size=40,
)


class Life:
    """What the service keeps of a volunteer, changed as its transactions change it."""

    def __init__(self) -> None:
        self.kept, self.minutes = Kept(), 0
        self.told: dict[int, Served] = {}
        self.changes: dict[int, ServiceChange] = {}
        self.reached: list[Star] = []

    def serve(self, visit: int, minutes: int) -> None:
        if visit not in self.told:
            self.told[visit] = Served(UUID(int=visit), WHO, minutes, NOW)
            self.minutes += minutes
            self.award()

    def rate(self, visit: int, stars: int) -> None:
        self.kept.rate(visit, stars)
        self.award()

    def settle(self, visit: int, minutes: int) -> None:
        """Never more back than the visit proved; a dispute's newest word stands for its former."""
        if visit in self.told:
            minutes = max(minutes, -self.told[visit].minutes)
            former = self.changes.get(visit)
            at = NOW + timedelta(seconds=len(self.changes))
            number = UUID(int=visit)
            self.changes[visit] = ServiceChange(number, number, WHO, minutes, at)
            self.minutes += minutes - (former.minutes if former else 0)
            self.award()

    def award(self) -> None:
        numbers = {each.star for each in self.reached}
        self.reached += due_stars(self.minutes, self.kept.reputation, numbers, POLICY, NOW)

    def from_nothing(self) -> set[int]:
        """The stars that counting all that was ever told by hand finds due at this moment."""
        minutes = sum(each.minutes for each in self.told.values())
        minutes += sum(each.minutes for each in self.changes.values())
        said = self.kept.newest.values()
        if Fraction(20 + sum(said), 5 + len(said)) < 3:
            return set()
        return {star for star, hours in enumerate(POLICY.hours, 1) if minutes >= 60 * hours}


@given(LIFE)
def test_stars_are_all_that_counting_from_nothing_found_at_some_moment_and_none_is_lost(
    history: list[tuple[str, int, int]],
) -> None:
    life, due = Life(), set()
    for step, visit, amount in history:
        before = list(life.reached)
        getattr(life, step)(visit, amount)
        due |= life.from_nothing()
        assert life.reached[: len(before)] == before
        assert {each.star for each in life.reached} == due
        assert len(life.reached) == len(due)
        assert life.minutes == total_minutes(proven(life.told.values(), life.changes.values()))
