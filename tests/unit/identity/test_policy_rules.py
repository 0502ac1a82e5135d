"""Every rule of the policy is described as data, and a document is checked as a whole."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.identity.domain.policy_rules import (
    CHECKS,
    Difference,
    check_document,
    check_values,
    differences,
    values_of,
)
from services.identity.policy_rules import policy_rules
from services.kernel.contract import InvalidRequest


PRESETS = sorted((Path(__file__).parents[3] / "deploy/policies").glob("*.yaml"))
RULES = policy_rules()


def document_of(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8"))["values"])


@pytest.fixture
def document() -> dict[str, Any]:
    return copy.deepcopy(document_of(next(path for path in PRESETS if path.stem == "beijing")))


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_each_preset_is_whole_with_a_source_and_a_reason_for_every_value(path: Path) -> None:
    check_document(RULES, document_of(path))


def test_every_rule_has_words_in_both_languages_a_unit_and_a_check() -> None:
    for rule in RULES:
        assert rule.zh and rule.en and rule.unit, rule.key
        assert rule.kind in CHECKS, rule.key
        assert any("\u4e00" <= letter <= "\u9fff" for letter in rule.zh), rule.key


@pytest.mark.parametrize(
    ("section", "rule", "value"),
    [
        ("elder", "redeem_from_age", 0),
        ("elder", "redeem_from_age", 121),
        ("elder", "redeem_from_age", "60"),
        ("elder", "redeem_from_age", True),
        ("elder", "redeem_from_age", 60.0),
        ("elder", "redeem_from_age", None),
        ("elder", "redeem_from_age_in_hardship", 61),
        ("credit", "step_minutes", 30),
        ("credit", "most_minutes_a_visit", 481),
        ("credit", "most_minutes_in_all", 0),
        ("finding", "prior_stars", float("nan")),
        ("finding", "prior_stars", 5.5),
        ("finding", "weights", {"distance": 1}),
        ("finding", "weights", dict.fromkeys(["distance", "fit", "x", "y", "z"], 1)),
        (
            "finding",
            "weights",
            dict.fromkeys(["distance", "fit", "reputation", "continuity", "fair_share"], 0),
        ),
        ("visit", "out_of_fence_check_in", "ignore"),
        ("visit", "guardian_proof_required", 1),
        ("hold", "spending_order", ["granted", "gifted"]),
        ("hold", "spending_order", ["granted", "gifted", "gifted"]),
        ("gift", "relations", ["friend"]),
        ("gift", "relations", "parent"),
        ("solvency", "bands_from_ages", [70, 60]),
        ("solvency", "bands_from_ages", []),
        ("request", "review", [{"when": "never"}]),
        ("request", "review", [{"when": "category"}]),
        ("request", "review", ["all"]),
        ("certificate", "issuer", {"zh": "市民政局"}),
        ("certificate", "issuer", {"zh": "市民政局", "en": " "}),
        ("certificate", "issuer", {"zh": "市民政局", "en": "two\nlines"}),
        ("certificate", "issuer", {"zh": "市" * 61, "en": "The city"}),
        ("certificate", "issuer", "The city"),
    ],
)
def test_a_value_of_the_wrong_kind_or_out_of_range_is_refused_by_name(
    document: dict[str, Any], section: str, rule: str, value: Any
) -> None:
    document[section][rule]["value"] = value
    with pytest.raises(InvalidRequest) as refused:
        check_document(RULES, document)
    assert list(refused.value.fields) == [f"{section}.{rule}"]


@pytest.mark.parametrize(
    ("section", "rule", "value"),
    [
        ("elder", "redeem_from_age_in_hardship", None),
        ("elder", "redeem_from_age_in_hardship", 60),
        ("credit", "step_minutes", 20),
        ("credit", "most_minutes_in_all", None),
        ("credit", "most_minutes_in_all", 90_000),
        ("finding", "prior_stars", 4.5),
        ("request", "review", [{"when": "category", "categories": ["legal_aid"]}]),
        ("request", "review", []),
        ("certificate", "issuer", {"zh": "市民政局", "en": "The city"}),
    ],
)
def test_any_value_within_the_description_is_accepted(
    document: dict[str, Any], section: str, rule: str, value: Any
) -> None:
    document[section][rule]["value"] = value
    check_document(RULES, document)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_no_rule_may_be_missing(document: dict[str, Any], rule: Any) -> None:
    del document[rule.section][rule.name]
    with pytest.raises(InvalidRequest) as refused:
        check_document(RULES, document)
    assert refused.value.fields == {rule.key: ["It is missing."]}


def test_an_unknown_rule_or_section_is_refused(document: dict[str, Any]) -> None:
    values = values_of(document)
    values["elder"]["favourite"] = 1
    values["luck"] = {"number": 8}
    values["gift"] = 3  # type: ignore[assignment]
    with pytest.raises(InvalidRequest) as refused:
        check_values(RULES, values)
    assert {"elder.favourite", "luck.number", "gift"} <= refused.value.fields.keys()


@pytest.mark.parametrize(
    "change",
    [
        {"source": "hearsay"},
        {"source": None},
        {"source": ["plan"]},
        {"reason": ""},
        {"reason": "   "},
        {"reason": None},
        {"reason": "x" * 501},
        {"reason": "two\nlines"},
        {"note": "more than asked"},
    ],
)
def test_a_value_without_a_proper_source_and_reason_is_refused(
    document: dict[str, Any], change: dict[str, Any]
) -> None:
    document["elder"]["redeem_from_age"] |= change
    with pytest.raises(InvalidRequest) as refused:
        check_document(RULES, document)
    assert list(refused.value.fields) == ["elder.redeem_from_age"]


@pytest.mark.parametrize("entry", [60, None, {"value": 60}, {"value": 60, "source": "plan"}])
def test_a_bare_value_is_no_entry_of_a_document(document: dict[str, Any], entry: Any) -> None:
    document["elder"]["redeem_from_age"] = entry
    with pytest.raises(InvalidRequest):
        check_document(RULES, document)


def test_the_differences_name_only_what_changes() -> None:
    before = {"elder": {"redeem_from_age": 60}, "credit": {"smallest": 15, "gone": 1}}
    after = {"elder": {"redeem_from_age": 65}, "credit": {"smallest": 15, "new": True}}
    assert differences(before, after) == [
        Difference("elder.redeem_from_age", 60, 65),
        Difference("credit.new", None, True),
        Difference("credit.gone", 1, None),
    ]
