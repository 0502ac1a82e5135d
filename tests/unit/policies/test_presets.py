"""Three cities, one platform: the same visits under other rules have other outcomes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.identity.contract import SpecialGroup
from services.identity.domain.group_rules import GroupRules
from services.identity.domain.policy_rules import differences, values_of
from services.ledger.domain.policy import LedgerPolicy
from services.matching import domain
from services.matching.domain.visits import Credited


FOLDER = Path(__file__).parents[3] / "deploy/policies"
START = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)


def values(city: str) -> dict[str, Any]:
    document = yaml.safe_load((FOLDER / f"{city}.yaml").read_text(encoding="utf-8"))
    return values_of(document["values"])


@pytest.mark.parametrize(
    ("city", "served", "credited"),
    [
        *(("beijing", 14, 0), ("beijing", 15, 15), ("beijing", 95, 95), ("beijing", 240, 240)),
        *(("nanjing", 19, 0), ("nanjing", 39, 20), ("nanjing", 95, 80), ("nanjing", 240, 240)),
        *(("shanghai", 59, 0), ("shanghai", 95, 60), ("shanghai", 240, 120)),
    ],
)
def test_part_hours_are_credited_as_each_city_says(city: str, served: int, credited: int) -> None:
    policy = domain.MatchingPolicy.from_values(1, values(city))
    ended = START + timedelta(minutes=served)
    earned = domain.credit(START, ended, 240, Credited(), policy)
    assert earned.minutes == credited
    assert earned.explanation[-1]["minutes"] == credited


@pytest.mark.parametrize(
    ("city", "so_far", "credited"),
    [
        ("beijing", 10_000_000, 120),
        ("nanjing", 89_950, 40),
        ("nanjing", 90_000, 0),
        ("shanghai", 35_880, 120),
        ("shanghai", 35_970, 0),
    ],
)
def test_the_cap_in_all_is_each_citys_own(city: str, so_far: int, credited: int) -> None:
    policy = domain.MatchingPolicy.from_values(1, values(city))
    ended = START + timedelta(minutes=120)
    earned = domain.credit(START, ended, 120, Credited(0, so_far), policy)
    assert earned.minutes == credited
    capped = [step for step in earned.explanation if step["rule"] == "most_minutes_in_all"]
    assert bool(capped) == (city != "beijing")


def test_the_age_of_redemption_and_the_gifts_differ() -> None:
    policies = {
        city: LedgerPolicy.from_values(1, values(city))
        for city in ("beijing", "nanjing", "shanghai")
    }
    assert [policies[city].redeem_from_age for city in policies] == [60, 60, 65]
    assert policies["beijing"].gift_relations < policies["shanghai"].gift_relations
    in_hardship = frozenset({"economic_hardship"})
    assert [policies[city].redeems_from(in_hardship) for city in policies] == [60, 60, 60]
    asking = domain.MatchingPolicy.from_values(1, values("shanghai")).requests
    assert [min(asking.from_ages(each).values()) for each in (False, True)] == [65, 60]
    groups = GroupRules.from_values(values("shanghai"))
    assert groups.youngest(SpecialGroup.ECONOMIC_HARDSHIP) == 60
    assert groups.youngest(SpecialGroup.DEMENTIA) == 65


def test_a_version_from_before_the_steps_credits_whole_minutes_without_an_end() -> None:
    old = values("beijing")
    del old["credit"]["step_minutes"], old["credit"]["most_minutes_in_all"]
    del old["elder"]["redeem_from_age_in_hardship"]
    policy = domain.MatchingPolicy.from_values(1, old)
    assert policy == domain.MatchingPolicy.from_values(1, values("beijing"))


@pytest.mark.parametrize("city", ["nanjing", "shanghai"])
def test_another_citys_preset_differs_where_that_city_is_known_to(city: str) -> None:
    document = yaml.safe_load((FOLDER / f"{city}.yaml").read_text(encoding="utf-8"))["values"]
    changed = {each.rule for each in differences(values("beijing"), values(city))}
    sources = {
        f"{section}.{rule}": entry["source"]
        for section, rules in document.items()
        for rule, entry in rules.items()
    }
    known = {rule for rule, source in sources.items() if source == "other city"}
    assert changed and changed <= known | {
        rule for rule, source in sources.items() if source == "our choice"
    }
    assert known <= changed
