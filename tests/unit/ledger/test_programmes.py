"""A public programme pays from a district's budget, for its purpose alone, to the minute (S16)."""

from collections import Counter
from datetime import UTC, date, datetime
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Forbidden, InvalidRequest, NotFound, Unauthenticated
from services.ledger import domain
from services.ledger.contract import (
    CoinsEarned,
    HoldPlaced,
    HoldRefused,
    HoldReleased,
    InsufficientBudget,
    InsufficientProgramme,
    NoProgramme,
    ProgrammeClosed,
    ProgrammeFunded,
    ProgrammeIsClosed,
    ProgrammeOpened,
    ProgrammeReturned,
    ProgrammeState,
    Provenance,
)
from services.ledger.domain import (
    BeyondHold,
    Books,
    Decided,
    Disputes,
    EndProgramme,
    Fund,
    GiveBack,
    Hold,
    HoldSettled,
    HoldState,
    Kind,
    OpenProgrammeOf,
    PastTransfer,
    PayVisit,
    Person,
    PlaceHold,
    Programme,
    Refused,
    ReleaseHold,
    Reverse,
    Task,
    TransferKind,
    WaitingDisputes,
    Want,
    rights,
)
from services.ledger.domain.closing import OpenHolds, requests_held
from tests.unit.ledger.people import ELDER, POLICY, VISIT, VOLUNTEER, person


NOW = datetime(2026, 6, 1, tzinfo=UTC)
TODAY = date(2026, 6, 1)
DISTRICT, PROGRAMME, OFFICER_ID, NAMES = "110105", UUID(int=70), UUID(int=71), UUID(int=7)
REQUESTS = [UUID(int=number) for number in range(100, 104)]
OFFICER = Caller(OFFICER_ID, (RoleIn(Role.DISTRICT_OFFICER, DISTRICT),))
ELSEWHERE = Caller(OFFICER_ID, (RoleIn(Role.DISTRICT_OFFICER, "110101"),))
BUDGET, ACCOUNT = domain.budget(DISTRICT), domain.programme(PROGRAMME, DISTRICT)
EARNED = domain.wallet(VOLUNTEER, Provenance.EARNED)
minutes = st.integers(1, 120)
requests = st.sampled_from(REQUESTS)


def lectures(state=ProgrammeState.OPEN, ends_on=None, district=DISTRICT):
    closing = (OFFICER_ID, NOW, "over") if state is ProgrammeState.CLOSED else (None, None, None)
    return Programme(
        PROGRAMME, district, "讲座", "健康讲座", ends_on, OFFICER_ID, NOW, state, *closing
    )


class World:
    """All that the ledger knows here, and what it says to one command after another."""

    def __init__(self, programme=None, budget=0, account=0):
        people = [person(ELDER), person(VOLUNTEER)]
        self.records = {Want(Person, each.key): each for each in people}
        self.known = [Want(Programme, PROGRAMME), *(Want(Hold, each) for each in REQUESTS)]
        self.balances = Counter({BUDGET: budget, ACCOUNT: account})
        if programme:
            self.records[Want(Programme, PROGRAMME)] = programme
        self.last = None

    def books(self):
        return Books(self.records, self.balances, self.known)

    def do(self, command):
        wanted = command.wants(self.books())
        self.known += [each for each in wanted if each.record in (Disputes, WaitingDisputes)]
        touched = set(command.accounts(self.books()))
        wanted = {want for want in command.wants(self.books()) if want.record is not PastTransfer}
        assert wanted <= {*self.known, *self.records}
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
        return self.last

    def told(self):
        return {happened.event: happened.facts for happened in self.last.outcome.events}

    def hold(self, request):
        return self.records.get(Want(Hold, request))

    def place(self, request, amount, district=DISTRICT):
        command = PlaceHold(uuid5(NAMES, str(request)), request, ELDER, district, amount, PROGRAMME)
        return self.do(command)

    def pay(self, request, amount, visit=VISIT):
        return self.do(PayVisit(visit, request, VOLUNTEER, DISTRICT, amount, 3))

    def release(self, request):
        return self.do(ReleaseHold(UUID(int=9), request, ELDER, DISTRICT))

    def reverse(self, visit=VISIT):
        paid = domain.transfer_id_of(TransferKind.POST, visit)
        request = self.records[Want(PastTransfer, paid)].paid_request
        back = domain.transfer_id_of(TransferKind.RELEASE, request)
        if Want(PastTransfer, back) not in self.records:
            self.known.append(Want(PastTransfer, back))
        return self.do(Reverse(OFFICER, paid, "of somebody else"))


