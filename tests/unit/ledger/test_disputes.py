"""A dispute sets aside what its visit paid, moves that once, and never makes or loses a minute."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import NotFound
from services.ledger import domain
from services.ledger.contract import (
    AdmissionEligible,
    CloseCause,
    CoinsFrozen,
    DisputeSettled,
    DisputesOpen,
    FreezeShortfall,
    InDispute,
    ProgrammeState,
    Provenance,
    SettledByDispute,
    SettlementRefusal,
)
from services.ledger.domain import (
    DISPUTE_MOVES,
    BeyondFrozen,
    Books,
    Close,
    Disputes,
    DisputeState,
    FreezeVisit,
    Hold,
    OtherDispute,
    PastTransfer,
    PayVisit,
    Person,
    PlaceHold,
    Programme,
    Refused,
    ReleaseHold,
    Reverse,
    SettleDispute,
    Task,
    TransferKind,
    WalletState,
    Want,
)
from services.ledger.domain.disputes import next_state
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


NOW = datetime(2026, 6, 1, tzinfo=UTC)
DISTRICT = "110105"
DISPUTE, OTHER, ARBITER, PROGRAMME = (UUID(int=number) for number in range(80, 84))
OFFICER = Caller(ARBITER, (RoleIn(Role.DISTRICT_OFFICER, DISTRICT),))
EARNED, POINTS = domain.wallet(VOLUNTEER, Provenance.EARNED), domain.points(VOLUNTEER)
BUDGET, ASIDE = domain.budget(DISTRICT), domain.dispute_account(DISPUTE)
CLOSED = WalletState.CLOSED


class World:
    """All that the ledger knows of one visit, and what it says to one command after another."""

    def __init__(self, parts, budget=0, volunteer=None, programme=None):
        people = [person(ELDER), volunteer or person(VOLUNTEER)]
        self.records = {Want(Person, each.key): each for each in people}
        if programme:
            self.records[Want(Programme, PROGRAMME)] = programme
        self.balances = Counter({BUDGET: budget})
        for part, minutes in parts.items():
            self.balances[domain.wallet(ELDER, part)] = minutes
        self.known, self.last = [], None

    def books(self):
        return Books(self.records, self.balances, self.known)

    def do(self, command):
        """The error, or None: what is decided is taken over."""
        for _ in range(3):
            self.known += list(command.wants(self.books()))
        touched = set(command.accounts(self.books()))
        (self.last,) = domain.decide([Task(command, POLICY, NOW)], self.books())
        if isinstance(self.last, Refused):
            return self.last.error
        for posting in self.last.postings:
            for entry in posting.entries:
                assert entry.account in touched, "only what is locked is moved"
                self.balances[entry.account] = entry.balance_after
            past = PastTransfer(posting.transfer)
            self.records[Want(PastTransfer, past.key)] = past
        for record in self.last.outcome.records:
            self.records[Want(type(record), record.key)] = record
        return None

    def told(self, event):
        return next(each.facts for each in self.last.outcome.events if each.event is event)

    def place(self, minutes, programme_id=None):
        return self.do(PlaceHold(HOLD, REQUEST, ELDER, DISTRICT, minutes, programme_id))

    def pay(self, minutes):
        return self.do(PayVisit(VISIT, REQUEST, VOLUNTEER, DISTRICT, minutes, 1))

    def open(self, freezes=True, dispute=DISPUTE):
        return self.do(FreezeVisit(dispute, VISIT, REQUEST, VOLUNTEER, DISTRICT, freezes))

    def close(self, returned=0, corrected=0, dispute=DISPUTE):
        names = dispute, VISIT, REQUEST, VOLUNTEER, DISTRICT
        return self.do(SettleDispute(*names, returned, corrected, ARBITER, "decided"))

    def reverse(self, kind=TransferKind.POST):
        return self.do(Reverse(OFFICER, domain.transfer_id_of(kind, VISIT), "of another"))

    def dispute(self, dispute=DISPUTE):
        return self.records[Want(Disputes, VISIT)].find(dispute)

    def now_in(self, person_id, state):
        want = Want(Person, person_id)
        self.records[want] = replace(self.records[want], state=state)

    def coins(self):
        return sum(amount for each, amount in self.balances.items() if each.kind.unit == "minutes")

    def of_elder(self):
        return {part: self.balances[own] for part, own in domain.wallets(ELDER).items()}


def paid(minutes=60, **more):
    """After a visit of an elder with granted coins."""
    world = World({Provenance.GRANTED: minutes}, **more)
    assert not world.place(minutes) and not world.pay(minutes)
    return world


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
