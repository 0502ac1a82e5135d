"""What becomes of an exchanged reward (S10): in hand by its code, or back with its points, once."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.kernel.caller import Caller
from services.kernel.contract import Error, Forbidden, InvalidRequest, NotFound
from services.ledger import domain
from services.ledger.contract import (
    MOST_STOCK,
    CloseCause,
    ExchangeEnded,
    ExchangeState,
    HandedOver,
    NotHandedOver,
    PointsReturned,
    ReturnTooLate,
    RewardHandedOver,
    TooManyPickUpCodes,
    WrongPickUpCode,
)
from services.ledger.domain import (
    Applicant,
    Exchange,
    OpenDisputes,
    OpenHolds,
    Person,
    Reward,
    WalletState,
    Want,
)
from services.ledger.domain.exchanges import MOVES, moved
from services.ledger.domain.handing_over import may_see_exchange, sees_code
from tests.unit.ledger.people import POLICY
from tests.unit.ledger.shop import (
    ANN,
    BOB,
    CITY,
    CLERK,
    CODES,
    EXCHANGES,
    FIRST,
    OFFICER,
    OTHER_CLERK,
    OTHER_OFFICER,
    SECOND,
    Shop,
)


S = ExchangeState
STOCK, PRICE = 5, 300


@pytest.fixture
def shop():
    shop = Shop()
    shop.add(price=PRICE, stock=STOCK)
    shop.exchange()
    return shop


def close(shop: Shop, person=ANN, caller=OFFICER, cause=CloseCause.DEATH):
    known = [Want(each, person) for each in (OpenHolds, OpenDisputes, Applicant)]
    shop.books = shop.books.with_records(dict.fromkeys(known))
    return shop.do(domain.Close(SECOND, caller, person, cause, "gone"))


@pytest.mark.parametrize(("state", "to"), list(product(S, S)))
def test_an_exchange_moves_along_the_table_and_nowhere_else(state, to):
    if to in MOVES.get(state, ()):
        assert moved(state, to) is to
        return
    refusals = {S.RESERVED: NotHandedOver, S.HANDED_OVER: HandedOver}
    with pytest.raises(refusals.get(state, ExchangeEnded)):
        moved(state, to)


def brought_to(shop: Shop, state: ExchangeState) -> None:
    if state in (S.HANDED_OVER, S.RETURNED):
        shop.hand_over()
    if state is S.RETURNED:
        shop.take_back()
    if state is S.CANCELLED:
        shop.cancel()
    if state is S.LAPSED:
        shop.later(days=POLICY.pickup_days)
        shop.lapse()
    assert shop.state() is state


ACTS = {S.HANDED_OVER: Shop.hand_over, S.CANCELLED: Shop.cancel, S.RETURNED: Shop.take_back}


@pytest.mark.parametrize(("state", "to"), list(product(S, ACTS)))
def test_every_command_makes_its_moves_and_is_refused_in_every_other_state(shop, state, to):
    brought_to(shop, state)
    before = shop.balance(domain.points(ANN)), shop.stock()
    if to in MOVES.get(state, ()):
        ACTS[to](shop)
        assert shop.state() is to
        return
    with pytest.raises((HandedOver, NotHandedOver, ExchangeEnded)):
        ACTS[to](shop)
    assert shop.state() is state
    assert (shop.balance(domain.points(ANN)), shop.stock()) == before


@pytest.mark.parametrize("state", [each for each in S if each is not S.RESERVED])
def test_the_timer_leaves_alone_what_does_not_wait(shop, state):
    brought_to(shop, state)
    shop.later(days=2 * POLICY.pickup_days)
    assert shop.lapse() == domain.Outcome()
    assert shop.state() is state


def test_the_right_code_hands_over_and_is_told(shop):
    outcome = shop.hand_over()
    assert outcome.answer["state"] is S.HANDED_OVER
    (told,) = outcome.events
    assert told.event is RewardHandedOver
    assert (told.facts["return_by"] - shop.now).days == POLICY.return_days
    assert shop.balance(domain.rewards()) == PRICE


def test_without_a_code_nothing_is_handed_over_and_nothing_counted(shop):
    for _ in range(2 * POLICY.most_wrong_pickup_codes):
        with pytest.raises(InvalidRequest):
            shop.hand_over(fits=None)
    assert shop.hand_over()


def test_wrong_codes_are_counted_and_then_no_code_is_taken_for_a_while(shop):
    for _ in range(POLICY.most_wrong_pickup_codes):
        outcome = shop.hand_over(fits=False)
        assert isinstance(outcome.refusal, WrongPickUpCode)
        assert not outcome.events
    for fits in (False, True):
        with pytest.raises(TooManyPickUpCodes) as refused:
            shop.hand_over(fits=fits)
        again = shop.now + timedelta(minutes=POLICY.wrong_pickup_codes_minutes)
        assert refused.value.fields == {
            "most_wrong_codes": POLICY.most_wrong_pickup_codes,
            "ask_again_at": again.isoformat(),
        }
    shop.later(minutes=POLICY.wrong_pickup_codes_minutes)
    assert shop.hand_over().answer["state"] is S.HANDED_OVER


def test_one_wrong_code_less_than_the_limit_does_no_harm(shop):
    for _ in range(POLICY.most_wrong_pickup_codes - 1):
        shop.hand_over(fits=False)
    assert shop.hand_over().answer["state"] is S.HANDED_OVER


def test_who_has_no_right_to_hand_over_learns_nothing_of_the_code(shop):
    for caller in (OTHER_CLERK, OTHER_OFFICER, Caller(BOB), Caller(ANN)):
        with pytest.raises(Forbidden):
            shop.hand_over(caller=caller, fits=False)
    assert shop.books.find(Exchange, FIRST).wrong_codes == 0


def test_the_holder_gives_up_what_waits_and_has_points_and_the_shelf_its_piece(shop):
    outcome = shop.cancel()
    assert shop.balance(domain.points(ANN)) == 1000
    assert shop.balance(domain.rewards()) == 0
    assert shop.stock() == STOCK
    assert [each.policy_version for each in outcome.transfers] == [POLICY.version]
    (told,) = outcome.events
    assert (told.event, told.facts["state"], told.facts["points"]) == (
        PointsReturned,
        S.CANCELLED,
        PRICE,
    )


@pytest.mark.parametrize("caller", [OTHER_CLERK, OFFICER, CITY, Caller(BOB)])
def test_nobody_else_gives_it_up_for_them_but_the_clerk_of_the_street(shop, caller):
    with pytest.raises(Forbidden):
        shop.cancel(caller=caller)
    assert shop.cancel(caller=CLERK).answer["ended_by"] == CLERK.person_id


def test_what_is_not_picked_up_in_time_lapses_and_not_a_moment_before(shop):
    shop.later(days=POLICY.pickup_days, microseconds=-1)
    assert shop.lapse() == domain.Outcome()
    shop.later(microseconds=1)
    (told,) = shop.lapse().events
    assert (told.facts["state"], told.facts["acted_by"]) == (S.LAPSED, None)
    assert (shop.balance(domain.points(ANN)), shop.stock()) == (1000, STOCK)


def test_what_is_overdue_can_be_picked_up_until_the_timer_has_come_by(shop):
    shop.later(days=POLICY.pickup_days + 1)
    assert shop.hand_over()
    assert shop.lapse() == domain.Outcome()


def test_a_reward_comes_back_in_time_and_a_damaged_one_leaves_the_stock(shop):
    shop.exchange(exchange_id=SECOND)
    shop.hand_over()
    shop.hand_over(SECOND)
    shop.later(days=POLICY.return_days, microseconds=-1)
    assert shop.take_back(SECOND, damaged=True).answer["end_reason"] == "it leaks"
    assert (shop.balance(domain.points(ANN)), shop.stock()) == (700, STOCK - 2)
    shop.take_back()
    assert (shop.balance(domain.points(ANN)), shop.stock()) == (1000, STOCK - 1)


def test_after_the_time_to_return_it_is_kept(shop):
    until = shop.hand_over().events[0].facts["return_by"]
    shop.later(days=POLICY.return_days)
    with pytest.raises(ReturnTooLate) as refused:
        shop.take_back()
    assert refused.value.fields == {"return_by": until.isoformat()}


@pytest.mark.parametrize("caller", [OTHER_CLERK, OTHER_OFFICER, Caller(ANN), Caller(BOB)])
def test_only_who_hands_over_takes_back(shop, caller):
    shop.hand_over()
    with pytest.raises(Forbidden):
        shop.take_back(caller=caller)


def test_a_full_shelf_takes_back_what_was_set_aside(shop):
    full = replace(shop.books.find(Reward, "towel"), stock=MOST_STOCK)
    shop.books.apply(domain.Outcome(records=(full,)), shop.now)
    shop.cancel()
    assert shop.stock() == MOST_STOCK + 1


def test_what_is_not_there_is_not_found(shop):
    for act in (shop.hand_over, shop.cancel, shop.lapse, shop.take_back):
        with pytest.raises(NotFound):
            act(SECOND)


def test_a_frozen_wallet_gets_its_points_back(shop):
    frozen = replace(shop.books.person(ANN), state=WalletState.FROZEN)
    shop.books.apply(domain.Outcome(records=(frozen,)), shop.now)
    shop.cancel()
    assert shop.balance(domain.points(ANN)) == 1000


def test_closing_puts_back_what_waits_and_all_points_expire(shop):
    shop.exchange(2, SECOND)
    outcome = close(shop)
    assert outcome.answer["expired_points"] == 1000
    assert {each.policy_version for each in outcome.transfers} == {POLICY.version}
    assert (shop.stock(), shop.state(), shop.state(SECOND)) == (STOCK, S.CANCELLED, S.CANCELLED)
    for account in (domain.points(ANN), domain.rewards()):
        assert shop.balance(account) == 0
    assert [each.event for each in outcome.events][:2] == [PointsReturned, PointsReturned]


def test_what_was_handed_over_before_closing_can_come_back_and_its_points_expire(shop):
    shop.hand_over()
    close(shop)
    gone = replace(shop.books.person(ANN), state=WalletState.CLOSED)
    shop.books.apply(domain.Outcome(records=(gone,)), shop.now)
    (told,) = shop.take_back().events
    assert told.facts["expired"]
    assert shop.balance(domain.points(ANN)) == shop.balance(domain.rewards()) == 0
    assert shop.stock() == STOCK


@pytest.mark.parametrize("caller", [Caller(ANN), CLERK, OFFICER, CITY])
def test_it_is_shown_to_whom_it_concerns(shop, caller):
    exchange, person = shop.books.find(Exchange, FIRST), shop.books.find(Person, ANN)
    may_see_exchange(caller, exchange, person)
    with pytest.raises(Forbidden):
        may_see_exchange(OTHER_CLERK, exchange, person)


def test_the_code_is_the_holders_and_the_clerks_only_where_an_agency_exchanged(shop):
    shop.exchange(exchange_id=SECOND, caller=CLERK)
    person = shop.books.find(Person, ANN)
    own, by_clerk = (shop.books.find(Exchange, each) for each in (FIRST, SECOND))
    assert sees_code(Caller(ANN), own, person)
    assert sees_code(Caller(ANN), by_clerk, person)
    assert sees_code(CLERK, by_clerk, person)
    assert not sees_code(CLERK, own, person)
    for caller in (OTHER_CLERK, OFFICER, CITY, Caller(BOB), Caller()):
        assert not sees_code(caller, by_clerk, person)
    shop.cancel()
    assert not sees_code(Caller(ANN), shop.books.find(Exchange, FIRST), person)


codes, people = st.sampled_from(CODES), st.sampled_from([ANN, BOB])
exchanges = st.sampled_from(EXCHANGES[:6])


class Rewards(RuleBasedStateMachine):
    """Any order of all that can be done, against simple sums."""

    def __init__(self):
        super().__init__()
        self.shop = Shop()
        self.stocked, self.broken = {}, dict.fromkeys(CODES, 0)
        self.left = list(EXCHANGES)
        self.ended: dict = {}

    @rule(code=codes, price=st.integers(1, 400), stock=st.integers(0, 5))
    def add(self, code, price, stock):
        if self.attempt(lambda: self.shop.add(code, price, stock)):
            self.stocked[code] = stock

    @rule(code=codes, price=st.integers(1, 400), added=st.integers(-3, 3))
    def change(self, code, price, added):
        if self.attempt(lambda: self.shop.change(added, code, points=price)):
            self.stocked[code] += added

    @rule(code=codes, person=people, quantity=st.integers(1, 3))
    def exchange(self, code, person, quantity):
        if self.left and self.attempt(
            lambda: self.shop.exchange(quantity, self.left[0], person, code=code)
        ):
            self.left.pop(0)

    @rule(exchange_id=exchanges, fits=st.sampled_from([True, True, False, None]))
    def hand_over(self, exchange_id, fits):
        self.attempt(lambda: self.shop.hand_over(exchange_id, fits=fits))

    @rule(exchange_id=exchanges)
    def cancel(self, exchange_id):
        self.attempt(lambda: self.shop.cancel(exchange_id))

    @rule(exchange_id=exchanges)
    def lapse(self, exchange_id):
        self.attempt(lambda: self.shop.lapse(exchange_id))

    @rule(exchange_id=exchanges, damaged=st.booleans())
    def take_back(self, exchange_id, damaged):
        if self.attempt(lambda: self.shop.take_back(exchange_id, damaged=damaged)) and damaged:
            exchange = self.shop.books.find(Exchange, exchange_id)
            self.broken[exchange.code] += exchange.quantity

    @rule(days=st.integers(1, 20))
    def wait(self, days):
        self.shop.later(days=days)

    def attempt(self, work):
        try:
            return work()
        except Error:
            return None

    def with_holders(self):
        return [
            each
            for each in self.shop.books.all(Exchange)
            if each.state in (S.RESERVED, S.HANDED_OVER)
        ]

    @invariant()
    def what_is_left_was_stocked_and_is_with_nobody(self):
        for code, stocked in self.stocked.items():
            taken = sum(each.quantity for each in self.with_holders() if each.code == code)
            assert self.shop.stock(code) == stocked - taken - self.broken[code] >= 0

    @invariant()
    def no_point_is_made_or_lost(self):
        spent = dict.fromkeys((ANN, BOB), 0)
        for each in self.with_holders():
            spent[each.person_id] += each.points
        for person, points in spent.items():
            assert self.shop.balance(domain.points(person)) == 1000 - points >= 0
        assert self.shop.balance(domain.rewards()) == sum(spent.values())
        assert self.shop.balance(domain.points_issuance()) == 0

    @invariant()
    def what_has_ended_stays_as_it_ended(self):
        for each in self.shop.books.all(Exchange):
            if each.ended_at is not None:
                assert self.ended.setdefault(each.exchange_id, each) == each


Rewards.TestCase.settings = settings(
    max_examples=100, stateful_step_count=40, deadline=None, database=None
)
test_no_order_of_events_makes_or_loses_a_point_or_a_piece = Rewards.TestCase
