"""Whatever is moved can be explained in both languages."""

import doctest
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.ledger import words
from services.ledger.contract import Provenance
from services.ledger.domain import TransferKind
from services.ledger.domain.accounts import Account, Kind
from services.ledger.domain.holds import Hold, HoldState
from services.ledger.domain.transfers import Leg


CHINESE = re.compile(r"[一-鿿]")
LEFT_OPEN = re.compile(r"[{}]")
PRESETS = sorted((Path(__file__).parents[3] / "deploy" / "policies").glob("*.yaml"))
SHARES = {Provenance.GRANTED: 60, Provenance.GIFTED: 0, Provenance.EARNED: 60}
HELD = Hold(
    UUID(int=1), UUID(int=2), UUID(int=3), "110105", SHARES, HoldState.POSTED, posted_minutes=95
)
SIDES = [
    Leg(Account(kind, provenance=provenance), amount)
    for kind in Kind
    for provenance in (None, *Provenance)
    for amount in (95, -95)
]


def values_of(preset: Path) -> dict[str, dict[str, Any]]:
    document = yaml.safe_load(preset.read_text(encoding="utf-8"))["values"]
    return {
        section: {name: entry["value"] for name, entry in rules.items()}
        for section, rules in document.items()
    }


def is_whole(told: dict[str, Any]) -> bool:
    both = bool(CHINESE.search(told["zh"])) and not CHINESE.search(told["en"])
    return both and not LEFT_OPEN.search(told["zh"] + told["en"])


@pytest.mark.parametrize("kind", TransferKind)
def test_every_kind_of_transfer_is_explained_in_chinese_and_english(kind: TransferKind) -> None:
    told = words.why(kind, 95, 3)
    assert "95" in told["zh"] and "第3版政策" in told["zh"]
    assert "95" in told["en"] and "version 3" in told["en"]


def test_no_words_are_kept_for_what_is_never_moved() -> None:
    assert set(words.catalogue()["kinds"]) == {str(kind) for kind in TransferKind}


def test_the_examples_are_true() -> None:
    assert doctest.testmod(words).failed == 0


@pytest.mark.parametrize("kind", TransferKind)
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.stem)
def test_each_step_of_each_kind_is_whole_in_both_languages(
    kind: TransferKind, preset: Path
) -> None:
    values = values_of(preset)
    told = words.steps(kind, SIDES, HELD, values)
    rules = [step["rule"] for step in told if step["rule"]]
    named = [each["rule"].split(".") for each in words.catalogue()["rules"].get(kind, ())]
    assert rules == [f"{part}.{name}" for part, name in named if values[part][name] is not None]
    assert len(told) == len(SIDES) + 3 + len(rules)
    assert all(is_whole(step) for step in told)


@given(minutes=st.integers(1, 240), a_minute=st.integers(1, 5))
def test_points_for_a_visit_can_be_counted_again_from_their_step(
    minutes: int, a_minute: int
) -> None:
    amount = minutes * a_minute
    legs = [Leg(Account(Kind.POINTS_ISSUANCE), -amount), Leg(Account(Kind.POINTS), amount)]
    kind = TransferKind.POINTS_AWARD
    step = words.steps(kind, legs, None, {"points": {"a_minute": a_minute}})[-1]
    assert step["rule"] == "points.a_minute"
    assert step["values"] == {"value": a_minute, "amount": amount, "minutes": minutes}
    assert f"{minutes}分钟得{amount}积分" in step["zh"]


def test_points_for_stars_can_be_counted_again_from_their_step() -> None:
    legs = [Leg(Account(Kind.POINTS_ISSUANCE), -15), Leg(Account(Kind.POINTS), 15)]
    step = words.steps(TransferKind.POINTS_STARS, legs, None, {"points": {"a_star": 3}})[-1]
    assert step["zh"] == "每颗星得3积分，5星得15积分"


def test_before_the_visit_nothing_is_said_of_what_it_took() -> None:
    placed = Hold(UUID(int=1), UUID(int=2), UUID(int=3), "110105", SHARES)
    said = [step["en"] for step in words.steps(TransferKind.HOLD, [], placed, None)]
    assert said == ["120 minutes were held"]


def test_no_order_is_told_where_another_version_spent_or_a_programme_did() -> None:
    """A visit is paid by the version of its check-in, and its coins spent by today's."""
    values = {"hold": {"spending_order": ["granted", "gifted", "earned"]}}
    of_programme = replace(HELD, programme_id=UUID(int=4))
    for kind, held in ((TransferKind.POST, HELD), (TransferKind.HOLD, of_programme)):
        assert not [step for step in words.steps(kind, SIDES, held, values) if step["rule"]]


def test_a_version_from_before_a_rule_is_explained_without_it() -> None:
    kind = TransferKind.POINTS_AWARD
    assert not [step for step in words.steps(kind, SIDES, None, {}) if step["rule"]]


def test_no_rules_are_told_of_kinds_that_there_are_not() -> None:
    assert set(words.catalogue()["rules"]) <= {str(kind) for kind in TransferKind}
    assert set(words.catalogue()["accounts"]) == {str(kind) for kind in Kind}
