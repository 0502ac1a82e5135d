"""Points and rewards (S10) on the running ledger: from the visit to the towel in hand."""

from uuid import UUID, uuid4

import eventlet
import pytest
from sqlalchemy import text

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Error, Forbidden, InvalidRequest, Unauthenticated
from services.ledger import domain, storage
from services.ledger.contract import (
    HandedOver,
    InsufficientPoints,
    OutOfStock,
    PointsRedeemed,
    RewardExists,
)
from tests.integration.ledger.conftest import (
    BORN_ADULT,
    CITY_OFFICER,
    CLERK,
    DISTRICT,
    DISTRICT_OFFICER,
    NOW,
    Books,
    Ledger,
    post,
    posted_at_once,
)


AT_ONCE, STOCK, PRICE = 16, 5, 30
STRANGER = Caller(uuid4())
OTHER_OFFICER = Caller(uuid4(), (RoleIn(Role.DISTRICT_OFFICER, "110101"),))
TOWEL = {
    "code": "towel",
    "district": DISTRICT,
    "name_zh": "毛巾",
    "name_en": "Towel",
    "points": PRICE,
    "stock": STOCK,
}


def add(ledger: Ledger, caller=DISTRICT_OFFICER, **more):
    return ledger.call("add_reward", TOWEL | more, caller)


def exchange(ledger: Ledger, person: Caller, caller=None, quantity=1, code="towel", **options):
    payload = {"person_id": person.person_id, "code": code, "quantity": quantity}
    return ledger.call("exchange_points", payload, caller or person, **options)


def catalogue(ledger: Ledger, caller=STRANGER, **more):
    return ledger.call("list_rewards", more, caller, key=None)


def exchanges(ledger: Ledger, caller: Caller, **more):
    return ledger.call("list_exchanges", more, caller, key=None)


def with_points(ledger: Ledger, points: int) -> Caller:
    person = ledger.verify(BORN_ADULT)
    transfer = domain.move(
        domain.TransferKind.POINTS_AWARD,
        uuid4(),
        out_of={domain.points_issuance(): points},
        into={domain.points(person.person_id): points},
    )
    with ledger.running.session() as session:
        post(session, transfer)
    return person


def at_once(work) -> list:
    """What each of sixteen attempts at once came to: its answer, or the code of its refusal."""

    def attempt(number):
        try:
            return work(number)
        except Error as error:
            return error.code

    return list(eventlet.GreenPool(AT_ONCE).imap(attempt, range(AT_ONCE)))


def sums(ledger: Ledger) -> dict[str, int]:
    return {line["kind"]: line["amount"] for line in ledger.trial_balance()["items"]}


def test_s10_points_of_a_visit_become_a_reward_in_hand(ledger: Ledger):
    person = ledger.verify(BORN_ADULT)
    ledger.earn(person, 60)
    assert ledger.wallet(person)["points"] == 60
    add(ledger)
    made = exchange(ledger, person, quantity=2)
    assert made["points"] == 60
    wallet = ledger.wallet(person)
    assert (wallet["points"], wallet["earned_minutes"]) == (0, 60)
    assert sums(ledger)["rewards"] == 60
    assert catalogue(ledger)["items"][0]["stock"] == STOCK - 2
    with pytest.raises(InsufficientPoints):
        exchange(ledger, person)
    (told,) = ledger.recorded(PointsRedeemed)
    assert (told["exchange_id"], told["points"]) == (made["exchange_id"], 60)

    shown = ledger.call("show_exchange", {"exchange_id": made["exchange_id"]}, person, key=None)
    handing = {"exchange_id": made["exchange_id"], "pickup_code": shown["pickup_code"]}
    with pytest.raises(Forbidden):
        ledger.call("hand_over_reward", handing, person)
    ledger.call("hand_over_reward", handing, CLERK)
    with pytest.raises(HandedOver):
        ledger.call("hand_over_reward", handing, CLERK)
    (own,) = exchanges(ledger, person)["items"]
    assert own["handed_over_by"] == str(CLERK.person_id)


