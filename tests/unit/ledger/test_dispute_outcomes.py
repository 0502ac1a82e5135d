"""What a dispute returns, corrects and gives free at its end, and what it bars until then."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.contract import NotFound
from services.ledger import domain
from services.ledger.contract import (
    CloseCause,
    DisputeSettled,
    DisputesOpen,
    InDispute,
    ProgrammeState,
    Provenance,
    SettledByDispute,
    SettlementRefusal,
)
from services.ledger.domain import (
    BeyondFrozen,
    Close,
    DisputeState,
    PastTransfer,
    Programme,
    TransferKind,
    WalletState,
    Want,
)
from tests.unit.ledger.disputed import (
    ARBITER,
    ASIDE,
    BUDGET,
    CLOSED,
    DISPUTE,
    DISTRICT,
    EARNED,
    NOW,
    OFFICER,
    POINTS,
    PROGRAMME,
    World,
    paid,
)
from tests.unit.ledger.people import (
    ELDER,
    POLICY,
    VISIT,
    VOLUNTEER,
    balances,
)


# How it ends


@given(balances.filter(lambda parts: sum(parts.values())), st.data())
def test_a_return_leaves_the_payer_as_if_the_visit_had_been_so_much_shorter(parts, data):
    held = data.draw(st.integers(1, sum(parts.values())))
    served = data.draw(st.integers(1, held))
    returned = data.draw(st.integers(0, served))
    disputed, shorter = World(parts), World(parts)
    for world, minutes in ((disputed, served), (shorter, served - returned)):
        world.place(held)
        world.pay(minutes)
    disputed.open()
    assert disputed.close(returned) is None
    assert disputed.of_elder() == shorter.of_elder()
    assert disputed.balances[EARNED] == shorter.balances[EARNED] == served - returned
    assert disputed.balances[POINTS] == shorter.balances[POINTS]
    assert disputed.balances[ASIDE] == 0
    assert disputed.coins() == shorter.coins()


def test_a_closed_elders_estate_gets_what_is_returned():
    world = paid()
    world.open()
    world.now_in(ELDER, CLOSED)
    assert world.close(returned=40) is None
    assert (world.balances[domain.estate(ELDER)], world.balances[EARNED]) == (40, 20)


@pytest.mark.parametrize("closed", [False, True])
def test_what_a_programme_paid_goes_back_to_it_or_to_its_districts_budget(closed):
    def lectures(state, *closing):
        named = PROGRAMME, DISTRICT, "讲座", "健康讲座", None, ARBITER, NOW, state
        return Programme(*named, *(closing or (None, None, None)))

    world = World({}, programme=lectures(ProgrammeState.OPEN))
    account = domain.programme(PROGRAMME, DISTRICT)
    world.balances[account] = 60
    world.place(60, PROGRAMME)
    world.pay(60)
    world.open()
    if closed:
        want = Want(Programme, PROGRAMME)
        world.records[want] = lectures(ProgrammeState.CLOSED, ARBITER, NOW, "over")
    assert world.close(returned=25) is None
    assert world.balances[BUDGET if closed else account] == 25
    assert world.balances[EARNED] == 35


@given(st.integers(1, 240), st.integers(0, 240), st.integers(0, 300))
def test_points_of_what_is_returned_are_taken_back_as_far_as_there_are_any(minutes, back, left):
    back = min(minutes, back)
    world = paid(minutes)
    world.balances[POINTS] = left
    world.open()
    assert world.close(returned=back) is None
    award = minutes * POLICY.points_a_minute
    assert world.balances[POINTS] == left - min(left, award * back // minutes)


def test_points_that_an_officer_took_back_are_not_taken_again():
    world = paid()
    assert world.reverse(TransferKind.POINTS_AWARD) is None
    reversed_award = domain.transfer_id_of(TransferKind.POINTS_AWARD, VISIT)
    want = Want(PastTransfer, reversed_award)
    assert world.records[want].is_reversed
    world.balances[POINTS] = 7
    world.open()
    world.close(returned=60)
    assert world.balances[POINTS] == 7


def test_a_correction_is_paid_from_the_budget_beside_what_is_released():
    world = paid(budget=30)
    world.open(freezes=False)
    assert world.close(corrected=30) is None
    assert (world.balances[BUDGET], world.balances[EARNED]) == (0, 90)
    facts = world.told(DisputeSettled)
    assert (facts["corrected_minutes"], facts["refused"]) == (30, None)


def test_corrected_minutes_bring_the_points_of_service_once_they_are_paid():
    world = paid(budget=29)
    world.open(freezes=False)
    before = world.balances[POINTS]
    world.close(corrected=30)
    assert world.balances[POINTS] == before
    world.balances[BUDGET] = 30
    for _ in range(2):
        world.close(corrected=30)
    assert world.balances[POINTS] == before + 30


def test_a_budget_that_does_not_cover_the_correction_pays_none_of_it_and_the_rest_is_settled():
    world = paid(budget=29)
    world.open()
    assert world.close(returned=20, corrected=30) is None
    facts = world.told(DisputeSettled)
    assert facts["refused"] is SettlementRefusal.INSUFFICIENT_BUDGET
    assert (facts["returned_minutes"], facts["released_minutes"]) == (20, 40)
    assert (world.balances[BUDGET], world.balances[EARNED]) == (29, 40)
    assert world.dispute().state is DisputeState.UNCORRECTED


def test_a_correction_that_was_refused_is_paid_once_when_it_is_told_again_and_covered():
    world = paid(budget=29)
    world.open()
    world.close(returned=20, corrected=30)
    assert world.close(returned=20, corrected=30) is None
    assert world.told(DisputeSettled)["refused"] is SettlementRefusal.INSUFFICIENT_BUDGET
    world.balances[BUDGET] += 71
    for _ in range(2):
        assert world.close(returned=20, corrected=30) is None
    assert (world.balances[BUDGET], world.balances[EARNED]) == (70, 70)
    assert world.of_elder()[Provenance.GRANTED] == 20
    done = world.dispute()
    assert (done.state, done.corrected_minutes, done.refused) == (DisputeState.SETTLED, 30, None)


def test_an_arbiter_may_let_a_correction_be_that_was_refused():
    world = paid()
    world.open()
    world.close(corrected=30)
    assert world.close() is None
    assert world.told(DisputeSettled)["released_minutes"] == 60
    assert world.dispute().state is DisputeState.SETTLED


def test_a_closed_wallet_gets_no_correction():
    world = paid(budget=60)
    world.open(freezes=False)
    world.now_in(VOLUNTEER, CLOSED)
    assert world.close(corrected=30) is None
    assert world.told(DisputeSettled)["refused"] is SettlementRefusal.WALLET_CLOSED
    assert world.balances[BUDGET] == 60


def test_a_frozen_wallet_gets_what_is_released_and_corrected():
    world = paid(budget=10)
    world.open()
    world.now_in(VOLUNTEER, WalletState.FROZEN)
    assert world.close(returned=20, corrected=10) is None
    assert world.balances[EARNED] == 50


def test_more_than_is_frozen_is_never_returned():
    world = paid()
    world.balances[EARNED] = 50
    world.open()
    assert isinstance(world.close(returned=51), BeyondFrozen)
    assert (world.balances[ASIDE], world.dispute().state) == (50, DisputeState.FROZEN)


def test_a_dispute_closed_twice_moves_once():
    world = paid()
    world.open()
    world.close(returned=20)
    assert world.close(returned=60) is None
    assert world.last.postings == ()
    assert (world.balances[EARNED], world.of_elder()[Provenance.GRANTED]) == (40, 20)


def test_a_closing_that_overtakes_the_opening_leaves_nothing_to_set_aside():
    world = paid()
    assert world.close() is None
    assert world.open() is None
    assert world.last.postings == ()
    assert (world.balances[EARNED], world.balances[ASIDE]) == (60, 0)


def test_a_closing_that_overtakes_the_visit_leaves_its_payment_free():
    world = World({Provenance.GRANTED: 60})
    world.place(60)
    world.open()
    assert world.close() is None
    assert world.pay(60) is None
    assert (world.balances[EARNED], world.balances[ASIDE]) == (60, 0)


def test_a_return_that_overtakes_what_it_is_to_return_comes_again():
    world = paid()
    assert isinstance(world.close(returned=20), NotFound)
    waiting = World({Provenance.GRANTED: 60})
    waiting.place(60)
    waiting.open()
    assert isinstance(waiting.close(returned=20), NotFound)


# What a dispute bars


@pytest.mark.parametrize("freezes", [True, False])
@pytest.mark.parametrize("kind", [TransferKind.POST, TransferKind.POINTS_AWARD])
def test_a_visit_under_dispute_is_not_reversed(freezes, kind):
    world = paid()
    world.balances[EARNED] = 200
    world.open(freezes)
    error = world.reverse(kind)
    assert isinstance(error, InDispute)
    assert error.fields == {"dispute_ids": [str(DISPUTE)]}


@pytest.mark.parametrize("kind", [TransferKind.POST, TransferKind.POINTS_AWARD])
@pytest.mark.parametrize(
    ("returned", "corrected", "budget"), [(60, 0, 0), (1, 0, 0), (0, 5, 5), (0, 5, 0)]
)
def test_a_visit_that_a_dispute_has_settled_is_not_reversed(kind, returned, corrected, budget):
    world = paid(budget=budget)
    world.balances[EARNED] = 200
    world.open()
    world.close(returned, corrected)
    assert isinstance(world.reverse(kind), SettledByDispute)


def test_a_visit_whose_dispute_moved_nothing_can_be_reversed():
    world = paid()
    world.open()
    world.close()
    assert world.reverse() is None
    assert world.of_elder()[Provenance.GRANTED] == 60


def test_a_wallet_with_disputed_coins_is_closed_only_after_the_dispute():
    def close():
        closing = UUID(int=90)
        return Close(closing, OFFICER, VOLUNTEER, CloseCause.DEATH, "certificate shown", None)

    world = paid()
    world.open()
    error = world.do(close())
    assert isinstance(error, DisputesOpen)
    assert error.fields == {"dispute_ids": [str(DISPUTE)]}
    world.close(returned=20)
    assert world.do(close()) is None
    assert world.balances[domain.charity(DISTRICT)] == 40
    assert world.of_elder()[Provenance.GRANTED] == 20
