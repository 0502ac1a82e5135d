"""A star is explained by its steps: whoever counts again from them comes to the same."""

import re
from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rating import domain, words
from services.rating.domain.explaining import highest_steps, star_steps
from services.rating.domain.stars import due_stars


CHINESE = re.compile(r"[一-鿿]")
VOLUNTEER = UUID(int=1)
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def rules(hours: list[int], least: float, prior_stars: float, prior: float) -> domain.StarPolicy:
    return domain.StarPolicy(3, tuple(hours), least, domain.Shrinkage(prior_stars, prior))


@given(
    hours=st.lists(st.integers(1, 1500), min_size=1, max_size=5, unique=True).map(sorted),
    minutes=st.integers(0, 100_000),
    stars=st.lists(st.integers(1, 5), max_size=30),
    least=st.sampled_from([0, 3, 3.5, 4]),
    prior_stars=st.sampled_from([3, 4, 4.5]),
    prior=st.sampled_from([1, 5, 10]),
)
def test_counting_again_from_the_steps_gives_the_same_star(
    hours: list[int], minutes: int, stars: list[int], least: float, prior_stars: float, prior: float
) -> None:
    policy = rules(hours, least, prior_stars, prior)
    reputation = domain.Reputation(VOLUNTEER, len(stars), sum(stars))
    given_stars = {each.star for each in due_stars(minutes, reputation, set(), policy, NOW)}
    for star, needed_hours in enumerate(hours, start=1):
        steps = star_steps(star, needed_hours, minutes, len(stars), sum(stars), policy)
        values = {name: value for step in steps for name, value in step.values.items()}
        numerator = Fraction(values["prior_stars"]) * Fraction(values["prior_ratings"])
        counted = (numerator + values["stars_sum"]) / (
            Fraction(values["prior_ratings"]) + values["ratings"]
        )
        assert abs(Fraction(values["reputation"]) - counted) <= Fraction(1, 199)
        enough = values["minutes"] >= 60 * values["needed_hours"] == values["needed_minutes"]
        trusted = counted >= Fraction(values["least_reputation"])
        codes = {step.code for step in steps}
        assert ("hours_enough" in codes) == enough
        assert ("reputation_enough" in codes) == trusted
        assert (star in given_stars) == (enough and trusted)
        assert values["hours"] * 60 + values["rest_minutes"] == minutes


@pytest.mark.parametrize("minutes", [0, 5_999, 6_000])
@pytest.mark.parametrize("stars_sum", [3, 15])
def test_each_step_is_told_in_both_languages_with_all_its_values(
    minutes: int, stars_sum: int
) -> None:
    policy = rules([100], 3, 4, 5)
    steps = star_steps(1, 100, minutes, 3, stars_sum, policy) + highest_steps(minutes, policy)
    for step in map(words.step_in_words, steps):
        assert CHINESE.search(step["zh"]) and not CHINESE.search(step["en"])
        for value in step["values"].values():
            assert str(value) in step["zh"] and str(value) in step["en"]


def test_no_words_are_kept_for_steps_that_there_are_not() -> None:
    policy = rules([100], 3, 4, 5)
    cases = ((0, 9, 9), (6_000, 3, 15))
    steps = [step for case in cases for step in star_steps(1, 100, *case, policy)]
    assert {step.code for step in (*steps, *highest_steps(0, policy))} == set(words.STEPS)


def test_a_reputation_just_below_the_least_is_not_shown_as_if_it_were_enough() -> None:
    """Rounded to two decimals it would read: 3.50 stars, at least 3.5 are needed, not there yet."""
    steps = star_steps(1, 100, 6_000, 98, 344, rules([100], 3.5, 3, 3))
    assert steps[2].values["reputation"] == "3.495"
    assert steps[3].code == "reputation_missing"


def test_the_reputation_is_written_as_it_is_counted_by_hand() -> None:
    steps = star_steps(1, 100, 6_030, 4, 18, rules([100], 3, 4, 5))
    assert [words.step_in_words(step)["en"] for step in steps] == [
        "6030 minutes of proven service, which is 100 h 30 min",
        "star 1 needs 100 hours, which is 6000 minutes: they are there",
        "reputation: (4 × 5 + 18) ÷ (5 + 4) = 4.22 stars, from 4 ratings with 18 stars, and 5 of 4"
        " to begin with",
        "at least 3 stars are needed: they are there",
    ]