def test_sixteen_people_at_once_get_the_five_pieces_there_are(ledger: Ledger):
    add(ledger)
    people = [with_points(ledger, PRICE) for _ in range(AT_ONCE)]
    answers = at_once(lambda number: exchange(ledger, people[number])["quantity"])
    assert sorted(map(str, answers)) == ["1"] * STOCK + [OutOfStock.code] * (AT_ONCE - STOCK)
    assert catalogue(ledger)["items"][0]["stock"] == 0
    assert sums(ledger)["rewards"] == STOCK * PRICE
    assert len(ledger.recorded(PointsRedeemed)) == STOCK


def test_one_person_at_once_never_spends_more_points_than_there_are(ledger: Ledger):
    add(ledger, stock=AT_ONCE)
    person = with_points(ledger, 3 * PRICE + 1)
    answers = at_once(lambda number: exchange(ledger, person)["quantity"])
    assert answers.count(1) == 3
    assert set(answers) == {1, InsufficientPoints.code}
    assert ledger.wallet(person)["points"] == 1


def test_a_repeated_exchange_is_one_exchange(ledger: Ledger):
    add(ledger)
    person = with_points(ledger, 10 * PRICE)
    first = exchange(ledger, person, key="one-towel-only")
    assert exchange(ledger, person, key="one-towel-only") == first
    assert len(exchanges(ledger, person)["items"]) == 1


def test_sixteen_officers_at_once_add_one_reward_of_a_code(ledger: Ledger):
    answers = at_once(lambda number: add(ledger, points=number + 1)["code"])
    assert sorted(answers) == sorted(["towel"] + [RewardExists.code] * (AT_ONCE - 1))


