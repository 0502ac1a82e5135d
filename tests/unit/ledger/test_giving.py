"""Grants come out of a budget to special groups (S16); gifts go to elder lineal kin (S5)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
import yaml

from services.identity.contract import Relation
from services.kernel.calendar import age_at
from services.kernel.contract import InvalidRequest
from services.ledger import domain
from services.ledger.contract import (
    InsufficientBudget,
    InsufficientCoins,
    NotInSpecialGroup,
    NotKin,
    Provenance,
    ReceiverNotElder,
)
from services.ledger.domain import Kinship, LedgerPolicy
from tests.unit.ledger.people import POLICY


GRANT, OFFICER, GRANNY, GRANDCHILD = (UUID(int=number) for number in range(11, 15))
GRANDPARENT = Kinship(GRANDCHILD, GRANNY, Relation.GRANDPARENT)


def grant(minutes=600, budget_minutes=600, in_special_group=True, policy=POLICY):
    return domain.grant(
        GRANT,
        GRANNY,
        "110105",
        minutes,
        "alone and frail",
        OFFICER,
        budget_minutes,
        in_special_group,
        policy,
    )


def gift(minutes=60, earned=60, age=60, kinships=(GRANDPARENT,), receiver=GRANNY):
    return domain.gift(GRANT, GRANDCHILD, receiver, minutes, earned, age, kinships, POLICY)


def legs(transfer):
    return {leg.account: leg.amount for leg in transfer.legs}


def test_s16_a_grant_moves_the_budget_to_granted_coins():
    assert legs(grant()) == {
        domain.budget("110105"): -600,
        domain.wallet(GRANNY, Provenance.GRANTED): 600,
    }


def test_s16_a_grant_beyond_the_budget_is_refused():
    with pytest.raises(InsufficientBudget):
        grant(minutes=601)


def test_s16_only_special_groups_are_granted_coins_where_the_policy_says_so():
    with pytest.raises(NotInSpecialGroup):
        grant(in_special_group=False)
    assert grant(in_special_group=False, policy=replace(POLICY, special_groups_only=False))


def test_s5_a_gift_moves_earned_coins_to_gifted_ones():
    assert legs(gift()) == {
        domain.wallet(GRANDCHILD, Provenance.EARNED): -60,
        domain.wallet(GRANNY, Provenance.GIFTED): 60,
    }


def test_s5_the_kinship_counts_whoever_of_the_two_claimed_it():
    assert gift(kinships=[Kinship(GRANNY, GRANDCHILD, Relation.GRANDCHILD)])


def test_s5_direction_matters_when_the_policy_allows_one_only():
    only_up = replace(POLICY, gift_relations=frozenset({Relation.GRANDPARENT}))
    domain.require_kin(GRANDCHILD, GRANNY, [GRANDPARENT], only_up)
    with pytest.raises(NotKin):
        domain.require_kin(GRANNY, GRANDCHILD, [GRANDPARENT], only_up)


@pytest.mark.parametrize(
    "kinships",
    [
        [],
        [Kinship(GRANDCHILD, GRANNY, Relation.SIBLING)],
        [Kinship(GRANDCHILD, OFFICER, Relation.GRANDPARENT)],
        [Kinship(OFFICER, GRANNY, Relation.PARENT)],
    ],
    ids=["nobody", "sibling", "another's grandparent", "another's parent"],
)
def test_s5_a_gift_to_anybody_but_lineal_kin_is_refused(kinships):
    with pytest.raises(NotKin):
        gift(kinships=kinships)


def test_s5_a_gift_to_a_relative_below_the_age_is_refused():
    with pytest.raises(ReceiverNotElder):
        gift(age=59)


def test_s5_a_gift_beyond_the_earned_coins_is_refused():
    with pytest.raises(InsufficientCoins):
        gift(minutes=61)


def test_nobody_gives_coins_to_themselves():
    with pytest.raises(InvalidRequest):
        gift(receiver=GRANDCHILD)


@pytest.mark.parametrize("relation", Relation)
def test_every_relation_has_its_opposite(relation):
    assert domain.opposite(domain.opposite(relation)) is relation


@pytest.mark.parametrize(
    ("born", "now", "age"),
    [
        (date(1966, 6, 1), datetime(2026, 5, 31, 15, 59, tzinfo=UTC), 59),
        (date(1966, 6, 1), datetime(2026, 5, 31, 16, 0, tzinfo=UTC), 60),
        (date(1964, 2, 29), datetime(2025, 2, 28, 12, 0, tzinfo=UTC), 60),
        (date(1964, 2, 29), datetime(2025, 3, 1, 12, 0, tzinfo=UTC), 61),
    ],
)
def test_age_is_counted_in_full_years_by_the_calendar_of_beijing(born, now, age):
    assert age_at(born, now) == age


def test_the_city_policy_gives_the_numbers_that_the_ledger_needs():
    path = Path(__file__).parents[3] / "deploy/policies/beijing.yaml"
    document = yaml.safe_load(path.read_text())["values"]
    values = {
        section: {rule: entry["value"] for rule, entry in rules.items()}
        for section, rules in document.items()
    }
    policy = LedgerPolicy.from_values(1, values)
    assert (policy.redeem_from_age, policy.gift_receiver_from_age) == (60, 60)
    assert policy.spending_order == (Provenance.GRANTED, Provenance.GIFTED, Provenance.EARNED)
    assert Relation.SIBLING not in policy.gift_relations
