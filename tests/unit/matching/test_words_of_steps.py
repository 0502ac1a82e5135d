"""Every step by which minutes are credited has its words, and no words are kept for none."""

from services.matching import domain
from services.matching.words import STEPS, step_told
from tests.unit.matching.test_domain import POLICY


WITHOUT_A_RULE = {"served", "clerk"}


def test_every_step_is_told_with_its_value_in_chinese_and_english() -> None:
    policy = domain.MatchingPolicy(**vars(POLICY) | {"most_minutes_in_all": 90_000})
    values = domain.limits_of_steps(60, policy)
    assert set(values) | WITHOUT_A_RULE == set(STEPS)
    for rule, value in values.items():
        told = step_told(rule, value, 41)
        assert f"{value}" in told["zh"] and "41" in told["zh"]
        assert f"{value}" in told["en"] and "41" in told["en"]
