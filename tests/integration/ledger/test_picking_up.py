"""Exchanged rewards (S10) on the running ledger: picked up by a code, given back, never twice."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from alembic import command
from eventlet import tpool
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from services.kernel.caller import Call, Caller
from services.kernel.contract import Error
from services.kernel.migrate import alembic_config, migrate
from services.ledger import domain, storage
from services.ledger.audit import audit
from services.ledger.contract import (
    CloseCause,
    ExchangeState,
    PointsReturned,
    RewardHandedOver,
)
from services.ledger.journal import Journal
from services.ledger.rewards import lapse_due
from services.rating.contract import Channel, RatingGiven
from tests.integration.conftest import Templates, at_database, execute
from tests.integration.ledger.conftest import (
    BORN_ADULT,
    BORN_ELDER,
    CLERK,
    DISTRICT,
    DISTRICT_OFFICER,
    NOW,
    STREET,
    Books,
    Ledger,
    posted_at_once,
)
from tests.integration.ledger.test_rewards import (
    AT_ONCE,
    PRICE,
    STOCK,
    add,
    buy,
    catalogue,
    exchange,
    shop,
    with_points,
)


__all__ = ["shop"]
ELSEWHERE = "110105002"


def show(ledger: Ledger, made, caller: Caller):
    return ledger.call("show_exchange", {"exchange_id": made["exchange_id"]}, caller, key=None)


def hand_over(ledger: Ledger, made, code, caller=CLERK, **options):
    payload = {"exchange_id": made["exchange_id"], "pickup_code": code}
    return ledger.call("hand_over_reward", payload, caller, **options)


def points(ledger: Ledger, person: Caller, caller: Caller | None = None, **more):
    payload = {"person_id": person.person_id, **more}
    return ledger.call("list_points", payload, caller or person, key=None)


def code_of(error) -> str:
    return error.value.code


def test_s10_a_reward_is_picked_up_by_its_code_comes_back_and_all_of_it_is_told(ledger: Ledger):
    add(ledger)
    person = with_points(ledger, 100)
    made = exchange(ledger, person, quantity=2)
    assert (made["state"], made["pickup_street"]) == ("reserved", STREET)
    assert "pickup_code" not in made
    code = show(ledger, made, person)["pickup_code"]
    assert show(ledger, made, person)["pickup_code"] == code
    assert len(code) == 8
    assert show(ledger, made, CLERK)["pickup_code"] is None
    waiting = ledger.call("list_pick_ups", {"street": STREET}, CLERK, key=None)["items"]
    assert [each["exchange_id"] for each in waiting] == [made["exchange_id"]]

    wrong = str((int(code) + 1) % 10**8).zfill(8)
    with pytest.raises(Error) as refused:
        hand_over(ledger, made, wrong)
    assert code_of(refused) == "wrong_pickup_code"
    with pytest.raises(Error) as refused:
        ledger.call("hand_over_reward", {"exchange_id": made["exchange_id"]}, CLERK)
    assert code_of(refused) == "invalid_request"
    done = hand_over(ledger, made, code, key="once-only")
    assert hand_over(ledger, made, code, key="once-only") == done
    (told,) = ledger.recorded(RewardHandedOver)
    assert told["handed_over_by"] == str(CLERK.person_id)
    assert show(ledger, made, person)["pickup_code"] is None

    back = {"exchange_id": made["exchange_id"], "reason": "it leaks", "damaged": True}
    with pytest.raises(Error) as refused:
        ledger.call("return_reward", back, person)
    assert code_of(refused) == "forbidden"
    assert ledger.call("return_reward", back, CLERK)["state"] == "returned"
    with pytest.raises(Error) as refused:
        ledger.call("return_reward", back, DISTRICT_OFFICER)
    assert code_of(refused) == "exchange_ended"
    assert catalogue(ledger)["items"][0]["stock"] == STOCK - 2
    (told,) = ledger.recorded(PointsReturned)
    assert (told["state"], told["points"], told["damaged"]) == ("returned", 2 * PRICE, True)

    shown = points(ledger, person)
    assert shown["points"] == ledger.wallet(person)["points"] == 100
    lines = [(each["kind"], each["points"], each["balance_points"]) for each in shown["items"]]
    assert lines == [
        ("points_return", 60, 100),
        ("points_exchange", -60, 40),
        ("points_award", 100, 100),
    ]
    returned, exchanged, awarded = shown["items"]
    assert returned["policy_version"] == exchanged["policy_version"] == 1
    assert (returned["reason"], returned["name_zh"], awarded["name_zh"]) == (
        "it leaks",
        "毛巾",
        None,
    )
    assert "积分" in exchanged["zh"]
    assert exchanged["en"] == "60 points were spent on a reward, by version 1 of the policy"
    first = points(ledger, person, limit=2)
    rest = points(ledger, person, limit=2, cursor=first["next_cursor"])
    assert first["items"] + rest["items"] == shown["items"]
    with pytest.raises(Error) as refused:
        points(ledger, person, Caller(uuid4()))
    assert code_of(refused) == "forbidden"
    assert audit(ledger.running.engine).is_clean


def test_wrong_codes_are_counted_also_over_repeats_and_then_none_is_taken(ledger: Ledger):
    add(ledger)
    person = with_points(ledger, PRICE)
    made = exchange(ledger, person)
    code = show(ledger, made, person)["pickup_code"]
    wrong = str((int(code) + 1) % 10**8).zfill(8)
    for number in range(5):
        for _ in range(2):
            with pytest.raises(Error) as refused:
                hand_over(ledger, made, wrong, key=f"wrong-{number}", now=NOW)
            assert code_of(refused) == "wrong_pickup_code"
    with pytest.raises(Error) as refused:
        hand_over(ledger, made, code, now=NOW)
    assert (code_of(refused), refused.value.status) == ("too_many_pickup_codes", 429)
    later = NOW + timedelta(minutes=15)
    assert hand_over(ledger, made, code, now=later)["state"] == "handed_over"


def test_s15_an_agency_exchanges_for_an_elder_without_a_phone_and_sees_the_code(ledger: Ledger):
    add(ledger)
    elder = with_points(ledger, 2 * PRICE)
    made = exchange(ledger, elder, caller=CLERK)
    assert show(ledger, made, CLERK)["pickup_code"]
    cancelled = ledger.call("cancel_exchange", {"exchange_id": made["exchange_id"]}, CLERK)
    assert (cancelled["state"], cancelled["ended_by"]) == ("cancelled", str(CLERK.person_id))
    assert ledger.wallet(elder)["points"] == 2 * PRICE
    assert catalogue(ledger)["items"][0]["stock"] == STOCK


def test_what_is_withdrawn_is_not_in_the_catalogue_and_not_exchanged(ledger: Ledger):
    add(ledger)
    person = with_points(ledger, PRICE)
    change = {"code": "towel", "state": "withdrawn", "most_a_person": 3}
    changed = ledger.call("change_reward", change, DISTRICT_OFFICER)
    assert (changed["state"], changed["most_a_person"]) == ("withdrawn", 3)
    assert catalogue(ledger)["items"] == []
    assert [each["code"] for each in catalogue(ledger, withdrawn=True)["items"]] == ["towel"]
    with pytest.raises(Error) as refused:
        exchange(ledger, person)
    assert code_of(refused) == "reward_withdrawn"


def test_the_timer_lapses_what_nobody_picked_up(ledger: Ledger):
    add(ledger)
    person = with_points(ledger, 2 * PRICE)
    old = exchange(ledger, person, now=datetime.now(UTC) - timedelta(days=31))
    fresh = exchange(ledger, person)

    journal, call = Journal(ledger.running.session), Call(datetime.now(UTC))
    for _ in range(2):
        lapse_due(ledger.running.session, lambda one: journal.post([one])[0], call)
    assert show(ledger, old, person)["state"] == "lapsed"
    assert show(ledger, fresh, person)["state"] == "reserved"
    (told,) = ledger.recorded(PointsReturned)
    assert (told["state"], told["acted_by"]) == ("lapsed", None)
    assert ledger.wallet(person)["points"] == PRICE


def rated(ledger: Ledger, elder: Caller, volunteer: Caller, visit_id: UUID, stars=5, **options):
    facts = {
        "rating_id": uuid4(),
        "visit_id": visit_id,
        "elder_id": elder.person_id,
        "volunteer_id": volunteer.person_id,
        "stars": stars,
        "channel": Channel.PHONE_CALL,
        "rated_by": CLERK.person_id,
    }
    return ledger.publish(RatingGiven, district=DISTRICT, **facts, **options)


def test_s8_a_rating_brings_the_elder_points_once_whatever_is_delivered_twice(ledger: Ledger):
    elder, volunteer = ledger.verify(BORN_ELDER), ledger.verify(BORN_ADULT)
    visit_id, event_id = uuid4(), uuid4()
    rated(ledger, elder, volunteer, visit_id, event_id=event_id, now=NOW)
    rated(ledger, elder, volunteer, visit_id, event_id=event_id, now=NOW)
    again = rated(ledger, elder, volunteer, visit_id, stars=1, now=NOW)
    ledger.eventually(lambda: ledger.is_handled(again["id"]))
    (line,) = points(ledger, elder)["items"]
    assert (line["kind"], line["points"], line["reference"]) == (
        "points_rating",
        10,
        str(visit_id),
    )
    assert line["acted_by"] == str(CLERK.person_id)
    assert points(ledger, volunteer)["items"] == []


def test_a_month_of_ratings_has_its_limit_whatever_comes_at_once(ledger: Ledger):
    elder, volunteer = ledger.verify(BORN_ELDER), ledger.verify(BORN_ADULT)
    told = [rated(ledger, elder, volunteer, uuid4(), now=NOW) for _ in range(12)]
    for each in told:
        ledger.eventually(lambda each=each: ledger.is_handled(each["id"]))
    assert ledger.wallet(elder)["points"] == 100
    next_month = NOW + timedelta(days=31)
    rated(ledger, elder, volunteer, uuid4(), now=next_month)
    ledger.eventually(lambda: ledger.wallet(elder)["points"] == 110)


def test_a_rating_told_before_the_elder_is_known_is_thanked_for_when_they_are(ledger: Ledger):
    elder, volunteer = ledger.verify(BORN_ELDER), ledger.verify(BORN_ADULT)
    stranger = Caller(uuid4())
    early = rated(ledger, stranger, volunteer, uuid4(), now=NOW)
    rated(ledger, elder, volunteer, uuid4(), now=NOW)
    ledger.eventually(lambda: ledger.wallet(elder)["points"] == 10)
    assert not ledger.is_handled(early["id"])


# What meets on a real database


def engine_of(shop: Books):
    with shop.begin() as session:
        return session.get_bind()


def made_by(shop: Books, person_id: UUID) -> UUID:
    (made,) = posted_at_once(shop, [buy(person_id)])
    return UUID(made["exchange_id"])


def figures(shop: Books) -> tuple[int, int, int]:
    """Stock, the person's points, and the points of what was exchanged."""
    with shop.begin() as session:
        stock = session.scalar(text("select stock from rewards"))
        accounts = domain.points(shop.person_id), domain.rewards()
        return (stock, *(storage.balance_of(session, each) or 0 for each in accounts))


