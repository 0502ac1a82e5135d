"""A hold is placed whole or refused, then what was held is paid or goes back, to the minute."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.ledger import domain
from services.ledger.contract import Provenance
from services.ledger.domain import BeyondHold, Hold, HoldSettled, HoldState, Refusal
from tests.unit.ledger.people import (
    ELDER,
    HOLD,
    ORDER,
    POLICY,
    REQUEST,
    VISIT,
    VOLUNTEER,
    balances,
)


def hold_of(granted=0, gifted=0, earned=0):
    shares = dict(zip(ORDER, (granted, gifted, earned), strict=True))
    return Hold(HOLD, REQUEST, ELDER, "110105", shares)


def pay(hold, minutes, visit_id=VISIT):
    return domain.decide_post(hold, visit_id, VOLUNTEER, minutes, 3, ORDER)


def into(transfer, account):
    return sum(leg.amount for leg in transfer.legs if leg.account == account) if transfer else 0


@given(st.integers(0, 1500), balances)
def test_a_split_takes_exactly_what_is_asked_or_nothing(minutes, balances):
    shares = domain.split(minutes, balances, ORDER)
    if minutes > sum(balances.values()):
        assert shares is None
    else:
        assert sum(shares.values()) == minutes
        assert all(0 <= shares[part] <= balances[part] for part in shares)


@given(st.integers(0, 1500), balances, st.permutations(ORDER))
def test_a_later_provenance_is_touched_only_when_the_earlier_are_used_up(minutes, balances, order):
    shares = domain.split(minutes, balances, order) or {}
    for earlier, later in zip(order, order[1:], strict=False):
        if shares.get(later):
            assert shares[earlier] == balances[earlier]


@given(st.integers(1, 1500), balances, st.integers(0, 110))
@example(60, dict.fromkeys(Provenance, 20), 60)
@example(60, dict.fromkeys(Provenance, 20), 59)
def test_s4_earned_coins_pay_for_ones_own_service_only_from_60(minutes, balances, age):
    decided = domain.decide_hold(minutes, balances, age, POLICY)
    usable = sum(balances.values()) - (balances[Provenance.EARNED] if age < 60 else 0)
    if minutes <= usable:
        assert sum(decided.values()) == minutes
        assert age >= 60 or decided[Provenance.EARNED] == 0
    else:
        enough_with_earned = minutes <= sum(balances.values())
        reason = "redeemed_from_elder_age" if enough_with_earned else "insufficient_coins"
        assert decided == Refusal(reason, minutes, usable)


@pytest.mark.parametrize(
    ("age", "groups", "held"),
    [
        (64, (), False),
        (64, ("dementia",), False),
        (59, ("economic_hardship",), False),
        (60, ("dementia", "economic_hardship"), True),
        (65, (), True),
    ],
)
def test_s4_where_the_policy_says_so_hardship_lowers_the_age_of_redeeming(age, groups, held):
    policy = replace(POLICY, redeem_from_age=65, redeem_from_age_in_hardship=60)
    decided = domain.decide_hold(60, {Provenance.EARNED: 90}, age, policy, groups)
    assert (not isinstance(decided, Refusal)) == held
    assert held or decided == Refusal("redeemed_from_elder_age", 60, 0)


@pytest.mark.parametrize(
    ("groups", "in_hardship", "told"),
    [
        ((), 60, {"redeem_from_age": 65}),
        (("economic_hardship",), 60, {"redeem_from_age_in_hardship": 60}),
        (("economic_hardship",), 65, {"redeem_from_age": 65}),
    ],
)
def test_the_age_is_told_under_the_name_of_the_rule_that_goes(groups, in_hardship, told):
    policy = replace(POLICY, redeem_from_age=65, redeem_from_age_in_hardship=in_hardship)
    assert policy.age_told(groups) == told


def test_somebody_without_a_wallet_is_refused_by_name():
    assert domain.decide_hold(60, None, 70, POLICY) == Refusal("no_wallet", 60, 0)


@given(balances, st.data())
def test_what_is_paid_and_what_goes_back_make_the_hold(balances, data):
    total = sum(balances.values())
    hold = Hold(HOLD, REQUEST, ELDER, "110105", balances)
    minutes = data.draw(st.integers(0, total))
    if total == 0:
        return
    settlement = pay(hold, minutes)
    settled = settlement.hold
    assert settled.posted_minutes == minutes
    assert settled.posted_minutes + settled.released_minutes == hold.minutes
    paid = domain.wallet(VOLUNTEER, Provenance.EARNED)
    assert into(settlement.post, paid) == minutes
    back = {part: into(settlement.release, own) for part, own in domain.wallets(ELDER).items()}
    assert sum(back.values()) == total - minutes
    spent = domain.split(minutes, balances, ORDER)
    assert back == {part: balances[part] - spent[part] for part in Provenance}


def test_s2_s16_granted_coins_are_consumed_first_and_arrive_as_earned():
    settlement = pay(hold_of(granted=60, gifted=30, earned=30), 95)
    assert into(settlement.post, domain.wallet(VOLUNTEER, Provenance.EARNED)) == 95
    assert into(settlement.release, domain.wallet(ELDER, Provenance.EARNED)) == 25
    assert into(settlement.release, domain.wallet(ELDER, Provenance.GRANTED)) == 0


@given(st.integers(1, 300), st.integers(1, 300))
def test_more_than_was_held_is_never_paid(held, more):
    with pytest.raises(BeyondHold):
        pay(hold_of(earned=held), held + more)


def test_a_visit_of_no_minutes_returns_everything():
    settlement = pay(hold_of(granted=60), 0)
    assert settlement.post is None
    assert settlement.hold.state is HoldState.RELEASED
    assert into(settlement.release, domain.wallet(ELDER, Provenance.GRANTED)) == 60
    assert pay(settlement.hold, 0) is None


def test_the_same_visit_told_again_changes_nothing():
    settled = pay(hold_of(granted=60), 45).hold
    assert pay(settled, 45) is None
    assert domain.decide_release(settled) is None


def test_a_settled_hold_pays_for_no_other_visit():
    settled = pay(hold_of(granted=60), 45).hold
    with pytest.raises(HoldSettled):
        pay(settled, 15, visit_id=UUID(int=99))


def test_a_released_hold_pays_nobody():
    released = domain.decide_release(hold_of(granted=60)).hold
    with pytest.raises(HoldSettled):
        pay(released, 45)


def test_a_release_returns_each_coin_to_where_it_came_from():
    hold = hold_of(granted=10, gifted=20, earned=30)
    settlement = domain.decide_release(hold)
    for part, own in domain.wallets(ELDER).items():
        assert into(settlement.release, own) == hold.shares[part]
    assert settlement.hold.released_minutes == 60
    assert domain.decide_release(settlement.hold) is None


def test_a_release_that_overtook_its_hold_leaves_nothing_to_pay_from():
    ahead = domain.release_ahead(HOLD, REQUEST, ELDER, "110105")
    assert (ahead.state, ahead.minutes) == (HoldState.RELEASED, 0)
    assert domain.decide_release(ahead) is None


def test_a_policy_that_no_longer_spends_earned_coins_still_pays_from_older_holds():
    hold = hold_of(granted=10, earned=50)
    settlement = domain.decide_post(hold, VISIT, VOLUNTEER, 60, 3, ORDER[:1])
    assert settlement.hold.posted_minutes == 60
    assert settlement.release is None


def test_a_policy_without_earned_coins_does_not_spend_them():
    policy = replace(POLICY, spending_order=ORDER[:2])
    decided = domain.decide_hold(60, {Provenance.EARNED: 90}, 70, policy)
    assert decided == Refusal("insufficient_coins", 60, 0)
