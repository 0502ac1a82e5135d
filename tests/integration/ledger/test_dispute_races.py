"""Disputes that race with whatever else happens to their coins, by processes at once, in any order.

Events that come too early are told again, as the broker does, until the ledger has taken them.
"""

import random
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from eventlet import GreenPool
from sqlalchemy import Engine

from services.identity.contract import Relation
from services.kernel.caller import Call, Caller
from services.kernel.database import make_engine
from services.ledger import domain, storage
from services.ledger.audit import audit
from services.ledger.contract import CloseCause, Provenance
from services.ledger.domain import DisputeState, HoldState, Kinship, TransferKind
from services.ledger.journal import Journal, Submission
from tests.integration.ledger.conftest import (
    BORN_ADULT,
    BORN_ELDER,
    CONNECTIONS,
    DISTRICT,
    DISTRICT_OFFICER,
    NOW,
    STREET,
    Books,
    post,
)
from tests.integration.ledger.crossing import prepare


ROUNDS = 12
PAID, SAVED, TRIES = 60, 100, 50
ARBITER = uuid4()


class Story:
    """An elder's request that is held, a volunteer with savings, and who they may give coins to."""

    def __init__(self, books: Books, number: int):
        self.books = books
        # Not by the clock: every run tries the same orders.
        self.chance = random.Random(number)
        self.elder, self.volunteer, self.parent = (uuid4() for _ in range(3))
        self.request, self.visit, self.dispute = (uuid4() for _ in range(3))
        with books.begin() as session:
            for person, born in (
                (self.elder, BORN_ELDER),
                (self.volunteer, BORN_ADULT),
                (self.parent, BORN_ELDER),
            ):
                storage.save_person(session, person, "王芳", born, STREET, 1)
                storage.open_accounts(session, domain.wallets(person).values())
            kinship = Kinship(self.volunteer, self.parent, Relation.PARENT)
            storage.save_kinship(session, uuid4(), kinship)
            books.fund(session, self.elder, PAID, Provenance.GRANTED)
            books.fund(session, self.volunteer, SAVED, Provenance.EARNED)
        self.tell(domain.PlaceHold(uuid4(), self.request, self.elder, DISTRICT, PAID))

    @property
    def charity(self) -> domain.Account:
        return domain.charity(DISTRICT)

    def tell(self, command: domain.Command) -> str | None:
        """An event, told again until it is taken; the name of the error that no retry helps."""
        submission = Submission(command, Call(NOW), handler="test", event_id=uuid4())
        for _ in range(TRIES):
            (answer,) = Journal(self.books.begin).post([submission])
            if not isinstance(answer, Exception):
                return None
            if type(answer).__name__ != "NotFound":
                return type(answer).__name__
            eventlet.sleep(0.01)
        return "NotFound"

    def ask(self, command: domain.Command) -> str | None:
        """A command; the code of its refusal."""
        call = Call(NOW, DISTRICT_OFFICER, key=str(uuid4()))
        (answer,) = Journal(self.books.begin).post([Submission(command, call)])
        assert isinstance(answer, dict), answer
        return answer["error"]["code"] if "error" in answer else None

    def pay(self) -> str | None:
        names = self.visit, self.request, self.volunteer, DISTRICT
        return self.tell(domain.PayVisit(*names, PAID, 1))

    def open(self, dispute: UUID | None = None) -> str | None:
        names = dispute or self.dispute, self.visit, self.request, self.volunteer, DISTRICT
        return self.tell(domain.FreezeVisit(*names))

    def settle(self, returned: int = 0, corrected: int = 0) -> str | None:
        names = self.dispute, self.visit, self.request, self.volunteer, DISTRICT
        return self.tell(domain.SettleDispute(*names, returned, corrected, ARBITER, "decided"))

    def give(self, minutes: int = 70) -> str | None:
        return self.ask(domain.Gift(uuid4(), Caller(self.volunteer), self.parent, minutes))

    def donate(self) -> str | None:
        return self.ask(domain.Donate(uuid4(), Caller(self.volunteer), 70, pool=DISTRICT))

    def hold_own(self) -> str | None:
        command = domain.PlaceHold(uuid4(), uuid4(), self.volunteer, DISTRICT, 70)
        return self.tell(command)

    def reserve(self) -> str | None:
        apply = domain.Apply(uuid4(), Caller(self.volunteer), self.volunteer, "lives alone")
        return self.ask(apply)

    def close(self, person: UUID) -> str | None:
        return self.ask(
            domain.Close(uuid4(), DISTRICT_OFFICER, person, CloseCause.DEATH, "certificate shown")
        )

    def reverse(self) -> str | None:
        post = domain.transfer_id_of(TransferKind.POST, self.visit)
        return self.ask(domain.Reverse(DISTRICT_OFFICER, post, "of another"))

    def at_once(self, *steps: Any) -> list[str | None]:
        """What came of each step, all begun at once in some order, given in the order asked."""
        order = list(range(len(steps)))
        self.chance.shuffle(order)
        pool = GreenPool(CONNECTIONS)
        found = dict(pool.imap(lambda number: (number, steps[number]()), order))
        return [found[number] for number in range(len(steps))]

    def state(self) -> domain.Dispute | None:
        with self.books.begin() as session:
            disputes = storage.find_disputes(session, [self.visit]).get(self.visit)
        return disputes.find(self.dispute) if disputes else None

    def has(self, *accounts: domain.Account) -> int:
        with self.books.begin() as session:
            return sum(storage.balances_of(session, accounts).values())

    def earned(self) -> int:
        return self.has(domain.wallet(self.volunteer, Provenance.EARNED))

    def aside(self) -> int:
        return self.has(domain.dispute_account(self.dispute))

    def of_elder(self) -> int:
        return self.has(*domain.wallets(self.elder).values(), domain.estate(self.elder))

    def of_volunteer(self) -> int:
        return self.has(*domain.wallets(self.volunteer).values(), domain.estate(self.volunteer))