def test_picking_up_lapsing_and_giving_up_at_once_end_it_one_way(shop: Books):
    began = figures(shop)
    for _ in range(4):
        exchange_id = made_by(shop, shop.person_id)
        with shop.begin_as_admin() as session:
            session.execute(text("alter table exchanges disable trigger user"))
            session.execute(text("update exchanges set pick_up_by = now() - interval '1 year'"))
            session.execute(text("alter table exchanges enable trigger user"))
        holder = Caller(shop.person_id)
        commands = [
            domain.HandOver(exchange_id, CLERK, True),
            domain.Cancel(exchange_id, holder),
            domain.Lapse(exchange_id),
        ] * 3
        posted_at_once(shop, commands)
        with shop.begin() as session:
            found = storage.find_exchange(session, exchange_id)
        stock, own, exchanged = figures(shop)
        if found.state == "handed_over":
            assert (stock, own) == (began[0] - 1, began[1] - PRICE)
            posted_at_once(
                shop, [domain.TakeBack(exchange_id, CLERK, "wrong size", False)] * AT_ONCE
            )
        assert figures(shop) == began
    assert audit(engine_of(shop)).is_clean


def test_two_for_the_last_piece_while_one_is_given_up_never_oversell(shop: Books):
    ids = [made_by(shop, shop.person_id) for _ in range(STOCK)]
    give_up = [domain.Cancel(each, Caller(shop.person_id)) for each in ids]
    posted_at_once(shop, [*give_up, *(buy(shop.person_id) for _ in range(8))])
    stock, own, exchanged = figures(shop)
    with shop.begin() as session:
        waiting = session.scalar(text("select count(*) from exchanges where state = 'reserved'"))
    assert (stock, exchanged) == (STOCK - waiting, waiting * PRICE)
    assert own + exchanged == AT_ONCE * PRICE
    assert audit(engine_of(shop)).is_clean