def test_an_officer_of_the_district_opens_a_programme_and_nobody_else():
    named = ("讲座", "健康讲座", None)
    for caller, error in [
        (ELSEWHERE, Forbidden),
        (Caller(ELDER), Forbidden),
        (Caller(), Unauthenticated),
    ]:
        assert isinstance(World().do(OpenProgrammeOf(PROGRAMME, caller, DISTRICT, *named)), error)
    world = World()
    opened = world.do(OpenProgrammeOf(PROGRAMME, OFFICER, DISTRICT, *named))
    assert (opened.outcome.answer["state"], opened.outcome.answer["minutes"]) == ("open", 0)
    assert world.told()[ProgrammeOpened]["opened_by"] == OFFICER_ID
    over = OpenProgrammeOf(PROGRAMME, OFFICER, DISTRICT, "讲座", "健康讲座", date(2026, 5, 31))
    assert isinstance(World().do(over), InvalidRequest)


@pytest.mark.parametrize("of", [Fund, GiveBack, EndProgramme])
def test_minutes_are_moved_by_an_officer_of_the_district_and_nobody_else(of):
    parts = ("why",) if of is EndProgramme else (10, "why")
    for caller, error in [
        (ELSEWHERE, Forbidden),
        (Caller(VOLUNTEER), Forbidden),
        (Caller(), Unauthenticated),
    ]:
        world = World(lectures(), budget=60, account=60)
        assert isinstance(world.do(of(VISIT, caller, PROGRAMME, *parts)), error)
        assert (world.balances[BUDGET], world.balances[ACCOUNT]) == (60, 60)
    for caller, error in [(OFFICER, NoProgramme), (Caller(VOLUNTEER), Forbidden)]:
        assert isinstance(World(budget=60).do(of(VISIT, caller, PROGRAMME, *parts)), error)
    closed = World(lectures(ProgrammeState.CLOSED), budget=60)
    assert isinstance(closed.do(of(VISIT, OFFICER, PROGRAMME, *parts)), ProgrammeIsClosed)


@given(st.integers(0, 300), minutes)
def test_a_programme_is_never_funded_beyond_the_budget(budget, amount):
    world = World(lectures(), budget)
    outcome = world.do(Fund(VISIT, OFFICER, PROGRAMME, amount, "2026"))
    if amount > budget:
        assert isinstance(outcome, InsufficientBudget)
        assert outcome.fields == {"needed_minutes": amount, "budget_minutes": budget}
    else:
        assert (world.balances[BUDGET], world.balances[ACCOUNT]) == (budget - amount, amount)
        assert world.told()[ProgrammeFunded]["minutes"] == amount


@given(st.integers(0, 300), minutes)
def test_no_more_goes_back_than_is_not_promised(account, amount):
    world = World(lectures(), account=account)
    outcome = world.do(GiveBack(VISIT, OFFICER, PROGRAMME, amount, "not needed"))
    if amount > account:
        assert isinstance(outcome, InsufficientProgramme)
    else:
        assert (world.balances[BUDGET], world.balances[ACCOUNT]) == (amount, account - amount)
        assert world.told()[ProgrammeReturned]["returned_by"] == OFFICER_ID