def test_stock_that_is_added_while_people_exchange_is_all_counted(ledger: Ledger):
    add(ledger, stock=AT_ONCE)
    people = [with_points(ledger, PRICE) for _ in range(AT_ONCE // 2)]

    def work(number):
        if number % 2:
            change = {"code": "towel", "stock_added": 3, "name_en": "Big towel"}
            return ledger.call("change_reward", change, DISTRICT_OFFICER)["code"]
        return exchange(ledger, people[number // 2])["code"]

    assert at_once(work) == ["towel"] * AT_ONCE
    (towel,) = catalogue(ledger)["items"]
    assert towel["stock"] == AT_ONCE + AT_ONCE // 2 * 3 - AT_ONCE // 2
    assert towel["name_en"] == "Big towel"


def test_the_catalogue_is_for_all_and_kept_by_the_officers(ledger: Ledger):
    for caller in (STRANGER, CLERK, OTHER_OFFICER):
        with pytest.raises(Forbidden):
            add(ledger, caller)
    add(ledger)
    add(ledger, CITY_OFFICER, code="rice", district="110000")
    add(ledger, OTHER_OFFICER, code="soap", district="110101")
    codes = [each["code"] for each in catalogue(ledger)["items"]]
    assert codes == ["rice", "soap", "towel"]
    here = [each["code"] for each in catalogue(ledger, district=DISTRICT)["items"]]
    assert here == ["rice", "towel"]
    first = catalogue(ledger, limit=2)
    rest = catalogue(ledger, limit=2, cursor=first["next_cursor"])
    assert [each["code"] for each in first["items"] + rest["items"]] == codes
    assert rest["next_cursor"] is None
    with pytest.raises(Unauthenticated):
        catalogue(ledger, Caller())
    for wrong in ({"cursor": "nonsense"}, {"limit": 0}, {"district": "1101"}):
        with pytest.raises(InvalidRequest):
            catalogue(ledger, **wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"stock": -1},
        {"stock": True},
        {"points": 0},
        {"points": 1.0},
        {"code": "A towel"},
        {"code": "towel\n"},
        {"name_zh": ""},
    ],
    ids=str,
)
def test_a_reward_that_makes_no_sense_is_refused(ledger: Ledger, wrong):
    with pytest.raises(InvalidRequest):
        add(ledger, **wrong)
    assert catalogue(ledger)["items"] == []


def test_exchanges_are_shown_to_whom_they_concern_newest_first(ledger: Ledger):
    add(ledger)
    person = with_points(ledger, 10 * PRICE)
    made = [exchange(ledger, person, caller=CLERK)["exchange_id"] for _ in range(3)]
    first = exchanges(ledger, person, limit=2)
    rest = exchanges(ledger, person, limit=2, cursor=first["next_cursor"])
    assert [each["exchange_id"] for each in first["items"] + rest["items"]] == made[::-1]
    named = {"person_id": person.person_id}
    for caller in (CLERK, DISTRICT_OFFICER, CITY_OFFICER):
        assert len(exchanges(ledger, caller, **named)["items"]) == 3
    with pytest.raises(Forbidden):
        exchanges(ledger, STRANGER, **named)
    with pytest.raises(Forbidden):
        exchange(ledger, person, STRANGER)
    with pytest.raises(InvalidRequest):
        exchanges(ledger, person, cursor="WzFd")


@pytest.fixture
def shop(books: Books, policy_values) -> Books:
    """One reward in the catalogue, and one person with points for sixteen."""
    books.person_id = uuid4()
    reward = domain.Reward(uuid4(), "towel", DISTRICT, "毛巾", "Towel", PRICE, STOCK)
    award = domain.move(
        domain.TransferKind.POINTS_AWARD,
        uuid4(),
        out_of={domain.points_issuance(): AT_ONCE * PRICE},
        into={domain.points(books.person_id): AT_ONCE * PRICE},
    )
    with books.begin() as session:
        books.admit(session, books.person_id, policy_values)
        post(session, award)
        storage.keep(session, [domain.Decided(domain.Outcome(records=(reward,)), ())], set(), NOW)
    return books


def buy(person_id) -> domain.Command:
    return domain.ExchangeFor(uuid4(), Caller(person_id), person_id, "towel", 1)


def count(answers, code) -> int:
    """How many were refused so; the others are all answers."""
    refusals = [answer for answer in answers if isinstance(answer, str)]
    assert set(refusals) <= {code}
    return len(refusals)


def test_many_processes_never_sell_more_than_there_is(shop: Books):
    answers = posted_at_once(shop, [buy(shop.person_id) for _ in range(AT_ONCE)])
    assert count(answers, OutOfStock.code) == AT_ONCE - STOCK
    with shop.begin() as session:
        assert session.scalar(text("select stock from rewards")) == 0
        assert session.scalar(text("select count(*) from exchanges")) == STOCK
        assert storage.balance_of(session, domain.rewards()) == STOCK * PRICE


def test_many_processes_hand_a_reward_over_once(shop: Books):
    (made,) = posted_at_once(shop, [buy(shop.person_id)])
    hand_over = domain.HandOver(UUID(made["exchange_id"]), CLERK, True)
    assert count(posted_at_once(shop, [hand_over] * AT_ONCE), HandedOver.code) == AT_ONCE - 1


def test_many_processes_add_one_reward_of_a_code(shop: Books):
    soaps = [
        domain.Reward(uuid4(), "soap", DISTRICT, "肥皂", "Soap", PRICE, number)
        for number in range(AT_ONCE)
    ]
    answers = posted_at_once(shop, [domain.OfferReward(soap, DISTRICT_OFFICER) for soap in soaps])
    assert count(answers, RewardExists.code) == AT_ONCE - 1
    (added,) = [answer for answer in answers if not isinstance(answer, str)]
    with shop.begin() as session:
        stock = session.scalar(text("select stock from rewards where code = 'soap'"))
    assert stock == added["stock"]