def test_an_exchange_that_meets_the_closing_of_the_wallet_leaves_nothing_behind(shop: Books):
    leave = domain.Close(
        uuid4(), DISTRICT_OFFICER, shop.person_id, CloseCause.LEAVING, "moved away"
    )
    before = figures(shop)
    exchanges = [buy(shop.person_id) for _ in range(AT_ONCE)]
    posted_at_once(shop, [*exchanges[:4], leave, *exchanges[4:]])
    assert figures(shop) == (before[0], 0, 0)
    with shop.begin() as session:
        states = session.scalars(text("select distinct state from exchanges")).all()
    assert set(states) <= {"cancelled"}
    assert audit(engine_of(shop)).is_clean


def refused(begin, statement: str, saying: str) -> None:
    with pytest.raises(DBAPIError) as caught, begin() as session:
        session.execute(text(statement))
    assert saying in str(caught.value.orig)


def test_the_database_never_oversells_and_ends_an_exchange_once(books: Books):
    made = domain.Exchange(
        uuid4(), uuid4(), DISTRICT, "towel", "毛巾", "Towel", 1, PRICE, NOW, uuid4(), STREET, NOW
    )
    reward = domain.Reward(uuid4(), "towel", DISTRICT, "毛巾", "Towel", PRICE, 1)

    def keep(*records) -> None:
        with books.begin() as session:
            outcome = domain.Outcome(records=records)
            storage.keep(session, [domain.Decided(outcome, ())], set(), NOW)

    keep(reward, made)
    for login in (books.begin, books.begin_as_admin):
        refused(login, "update rewards set stock = stock - 2", "rewards_stock")
        refused(login, "update exchanges set handed_over_at = now()", "exchanges_handed_over")
        refused(login, "update exchanges set state = 'handed_over'", "exchanges_state")
        refused(login, "update exchanges set state = 'returned'", "does not become")
    for column in ("points = 1", "pickup_street = '110105002'", "pick_up_by = now()"):
        refused(books.begin, f"update exchanges set {column}", "permission denied")
        refused(books.begin_as_admin, f"update exchanges set {column}", "keeps what was agreed")
    refused(books.begin_as_admin, "delete from exchanges", "never changed")
    keep(made.to(ExchangeState.LAPSED, ended_at=NOW))
    for state in ("reserved", "handed_over", "cancelled", "returned", "lapsed"):
        refused(books.begin_as_admin, f"update exchanges set state = '{state}'", "does not become")


