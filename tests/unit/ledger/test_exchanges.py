"""Points for rewards (S10): never more than there is on the shelf, nor than somebody has."""

from dataclasses import replace

import pytest

from services.kernel.caller import Caller
from services.kernel.contract import Forbidden, InvalidRequest, NotFound, Unauthenticated
from services.ledger import domain
from services.ledger.contract import (
    MOST_STOCK,
    HandedOver,
    InsufficientPoints,
    MostExchanged,
    NoWallet,
    OutOfStock,
    PointsRedeemed,
    PriceChanged,
    RewardExists,
    RewardOfAnotherDistrict,
    RewardState,
    RewardWithdrawn,
    WalletFrozen,
)
from services.ledger.domain import Exchange, Reward, Task, WalletState
from tests.unit.ledger.people import POLICY
from tests.unit.ledger.shop import (
    ANN,
    BOB,
    CITY,
    CITY_AREA,
    CLERK,
    EXCHANGES,
    FIRST,
    NOW,
    OFFICER,
    OTHER_CLERK,
    OTHER_OFFICER,
    SECOND,
    STREET,
    UNKNOWN,
    Shop,
)


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


def test_a_districts_rewards_are_for_its_own_people_and_the_citys_for_all(shop):
    shop.add("rice", district="110101", caller=OTHER_OFFICER)
    shop.add("soap", district=CITY_AREA, caller=CITY)
    with pytest.raises(RewardOfAnotherDistrict):
        shop.exchange(code="rice")
    assert shop.exchange(code="soap")


def test_what_is_withdrawn_is_exchanged_no_more_until_it_comes_back(shop):
    shop.exchange()
    shop.change(state=RewardState.WITHDRAWN)
    with pytest.raises(RewardWithdrawn):
        shop.exchange(exchange_id=SECOND)
    assert shop.hand_over()
    shop.change(state=RewardState.ACTIVE)
    assert shop.exchange(exchange_id=SECOND)


def test_nobody_pays_another_price_than_the_one_they_saw(shop):
    shop.change(points=400)
    for seen in (300, 600, 401):
        with pytest.raises(PriceChanged) as refused:
            shop.exchange(points=seen)
        assert refused.value.fields == {"needed_points": 400}
    assert shop.exchange(quantity=2, points=800).answer["points"] == 800


def test_nobody_has_more_pieces_than_the_limit_be_they_picked_up_or_not(shop):
    shop.change(most_a_person=2, points=100)
    with pytest.raises(MostExchanged) as refused:
        shop.exchange(quantity=3)
    assert refused.value.fields == {"taken": 0, "most_a_person": 2}
    shop.exchange(quantity=2)
    shop.hand_over()
    with pytest.raises(MostExchanged):
        shop.exchange(exchange_id=SECOND)
    assert shop.exchange(exchange_id=SECOND, person=BOB)
    shop.take_back()
    assert shop.exchange(exchange_id=EXCHANGES[2])


def test_it_is_picked_up_in_ones_own_street_or_another_of_the_district(shop):
    assert shop.exchange().answer["pickup_street"] == STREET
    other = shop.exchange(exchange_id=SECOND, street="110105002")
    assert other.answer["pickup_street"] == "110105002"
    with pytest.raises(InvalidRequest):
        shop.exchange(exchange_id=EXCHANGES[2], street="110101001")
    with pytest.raises(Forbidden):
        shop.hand_over(SECOND)
    assert shop.hand_over(SECOND, OTHER_CLERK)


def test_by_when_it_is_picked_up_is_the_policys_of_the_day(shop):
    exchange = shop.exchange().answer
    assert (exchange["pick_up_by"] - NOW).days == POLICY.pickup_days