@pytest.fixture
def engine(books: Books) -> Any:
    with books.begin() as session:
        url = session.get_bind().url.render_as_string(hide_password=False)
    engine = make_engine(url, CONNECTIONS)
    yield engine
    engine.dispose()


@pytest.fixture
def stories(books: Books, policy_values: dict[str, Any]) -> Any:
    """Stories in one database; after them every minute is where the chain says it is."""
    one_coin = policy_values | {"care_home": policy_values["care_home"] | {"coins_needed": 1}}
    prepare(books, one_coin)
    return lambda: [Story(books, number) for number in range(ROUNDS)]


def add_up(engine: Engine) -> None:
    with engine.connect() as session:
        assert all(each.total == 0 for each in storage.unit_sums(session))
    verdict = audit(engine)
    assert verdict.is_clean, verdict.difference


def test_a_dispute_that_races_with_the_payment_of_its_visit_always_gets_its_coins(
    engine: Engine, stories: Any
) -> None:
    for story in stories():
        # The same told twice, as brokers do, by as many processes.
        assert story.at_once(story.pay, story.open, story.pay, story.open) == [None] * 4
        assert story.state().state is DisputeState.FROZEN
        assert (story.aside(), story.earned()) == (PAID, SAVED)
    add_up(engine)


def test_a_dispute_that_races_with_its_own_closing_and_the_payment_never_loses_a_minute(
    engine: Engine, stories: Any
) -> None:
    for story in stories():
        back = partial(story.settle, returned=25)
        assert story.at_once(story.pay, story.open, back, story.open) == [None] * 4
        assert story.state().state is DisputeState.SETTLED
        assert (story.aside(), story.earned(), story.of_elder()) == (0, SAVED + PAID - 25, 25)
    for story in stories():
        # Nothing is to be returned, so it may be closed before it is opened or the visit is paid.
        assert story.at_once(story.settle, story.pay, story.open) == [None] * 3
        assert story.state().state is DisputeState.SETTLED
        assert (story.aside(), story.earned()) == (0, SAVED + PAID)
    add_up(engine)


SPENDING = ["give", "donate", "hold_own", "reserve"]