def test_the_audit_names_an_exchange_whose_points_did_not_come_back(shop: Books):
    exchange_id = made_by(shop, shop.person_id)
    engine = engine_of(shop)
    assert audit(engine).is_clean
    with shop.begin_as_admin() as session:
        session.execute(text("alter table exchanges disable trigger user"))
        session.execute(text("update exchanges set state = 'lapsed', ended_at = now()"))
        session.execute(text("alter table exchanges enable trigger user"))
    assert audit(engine).difference == (
        f"exchange {exchange_id}: it is lapsed with {PRICE} points, {PRICE} were spent on it"
        " and 0 came back"
    )


BEFORE = "0013"
FORMER_ROWS = (
    "insert into people (person_id, name, birth_date, street, district, sequence)"
    " values (gen_random_uuid(), '王芳', '1940-01-01', '110105001', '110105', 1)",
    "insert into rewards values (gen_random_uuid(), 'towel', '110105', '毛巾', 'Towel', 30, 1)",
    "insert into exchanges select gen_random_uuid(), person_id, '110105', 'towel', '毛巾', 'Towel',"
    " 1, 30, now() - interval '1 year', person_id from people",
    "insert into exchanges select gen_random_uuid(), person_id, '110105', 'towel', '毛巾', 'Towel',"
    " 1, 30, now(), person_id, now(), gen_random_uuid() from people",
)


def test_who_waited_before_there_were_codes_can_pick_up_from_the_migration_on(templates: Templates):
    name = f"it_former_{uuid4().hex[:12]}"
    url = at_database(templates.admin_url, name)
    execute(templates.admin_url, f'create database "{name}"')
    try:
        tpool.execute(command.upgrade, alembic_config("ledger", url), BEFORE)
        execute(url, *FORMER_ROWS)
        tpool.execute(migrate, "ledger", url)
        engine = create_engine(url)
        with engine.connect() as connection:
            found = connection.execute(
                text(
                    "select state, pickup_street, pick_up_by > now() + interval '29 days',"
                    " return_by from exchanges order by exchanged_at"
                )
            ).all()
        engine.dispose()
    finally:
        execute(templates.admin_url, f'drop database "{name}" with (force)')
    assert [tuple(row) for row in found] == [
        ("reserved", STREET, True, None),
        ("handed_over", STREET, True, None),
    ]
