"""S10: five stars for hours of service, with the reputation that the policy may ask for."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.kernel.contract import InvalidRequest
from services.rating.domain import Reputation, StarPolicy
from services.rating.domain.stars import Way, due_stars, way_to_next
from services.rating.words import way_in_words
from tests.unit.matching.test_domain import VALUES


NOW = datetime(2026, 6, 1, tzinfo=UTC)
POLICY = StarPolicy.from_values(1, VALUES)
NOBODY_SAID = Reputation(uuid4())
BAD = Reputation(uuid4(), ratings=20, stars_sum=20)


def numbers(minutes: int, reputation: Reputation, reached: tuple[int, ...] = ()) -> list[int]:
    return [each.star for each in due_stars(minutes, reputation, reached, POLICY, NOW)]


@pytest.mark.parametrize(("star", "hours"), [(1, 100), (2, 300), (3, 600), (4, 1000), (5, 1500)])
def test_s10_a_star_is_reached_with_its_last_minute_and_not_before(star: int, hours: int) -> None:
    assert numbers(hours * 60 - 1, NOBODY_SAID) == list(range(1, star))
    assert numbers(hours * 60, NOBODY_SAID) == list(range(1, star + 1))
    assert star not in numbers(hours * 60, NOBODY_SAID, reached=(star,))


def test_a_bad_reputation_brings_no_new_star_and_its_recovery_does() -> None:
    assert numbers(100 * 60, BAD) == []
    recovered = replace(BAD, ratings=40, stars_sum=120)
    assert numbers(100 * 60, recovered) == [1]


def test_a_city_may_ask_for_no_reputation_at_all() -> None:
    free = replace(POLICY, least_reputation=0)
    assert [each.star for each in due_stars(6000, BAD, (), free, NOW)] == [1]


def test_a_star_keeps_what_the_volunteer_had_and_the_policy_that_gave_it() -> None:
    [star] = due_stars(6001, NOBODY_SAID, (), POLICY, NOW)
    assert (star.hours, star.minutes, star.ratings) == (100, 6001, 0)
    assert (star.policy_version, star.reached_at) == (1, NOW)


@pytest.mark.parametrize(
    ("minutes", "reputation", "reached", "zh"),
    [
        (0, NOBODY_SAID, (), "再服务100小时0分钟，即可成为一星级志愿者"),
        (6100, NOBODY_SAID, (1,), "再服务198小时20分钟，即可成为二星级志愿者"),
        (0, BAD, (), "再服务100小时0分钟，且服务评价达到3.00星，即可成为一星级志愿者"),
        (6000, BAD, (), "服务时长已够，服务评价达到3.00星后，即可成为一星级志愿者"),
        (6000, NOBODY_SAID, (), "条件已满足，下次服务或评价后即成为一星级志愿者"),
        (90000, NOBODY_SAID, (1, 2, 3, 4, 5), "已达到最高星级，感谢您的奉献"),
    ],
)
def test_the_way_to_the_next_star_is_said_in_words(
    minutes: int, reputation: Reputation, reached: tuple[int, ...], zh: str
) -> None:
    words = way_in_words(way_to_next(minutes, reputation, reached, POLICY))
    assert words["zh"] == zh
    assert words["en"]


def test_who_has_every_star_has_no_way_to_go() -> None:
    assert way_to_next(10**6, NOBODY_SAID, {1, 2, 3, 4, 5}, POLICY) == Way()


def test_a_city_without_rules_for_stars_is_told_which_are_missing_and_none_is_guessed() -> None:
    before = {section: rules for section, rules in VALUES.items() if section != "stars"}
    with pytest.raises(InvalidRequest) as refused:
        StarPolicy.from_values(1, before)
    assert "stars.hours" in refused.value.fields["values"][0]