@pytest.mark.parametrize("spend", SPENDING)
def test_a_dispute_that_races_with_spending_freezes_what_is_left_and_overdraws_nothing(
    engine: Engine, stories: Any, spend: str
) -> None:
    for story in stories()[: ROUNDS // 2]:
        story.pay()
        others = [getattr(story, spend)] * 2
        story.at_once(*others, story.open, *others)
        dispute = story.state()
        assert dispute.frozen_minutes == story.aside()
        assert dispute.frozen_minutes == min(PAID, dispute.frozen_minutes + story.earned())
        assert story.settle(returned=dispute.frozen_minutes) is None
        assert (story.of_elder(), story.aside()) == (dispute.frozen_minutes, 0)
    add_up(engine)


def test_disputes_of_two_visits_of_one_volunteer_never_set_the_same_coins_aside(
    engine: Engine, stories: Any
) -> None:
    for first, second in zip(stories(), stories(), strict=True):
        second.volunteer = first.volunteer
        for story in (first, second):
            story.pay()
        # 220 are there, 150 of them are given away, 60 and 60 are to be set aside.
        gift, *told = first.at_once(partial(first.give, 150), first.open, second.open)
        assert told == [None, None]
        aside = first.aside() + second.aside()
        assert aside + first.earned() == SAVED + 2 * PAID - (0 if gift else 150)
        assert aside == (2 * PAID if gift else 70)
        back = first.state().frozen_minutes
        assert first.at_once(partial(first.settle, back), second.settle) == [
            None,
            None,
        ]
        assert first.of_elder() == back
    add_up(engine)


def test_one_visit_disputed_by_both_sides_at_once_is_frozen_by_one_of_them(
    engine: Engine, stories: Any
) -> None:
    for story in stories():
        story.pay()
        other = uuid4()
        assert story.at_once(story.open, partial(story.open, other)) == [None, None]
        assert story.aside() + story.has(domain.dispute_account(other)) == PAID
        assert story.earned() == SAVED
    add_up(engine)


def test_a_dispute_that_races_with_the_closing_of_the_volunteers_account_loses_no_minute(
    engine: Engine, stories: Any
) -> None:
    outcomes = set()
    for story in stories():
        story.pay()
        pool = story.has(story.charity)
        shut = partial(story.close, story.volunteer)
        closed, opened = story.at_once(shut, story.open)
        assert opened is None
        dispute = story.state()
        outcomes.add(closed)
        if closed is None:
            assert (dispute.frozen_minutes, dispute.shortfall) == (0, "wallet_closed")
            assert story.has(story.charity) == pool + SAVED + PAID
        else:
            assert closed == "disputes_open"
            assert (story.aside(), story.earned()) == (PAID, SAVED)
            # Once the dispute is over, the account is closed with what was left to it.
            assert story.settle(returned=20) is None
            assert story.close(story.volunteer) is None
            assert story.has(story.charity) == pool + SAVED + PAID - 20
    assert outcomes == {None, "disputes_open"}
    add_up(engine)


def test_a_settlement_that_races_with_the_closing_of_either_account_loses_no_minute(
    engine: Engine, stories: Any
) -> None:
    for story in stories():
        story.pay()
        story.open()
        pool = story.has(story.charity)
        both = story.at_once(
            partial(story.close, story.elder),
            partial(story.settle, returned=25),
            partial(story.close, story.volunteer),
        )
        assert both[:2] == [None, None]
        assert both[2] in (None, "disputes_open")
        gone = story.has(story.charity) - pool
        assert story.of_elder() + story.of_volunteer() + gone == SAVED + PAID
        assert story.aside() == 0
    add_up(engine)


def test_a_visit_is_either_reversed_or_disputed_and_never_paid_back_twice(
    engine: Engine, stories: Any
) -> None:
    outcomes = set()
    for story in stories():
        story.pay()
        reversed_, opened = story.at_once(story.reverse, story.open)
        assert opened is None
        outcomes.add(reversed_)
        dispute = story.state()
        if reversed_ is None:
            assert (dispute.frozen_minutes, dispute.shortfall) == (0, "reversed")
        else:
            assert (reversed_, dispute.frozen_minutes) == ("in_dispute", PAID)
        returned = dispute.frozen_minutes
        again = story.at_once(partial(story.settle, returned), story.reverse)
        assert again[0] is None
        assert again[1] in ("already_reversed", "in_dispute", "settled_by_dispute")
        assert (story.of_elder(), story.earned()) == (PAID, SAVED)
    assert outcomes == {None, "in_dispute"}
    add_up(engine)


def test_corrections_of_many_disputes_at_once_never_overdraw_the_budget(
    engine: Engine, stories: Any, books: Books
) -> None:
    told = stories()
    for story in told:
        story.pay()
        story.open()
    with books.begin() as session:
        fund = domain.move(
            TransferKind.BUDGET_TOP_UP,
            uuid4(),
            out_of={domain.issuance(): 100},
            into={domain.budget(DISTRICT): 100},
        )
        post(session, fund)
    steps = [partial(story.settle, corrected=30) for story in told for _ in range(2)]
    told[0].at_once(*steps)
    states = [story.state().state for story in told]
    assert (states.count("settled"), states.count("uncorrected")) == (3, ROUNDS - 3)
    assert told[0].has(domain.budget(DISTRICT)) == 10
    assert sum(story.earned() for story in told) == ROUNDS * (SAVED + PAID) + 90
    add_up(engine)


def test_a_cancellation_that_races_with_a_dispute_leaves_it_without_coins(
    engine: Engine, stories: Any
) -> None:
    for story in stories()[: ROUNDS // 2]:
        release = domain.ReleaseHold(uuid4(), story.request, story.elder, DISTRICT)
        story.at_once(story.open, partial(story.tell, release))
        with story.books.begin() as session:
            assert storage.find_hold(session, story.request).state is HoldState.RELEASED
        # Whichever came first, rating is told that there is nothing to set aside.
        assert (story.state().state, story.state().shortfall) == ("frozen", "not_paid")
        assert story.settle() is None
        assert (story.of_elder(), story.earned(), story.aside()) == (PAID, SAVED, 0)
    add_up(engine)