@pytest.mark.parametrize(
    ("programme", "account", "district", "reason"),
    [
        (None, 60, DISTRICT, "no_programme"),
        (lectures(), 60, "110101", "no_programme"),
        (lectures(ProgrammeState.CLOSED), 60, DISTRICT, "programme_closed"),
        (lectures(ends_on=date(2026, 5, 31)), 60, DISTRICT, "programme_closed"),
        (lectures(), 59, DISTRICT, "insufficient_programme"),
        (lectures(ends_on=TODAY), 60, DISTRICT, None),
    ],
)
def test_a_request_is_held_whole_from_its_districts_programme_or_refused_by_reason(
    programme, account, district, reason
):
    world = World(programme, account=account)
    world.place(REQUESTS[0], 60, district)
    if reason:
        assert world.told()[HoldRefused]["reason"] == reason
        assert world.told()[HoldRefused]["programme_id"] == PROGRAMME
        assert world.hold(REQUESTS[0]) is None
    else:
        assert world.told()[HoldPlaced]["programme_id"] == PROGRAMME
        assert world.hold(REQUESTS[0]).minutes == 60
    held = 0 if reason else 60
    assert world.balances[ACCOUNT] == account - held
    assert world.balances[domain.escrow(REQUESTS[0])] == held


def test_a_hold_of_a_programme_is_no_coin_of_the_elders():
    world = World(lectures(), account=60)
    world.balances[domain.wallet(ELDER, Provenance.EARNED)] = 90
    world.place(REQUESTS[0], 60)
    assert world.balances[domain.wallet(ELDER, Provenance.EARNED)] == 90
    books = world.books().with_records({Want(OpenHolds, ELDER): None})
    assert requests_held(books, ELDER) == set()


def test_s2_a_volunteers_hour_is_an_hour_whoever_pays():
    world = World(lectures(), account=90)
    world.place(REQUESTS[0], 90)
    world.pay(REQUESTS[0], 60)
    assert (world.balances[EARNED], world.balances[ACCOUNT]) == (60, 30)
    assert world.told()[CoinsEarned]["programme_id"] == PROGRAMME
    assert (world.told()[HoldReleased]["minutes"], world.hold(REQUESTS[0]).state) == (30, "posted")
    assert world.balances[domain.points(VOLUNTEER)] == 60 * POLICY.points_a_minute
    world.pay(REQUESTS[0], 60)
    assert world.last.postings == ()


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_paid_visit_that_is_reversed_gives_back_to_the_programme_or_its_budget(is_closed):
    world = World(lectures(), account=90)
    world.place(REQUESTS[0], 90)
    world.pay(REQUESTS[0], 60)
    if is_closed:
        world.do(EndProgramme(VISIT, OFFICER, PROGRAMME, "over"))
    assert isinstance(world.reverse(), Decided)
    assert world.balances[EARNED] == 0
    back = (90, 0) if is_closed else (0, 90)
    assert (world.balances[BUDGET], world.balances[ACCOUNT]) == back


def test_a_closed_programme_keeps_what_it_promised_and_gives_the_rest_to_the_budget():
    world = World(lectures(), account=100)
    world.place(REQUESTS[0], 60)
    world.place(REQUESTS[1], 30)
    world.do(EndProgramme(VISIT, OFFICER, PROGRAMME, "the year is over"))
    assert world.told()[ProgrammeClosed]["returned_minutes"] == 10
    assert (world.balances[BUDGET], world.balances[ACCOUNT]) == (10, 0)
    world.place(REQUESTS[2], 1)
    assert world.told()[HoldRefused]["reason"] == "programme_closed"
    world.pay(REQUESTS[0], 45)
    world.release(REQUESTS[1])
    assert (world.balances[EARNED], world.balances[BUDGET]) == (45, 55)
    assert world.balances[ACCOUNT] == 0
    empty = World(lectures())
    closed = empty.do(EndProgramme(VISIT, OFFICER, PROGRAMME, "never used"))
    assert closed.outcome.answer["transfer_id"] is None


def test_who_may_see_what_a_programme_promised():
    def clerk(street):
        return Caller(ELDER, (RoleIn(Role.AGENCY_CLERK, street),))

    city = Caller(ELDER, (RoleIn(Role.CITY_OFFICER, "110000"),))
    for caller in (OFFICER, city, clerk("110105001")):
        rights.may_see_programme(caller, DISTRICT)
    for caller in (ELSEWHERE, Caller(ELDER), clerk("110101001")):
        with pytest.raises(Forbidden):
            rights.may_see_programme(caller, DISTRICT)


