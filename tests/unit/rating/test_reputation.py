"""A volunteer's reputation is what the ratings add up to, to the last half star."""

from decimal import ROUND_HALF_UP, Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rating.domain import Reputation


STARS = st.integers(1, 5)


def reputation_of(stars: list[int]) -> Reputation:
    reputation = Reputation(uuid4())
    for each in stars:
        reputation = reputation.plus(each)
    return reputation


@given(st.lists(STARS, max_size=60))
def test_adding_one_by_one_equals_counting_all_anew(stars: list[int]) -> None:
    reputation = reputation_of(stars)
    assert (reputation.ratings, reputation.stars_sum) == (len(stars), sum(stars))


@given(st.integers(1, 10**12), st.data())
def test_the_average_is_the_exact_one_rounded_half_up_to_a_tenth(
    ratings: int, data: st.DataObject
) -> None:
    stars_sum = data.draw(st.integers(ratings, 5 * ratings))
    exact = Decimal(stars_sum) / Decimal(ratings)
    expected = exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    assert Reputation(uuid4(), ratings, stars_sum).average == str(expected)


@given(st.lists(STARS, min_size=1, max_size=60))
def test_the_average_lies_between_the_worst_and_the_best_rating(stars: list[int]) -> None:
    average = reputation_of(stars).average
    assert average is not None
    assert min(stars) <= Decimal(average) <= max(stars)


@pytest.mark.parametrize(
    ("ratings", "stars_sum", "average"),
    [
        (1, 5, "5.0"),
        (20, 89, "4.5"),  # 4.45: a binary float would say 4.4 or 4.5 by chance
        (20, 87, "4.4"),  # 4.35: rounding half to even would agree here,
        (20, 85, "4.3"),  # 4.25: and not here
        (3, 13, "4.3"),
        (3, 14, "4.7"),
        (100, 494, "4.9"),
        (100, 495, "5.0"),
    ],
)
def test_a_half_is_rounded_up(ratings: int, stars_sum: int, average: str) -> None:
    assert Reputation(uuid4(), ratings, stars_sum).average == average


def test_without_ratings_there_is_no_average_and_not_a_bad_one() -> None:
    assert Reputation(uuid4()).average is None


def test_a_reputation_never_mixes_two_volunteers() -> None:
    volunteer_id = uuid4()
    assert Reputation(volunteer_id).plus(4) == Reputation(volunteer_id, 1, 4)
