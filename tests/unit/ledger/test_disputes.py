"""A dispute sets aside what its visit paid, moves that once, and never makes or loses a minute."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.contract import NotFound
from services.ledger import domain
from services.ledger.contract import (
    AdmissionEligible,
    CoinsFrozen,
    FreezeShortfall,
    Provenance,
)
from services.ledger.domain import (
    DISPUTE_MOVES,
    BeyondFrozen,
    Disputes,
    DisputeState,
    FreezeVisit,
    Hold,
    OtherDispute,
    PayVisit,
    Person,
    ReleaseHold,
    SettleDispute,
    WalletState,
    Want,
)
from services.ledger.domain.disputes import next_state
from tests.unit.ledger.disputed import (
    ARBITER,
    ASIDE,
    CLOSED,
    DISPUTE,
    DISTRICT,
    EARNED,
    OTHER,
    World,
    paid,
)
from tests.unit.ledger.people import (
    ELDER,
    HOLD,
    POLICY,
    REQUEST,
    VISIT,
    VOLUNTEER,
    balances,
    person,
)


# States


@pytest.mark.parametrize(("state", "to"), list(product(DisputeState, DisputeState)))
def test_a_dispute_moves_along_the_drawn_edges_and_no_other(state, to):
    drawn = {
        ("waiting", "frozen"),
        ("waiting", "uncorrected"),
        ("waiting", "settled"),
        ("frozen", "uncorrected"),
        ("frozen", "settled"),
        ("uncorrected", "settled"),
    }
    assert (to in DISPUTE_MOVES.get(state, ())) == ((state, to) in drawn)
    if (state, to) in drawn:
        assert next_state(state, to) is to
    else:
        with pytest.raises(ValueError, match=f"is not {to} next"):
            next_state(state, to)


# Setting aside


@given(st.integers(1, 240), st.integers(0, 300))
def test_what_the_visit_paid_is_set_aside_as_far_as_it_is_still_there(minutes, left):
    world = paid(minutes)
    world.balances[EARNED] = left
    assert world.open() is None
    frozen = min(minutes, left)
    facts = world.told(CoinsFrozen)
    assert (facts["paid_minutes"], facts["frozen_minutes"]) == (minutes, frozen)
    assert facts["reason"] == (FreezeShortfall.SPENT if left < minutes else None)
    assert (world.balances[EARNED], world.balances[ASIDE]) == (left - frozen, frozen)


def test_a_claim_of_too_little_sets_nothing_aside():
    world = paid()
    assert world.open(freezes=False) is None
    assert world.told(CoinsFrozen)["reason"] is FreezeShortfall.NOT_CLAIMED
    assert (world.balances[EARNED], world.balances[ASIDE]) == (60, 0)


def test_a_frozen_wallets_coins_are_set_aside_and_a_closed_ones_are_not():
    for state, frozen in [(WalletState.FROZEN, 60), (CLOSED, 0)]:
        world = paid()
        world.now_in(VOLUNTEER, state)
        assert world.open() is None
        assert world.balances[ASIDE] == frozen
    assert world.told(CoinsFrozen)["reason"] is FreezeShortfall.WALLET_CLOSED


def test_a_visit_that_was_taken_back_already_sets_nothing_aside():
    world = paid()
    assert world.reverse() is None
    world.balances[EARNED] = 90
    assert world.open() is None
    assert world.told(CoinsFrozen)["reason"] is FreezeShortfall.REVERSED
    assert world.balances[EARNED] == 90


def test_a_dispute_told_twice_sets_aside_once():
    world = paid()
    world.balances[EARNED] = 200
    world.open()
    assert world.open() is None
    assert world.last.postings == ()
    assert world.balances[EARNED] == 140


def test_a_dispute_told_before_the_hold_comes_again():
    assert isinstance(World({}).open(), NotFound)


def test_a_dispute_told_before_its_visit_sets_the_coins_aside_with_the_payment():
    world = World({Provenance.GRANTED: 60})
    world.place(60)
    assert world.open() is None
    assert world.dispute().state is DisputeState.WAITING
    assert world.pay(45) is None
    assert world.told(CoinsFrozen)["frozen_minutes"] == 45
    assert (world.balances[EARNED], world.balances[ASIDE]) == (0, 45)
    assert world.dispute().state is DisputeState.FROZEN


def test_a_dispute_told_before_a_visit_of_no_minutes_is_answered_all_the_same():
    world = World({Provenance.GRANTED: 60})
    world.place(60)
    world.open()
    assert world.pay(0) is None
    assert world.told(CoinsFrozen)["reason"] is FreezeShortfall.NOT_PAID
    late = World({Provenance.GRANTED: 60})
    late.place(60)
    late.pay(0)
    late.open()
    assert late.told(CoinsFrozen)["reason"] is FreezeShortfall.NOT_PAID


def test_a_dispute_told_before_the_hold_is_given_back_is_answered_all_the_same():
    world = World({Provenance.GRANTED: 60})
    world.place(60)
    # A visit that is said not to have taken place.
    world.open(freezes=False)
    assert world.do(ReleaseHold(HOLD, REQUEST, ELDER, DISTRICT)) is None
    assert world.told(CoinsFrozen)["reason"] is FreezeShortfall.NOT_PAID
    assert world.dispute().state is DisputeState.FROZEN
    assert world.of_elder()[Provenance.GRANTED] == 60


def test_a_dispute_over_another_visit_than_the_one_that_is_paid_is_answered_all_the_same():
    world = World({Provenance.GRANTED: 60})
    world.place(60)
    world.open()
    assert world.do(PayVisit(OTHER, REQUEST, VOLUNTEER, DISTRICT, 60, 1)) is None
    assert world.told(CoinsFrozen)["reason"] is FreezeShortfall.NOT_PAID
    assert (world.balances[EARNED], world.balances[ASIDE]) == (60, 0)


def test_a_closed_volunteers_disputed_visit_is_paid_into_the_estate_and_stays_there():
    world = World({Provenance.GRANTED: 60}, volunteer=person(VOLUNTEER, state=CLOSED))
    world.place(60)
    world.open()
    assert world.pay(60) is None
    assert world.told(CoinsFrozen)["reason"] is FreezeShortfall.WALLET_CLOSED
    assert world.balances[domain.estate(VOLUNTEER)] == 60


def test_coins_that_are_set_aside_do_not_open_a_care_home_until_they_are_free():
    needed = domain.needed_minutes(POLICY)
    world = World({Provenance.GRANTED: 60})
    world.balances[EARNED] = needed - 60
    world.place(60)
    world.open()
    world.pay(60)
    assert AdmissionEligible not in {each.event for each in world.last.outcome.events}
    world.close()
    assert world.told(AdmissionEligible)["counted_minutes"] == needed


def test_one_visit_has_one_dispute_at_a_time_with_its_coins():
    world = paid()
    world.balances[EARNED] = 200
    world.open()
    assert world.open(dispute=OTHER) is None
    assert world.told(CoinsFrozen)["reason"] is FreezeShortfall.DISPUTED_ELSEWHERE
    assert isinstance(world.close(returned=1, dispute=OTHER), BeyondFrozen)
    assert world.close(dispute=OTHER) is None
    assert world.close(returned=60) is None


def test_a_second_dispute_after_the_first_can_only_return_what_the_first_left():
    world = paid()
    world.balances[EARNED] = 200
    world.open()
    world.close(returned=45)
    world.open(dispute=OTHER)
    assert world.told(CoinsFrozen)["paid_minutes"] == 15
    assert isinstance(world.close(returned=16, dispute=OTHER), BeyondFrozen)
    assert world.close(returned=15, dispute=OTHER) is None
    assert world.of_elder()[Provenance.GRANTED] == 60


def test_two_disputes_one_after_the_other_give_back_what_one_of_both_would_have() -> None:
    parts = {Provenance.GRANTED: 30, Provenance.GIFTED: 20, Provenance.EARNED: 10}
    world = World(parts)
    world.place(60)
    world.pay(60)
    world.open()
    world.close(returned=15)
    assert list(world.of_elder().values()) == [10, 0, 5]
    world.open(dispute=OTHER)
    world.close(returned=20, dispute=OTHER)
    assert world.of_elder() == parts | {Provenance.GRANTED: 5}


def test_nobody_else_than_who_was_paid_has_coins_set_aside() -> None:
    after, before = paid(), World({Provenance.GRANTED: 60})
    before.place(60)
    for world in (after, before):
        world.records[Want(Person, OTHER)] = person(OTHER)
        world.balances[domain.wallet(OTHER, Provenance.EARNED)] = 90
        assert world.do(FreezeVisit(DISPUTE, VISIT, REQUEST, OTHER, DISTRICT, True)) is None
    assert before.pay(60) is None
    for world in (after, before):
        assert world.told(CoinsFrozen)["reason"] is FreezeShortfall.NOT_PAID
        assert (world.balances[ASIDE], world.balances[EARNED]) == (0, 60)


def test_a_dispute_is_not_closed_of_somebody_elses_visit() -> None:
    world = paid()
    world.open()
    for request, volunteer in ((REQUEST, OTHER), (OTHER, VOLUNTEER)):
        names = DISPUTE, VISIT, request, volunteer, DISTRICT
        command = SettleDispute(*names, 0, 0, ARBITER, "decided")
        assert isinstance(world.do(command), OtherDispute)
    assert world.balances[ASIDE] == 60


# Whatever happens


BEGUN = [(), (("place", 60),), (("place", 60), ("pay", 50))]
steps = st.lists(
    st.one_of(
        st.tuples(st.just("place"), st.integers(1, 90)),
        st.tuples(st.just("pay"), st.integers(0, 90)),
        st.tuples(st.just("open"), st.booleans(), st.sampled_from([DISPUTE, OTHER])),
        st.tuples(
            st.just("close"),
            st.integers(0, 90),
            st.sampled_from([0, 0, 7]),
            st.sampled_from([DISPUTE, OTHER]),
        ),
        st.tuples(st.just("reverse")),
        st.tuples(st.just("now_in"), st.just(ELDER), st.sampled_from(list(WalletState))),
    ),
    max_size=12,
)


@given(balances, st.integers(0, 20), st.sampled_from(BEGUN), steps)
def test_in_any_order_no_minute_is_made_or_lost_and_each_dispute_has_its_coins(
    parts, budget, begun, history
):
    world = World(parts, budget)
    for step, *facts in begun:
        getattr(world, step)(*facts)
    whole = world.coins()
    for step, *facts in history:
        getattr(world, step)(*facts)
        assert world.coins() == whole
        assert min(world.balances.values(), default=0) >= min(
            0, world.balances[domain.points_issuance()]
        )
        disputes = world.records.get(Want(Disputes, VISIT)) or Disputes(VISIT)
        for each in disputes.items:
            wanted = each.frozen_minutes if each.state is DisputeState.FROZEN else 0
            assert world.balances[each.account] == wanted
        hold = world.records.get(Want(Hold, REQUEST))
        paid_minutes = hold.posted_minutes if hold else 0
        assert disputes.returned_minutes <= paid_minutes