class Histories(RuleBasedStateMachine):
    """Whatever happens in whichever order, beside a model that only adds and subtracts."""

    def __init__(self):
        super().__init__()
        self.world = World(lectures(), budget=400)
        self.moves = 0
        self.held, self.paid = {}, {}
        self.budget, self.account, self.earned, self.is_closed = 400, 0, 0, False

    def move_id(self):
        self.moves += 1
        return uuid5(NAMES, str(self.moves))

    def give_back(self, amount):
        if self.is_closed:
            self.budget += amount
        else:
            self.account += amount

    @rule(amount=minutes)
    def fund(self, amount):
        granted = not self.is_closed and amount <= self.budget
        outcome = self.world.do(Fund(self.move_id(), OFFICER, PROGRAMME, amount, "more"))
        assert isinstance(outcome, Decided) is granted
        if granted:
            self.budget, self.account = self.budget - amount, self.account + amount

    @rule(amount=minutes)
    def give_some_back(self, amount):
        granted = not self.is_closed and amount <= self.account
        outcome = self.world.do(GiveBack(self.move_id(), OFFICER, PROGRAMME, amount, "less"))
        assert isinstance(outcome, Decided) is granted
        if granted:
            self.budget, self.account = self.budget + amount, self.account - amount

    @rule(really=st.integers(0, 4))
    def close(self, really):
        if really or self.is_closed:
            return
        self.world.do(EndProgramme(self.move_id(), OFFICER, PROGRAMME, "over"))
        self.budget, self.account, self.is_closed = self.budget + self.account, 0, True

    @rule(request=requests, amount=minutes)
    def submit(self, request, amount):
        fresh = self.world.hold(request) is None
        self.world.place(request, amount)
        if fresh and not self.is_closed and amount <= self.account:
            self.account, self.held[request] = self.account - amount, amount

    @rule(request=requests, visit=st.integers(0, 1), amount=st.integers(0, 150))
    def complete(self, request, visit, amount):
        visit_id, held = uuid5(request, str(visit)), self.held.get(request)
        known = self.world.hold(request)
        outcome = self.world.pay(request, amount, visit_id)
        if held is None or amount > held:
            settled_before = known is not None and known.visit_id == visit_id
            expected = HoldSettled if known else NotFound
            if held is not None:
                assert isinstance(outcome, BeyondHold)
            else:
                assert settled_before or isinstance(outcome, expected)
            return
        del self.held[request]
        self.earned += amount
        self.give_back(held - amount)
        if amount:
            self.paid[visit_id] = amount

    @rule(request=requests)
    def cancel(self, request):
        self.world.release(request)
        self.give_back(self.held.pop(request, 0))

    @rule(data=st.data())
    def reverse(self, data):
        if not self.paid:
            return
        visit_id = data.draw(st.sampled_from(sorted(self.paid, key=str)))
        assert isinstance(self.world.reverse(visit_id), Decided)
        amount = self.paid.pop(visit_id)
        self.earned -= amount
        self.give_back(amount)

    @invariant()
    def it_agrees_with_the_model(self):
        balances = self.world.balances
        assert (balances[BUDGET], balances[ACCOUNT]) == (self.budget, self.account)
        assert balances[EARNED] == self.earned
        for request in REQUESTS:
            assert balances[domain.escrow(request)] == self.held.get(request, 0)

    @invariant()
    def no_minute_is_made_or_lost(self):
        coins = [
            balance
            for account, balance in self.world.balances.items()
            if account.kind.unit is domain.Unit.MINUTES
        ]
        assert sum(coins) == 400
        assert min(coins) >= 0

    @invariant()
    def nothing_of_it_reaches_the_elder(self):
        own = {*domain.wallets(ELDER).values(), domain.estate(ELDER)}
        assert not any(self.world.balances[account] for account in own)

    @invariant()
    def an_ended_hold_is_accounted_for(self):
        for request in REQUESTS:
            hold = self.world.hold(request)
            if hold and hold.state is not HoldState.PLACED:
                assert hold.posted_minutes + hold.released_minutes == hold.minutes


Histories.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, database=None
)
test_no_history_makes_loses_or_overdraws_a_minute = Histories.TestCase


def test_a_programmes_account_is_named_by_its_id_alone():
    assert domain.programme(PROGRAMME, "110101") == ACCOUNT
    assert (ACCOUNT.kind, ACCOUNT.kind.is_source) == (Kind.PROGRAMME, False)
