"""Points for rewards (S10): never more than there is on the shelf, nor than somebody has."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Error, Forbidden, InvalidRequest, NotFound, Unauthenticated
from services.ledger import domain
from services.ledger.contract import (
    MOST_STOCK,
    HandedOver,
    InsufficientPoints,
    NoWallet,
    OutOfStock,
    PointsRedeemed,
    RewardExists,
    WalletFrozen,
)
from services.ledger.domain import Books, Exchange, Person, Reward, Task, WalletState, Want
from tests.unit.ledger.people import POLICY


NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
DISTRICT, STREET, CITY_AREA = "110105", "110105001", "110000"
ANN, BOB, UNKNOWN = PEOPLE = [UUID(int=number) for number in range(1, 4)]
EXCHANGES = [UUID(int=number) for number in range(100, 120)]
FIRST, SECOND, *_ = EXCHANGES
CODES = ["rice", "soap", "towel"]
OFFICER = Caller(UUID(int=50), (RoleIn(Role.DISTRICT_OFFICER, DISTRICT),))
CLERK = Caller(UUID(int=51), (RoleIn(Role.AGENCY_CLERK, STREET),))
OTHER_OFFICER = Caller(UUID(int=52), (RoleIn(Role.DISTRICT_OFFICER, "110101"),))
CITY = Caller(UUID(int=53), (RoleIn(Role.CITY_OFFICER, CITY_AREA),))
OTHER_CLERK = Caller(UUID(int=54), (RoleIn(Role.AGENCY_CLERK, "110105002"),))


class Shop:
    """Books in memory: a catalogue, people with points, and what they exchanged."""

    def __init__(self, points=1000):
        people = {
            Want(Person, each): Person(each, date(1950, 1, 1), STREET, DISTRICT)
            for each in (ANN, BOB)
        }
        nothing = [Want(Reward, code) for code in CODES]
        nothing += [Want(Exchange, each) for each in EXCHANGES]
        nothing += [Want(Person, UNKNOWN)]
        balances = {domain.points(each): points for each in (ANN, BOB)}
        self.books = Books(people, balances, nothing)

    def do(self, command):
        outcome = command.decide(self.books, POLICY, NOW)
        self.books.apply(outcome, NOW)
        return outcome

    def add(self, code="towel", price=300, stock=5, district=DISTRICT, caller=OFFICER):
        reward = Reward(UUID(int=CODES.index(code)), code, district, "毛巾", "Towel", price, stock)
        return self.do(domain.OfferReward(reward, caller))

    def change(self, added=0, code="towel", caller=OFFICER, **changes):
        return self.do(domain.AlterReward(code, caller, changes, added))

    def exchange(self, quantity=1, exchange_id=FIRST, person=ANN, caller=None, code="towel"):
        who = caller or Caller(person)
        return self.do(domain.ExchangeFor(exchange_id, who, person, code, quantity))

    def hand_over(self, exchange_id=FIRST, caller=CLERK):
        return self.do(domain.HandOver(exchange_id, caller))

    def stock(self, code="towel"):
        return self.books.find(Reward, code).stock

    def balance(self, account):
        return self.books.balance(account)


@pytest.fixture
def shop():
    shop = Shop()
    shop.add()
    return shop


def test_s10_points_become_a_reward_of_the_price_of_the_day(shop):
    outcome = shop.exchange(quantity=2)
    assert shop.balance(domain.points(ANN)) == 400
    assert shop.balance(domain.rewards()) == 600
    assert shop.stock() == 3
    assert outcome.answer["points"] == 600
    (told,) = outcome.events
    assert told.event is PointsRedeemed
    assert (told.facts["code"], told.facts["quantity"], told.facts["points"]) == ("towel", 2, 600)
    shop.change(points=1, name_en="Big towel")
    assert shop.books.find(Exchange, FIRST).name_en == "Towel"


def test_nothing_is_sold_that_is_not_there(shop):
    shop.change(added=-4)
    with pytest.raises(OutOfStock) as refused:
        shop.exchange(quantity=2)
    assert refused.value.fields == {"stock": 1}
    shop.exchange()
    with pytest.raises(OutOfStock):
        shop.exchange(exchange_id=SECOND, person=BOB)
    with pytest.raises(OutOfStock):
        shop.change(added=-1)
    assert shop.stock() == 0


def test_nobody_spends_points_they_do_not_have(shop):
    with pytest.raises(InsufficientPoints) as refused:
        shop.exchange(quantity=4)
    assert refused.value.fields == {"points": 1000, "needed_points": 1200}
    assert shop.stock() == 5


def test_the_last_point_counts(shop):
    shop.change(points=1001)
    with pytest.raises(InsufficientPoints):
        shop.exchange()
    shop.change(points=1000)
    assert shop.exchange()


def test_a_frozen_wallet_keeps_its_points(shop):
    person = replace(shop.books.person(ANN), state=WalletState.FROZEN)
    shop.books.apply(domain.Outcome(records=(person,)), NOW)
    with pytest.raises(WalletFrozen):
        shop.exchange()
    assert shop.stock() == 5


def test_a_reward_is_handed_over_once_and_never_to_oneself(shop):
    shop.exchange()
    with pytest.raises(Forbidden):
        shop.hand_over(caller=Caller(ANN, CLERK.roles))
    done = shop.hand_over().answer
    assert (done["handed_over_at"], done["handed_over_by"]) == (NOW, CLERK.person_id)
    with pytest.raises(HandedOver):
        shop.hand_over(caller=OFFICER)


@pytest.mark.parametrize("caller", [CLERK, OFFICER, CITY])
def test_the_clerk_of_the_street_and_the_officers_hand_over(shop, caller):
    shop.exchange()
    assert shop.hand_over(caller=caller)


@pytest.mark.parametrize("caller", [OTHER_CLERK, OTHER_OFFICER, Caller(BOB)])
def test_nobody_else_hands_over_or_exchanges_for_another(shop, caller):
    with pytest.raises(Forbidden):
        shop.exchange(caller=caller)
    shop.exchange()
    with pytest.raises(Forbidden):
        shop.hand_over(caller=caller)
    with pytest.raises(Unauthenticated):
        shop.hand_over(caller=Caller())


def test_s15_a_clerk_exchanges_for_an_elder_and_is_recorded(shop):
    outcome = shop.exchange(caller=CLERK)
    assert outcome.answer["exchanged_by"] == CLERK.person_id == outcome.transfers[0].acted_by


def test_a_district_keeps_its_own_rewards_and_the_city_all(shop):
    for caller in (OTHER_OFFICER, CLERK, Caller(ANN)):
        with pytest.raises(Forbidden):
            shop.add("rice", caller=caller)
        with pytest.raises(Forbidden):
            shop.change(added=1, caller=caller)
    with pytest.raises(Forbidden):
        shop.add("soap", district=CITY_AREA, caller=OFFICER)
    with pytest.raises(Forbidden):
        shop.add("soap", district="310101", caller=CITY)
    with pytest.raises(Unauthenticated):
        shop.add("soap", caller=Caller())
    shop.add("soap", district=CITY_AREA, caller=CITY)
    shop.change(added=1, caller=CITY)
    assert shop.stock() == 6


def test_a_code_names_one_reward(shop):
    with pytest.raises(RewardExists):
        shop.add(price=1, caller=CITY)
    assert shop.books.find(Reward, "towel").points == 300


def test_stock_has_its_limit(shop):
    with pytest.raises(InvalidRequest):
        shop.change(added=MOST_STOCK)


def test_what_is_not_there_is_not_found(shop):
    with pytest.raises(NotFound):
        shop.exchange(code="rice")
    with pytest.raises(NotFound):
        shop.change(code="rice")
    with pytest.raises(NotFound):
        shop.hand_over(SECOND)
    with pytest.raises(NoWallet):
        shop.exchange(person=UNKNOWN)
    with pytest.raises(Forbidden):
        shop.exchange(person=UNKNOWN, caller=CLERK)


def test_a_batch_of_exchanges_sells_each_piece_once(shop):
    commands = [domain.ExchangeFor(each, Caller(ANN), ANN, "towel", 1) for each in EXCHANGES[:16]]
    shop.books = shop.books.with_balances({domain.points(ANN): 300 * 16})
    results = domain.decide([Task(each, POLICY, NOW) for each in commands], shop.books)
    refused = [each.error for each in results if isinstance(each, domain.Refused)]
    assert len(results) - len(refused) == 5
    assert {type(error) for error in refused} == {OutOfStock}


codes, people = st.sampled_from(CODES), st.sampled_from([ANN, BOB])


class Rewards(RuleBasedStateMachine):
    """Any order of adding, changing, exchanging and handing over, against simple sums."""

    def __init__(self):
        super().__init__()
        self.shop = Shop()
        self.stocked, self.taken, self.spent = {}, {}, dict.fromkeys((ANN, BOB), 0)
        self.left = list(EXCHANGES)

    @rule(code=codes, price=st.integers(1, 400), stock=st.integers(0, 5))
    def add(self, code, price, stock):
        if self.attempt(lambda: self.shop.add(code, price, stock)):
            self.stocked[code], self.taken[code] = stock, 0

    @rule(code=codes, price=st.integers(1, 400), added=st.integers(-3, 3))
    def change(self, code, price, added):
        if self.attempt(lambda: self.shop.change(added, code, points=price)):
            self.stocked[code] += added

    @rule(code=codes, person=people, quantity=st.integers(1, 3))
    def exchange(self, code, person, quantity):
        if not self.left:
            return
        outcome = self.attempt(
            lambda: self.shop.exchange(quantity, self.left[0], person, code=code)
        )
        if outcome:
            self.left.pop(0)
            self.taken[code] += quantity
            self.spent[person] += outcome.answer["points"]

    @rule(exchange_id=st.sampled_from(EXCHANGES))
    def hand_over(self, exchange_id):
        self.attempt(lambda: self.shop.hand_over(exchange_id))

    def attempt(self, work):
        try:
            return work()
        except Error:
            return None

    @invariant()
    def what_is_left_was_stocked_and_not_taken(self):
        for code, stocked in self.stocked.items():
            assert self.shop.stock(code) == stocked - self.taken[code] >= 0

    @invariant()
    def no_point_is_made_or_lost(self):
        for person, spent in self.spent.items():
            assert self.shop.balance(domain.points(person)) == 1000 - spent >= 0
        assert self.shop.balance(domain.rewards()) == sum(self.spent.values())


Rewards.TestCase.settings = settings(
    max_examples=100, stateful_step_count=30, deadline=None, database=None
)
test_no_order_of_exchanges_sells_what_is_not_there = Rewards.TestCase
