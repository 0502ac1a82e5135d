"""A place in a care home (S9): coins are set aside, places offered in turn, nothing ever lost."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.identity.contract import Relation, Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Error, Forbidden, NotFound, Unauthenticated
from services.ledger import domain
from services.ledger.contract import (
    AdmissionApplied,
    AdmissionDecided,
    ApplicationOpen,
    ApplicationState,
    Move,
    NoFreePlace,
    NoSuchCareHome,
    NotAtThisStep,
    NotEligible,
    NotNextInQueue,
    NoWallet,
    OfferStands,
    Provenance,
    WalletClosed,
    WalletFrozen,
)
from services.ledger.domain import (
    Applicant,
    Application,
    Books,
    CareHome,
    Kin,
    Kinship,
    Person,
    Queue,
    Task,
    TransferKind,
    WalletState,
    Want,
)
from tests.unit.ledger.people import POLICY


NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
DISTRICT, STREET = "110105", "110105001"
NEEDED = 600_000
PEOPLE = [UUID(int=number) for number in range(1, 5)]
ANN, BOB, STRANGER, GRANDCHILD = PEOPLE
APPLICATIONS = [UUID(int=number) for number in range(101, 105)]
FIRST, SECOND, *_ = APPLICATIONS
OFFICER = Caller(UUID(int=50), (RoleIn(Role.DISTRICT_OFFICER, DISTRICT),))
CLERK = Caller(UUID(int=51), (RoleIn(Role.AGENCY_CLERK, STREET),))
DISTRICT_ELSEWHERE = Caller(UUID(int=52), (RoleIn(Role.DISTRICT_OFFICER, "110101"),))
CITY = Caller(UUID(int=53), (RoleIn(Role.CITY_OFFICER, "110000"),))
KINSHIP = Kinship(GRANDCHILD, ANN, Relation.GRANDPARENT)
HOME, FULL, SHUT, FAR, UNKNOWN = (UUID(int=number) for number in range(201, 206))
HOMES = [
    CareHome(HOME, "Second home", DISTRICT, 10, True),
    CareHome(FULL, "Small home", DISTRICT, 1, True, taken=1),
    CareHome(SHUT, "Old home", DISTRICT, 10, False),
    CareHome(FAR, "Home elsewhere", "110101", 10, True),
]
OPEN = {ApplicationState.APPLIED, ApplicationState.REVIEWED, ApplicationState.OFFERED}


def earned(person_id):
    return domain.wallet(person_id, Provenance.EARNED)


class Desk:
    """Books in memory that commands are decided on one after the other."""

    def __init__(self, minutes=NEEDED):
        callers = [OFFICER, CLERK, DISTRICT_ELSEWHERE, CITY, *map(Caller, PEOPLE)]
        people = {
            Want(Person, each): Person(each, date(1950, 1, 1), STREET, DISTRICT) for each in PEOPLE
        }
        nothing = [Want(Application, each) for each in (*APPLICATIONS, UUID(int=999))]
        nothing += [Want(Applicant, each) for each in PEOPLE]
        nothing += [Want(Kin, each.person_id) for each in callers]
        nothing += [Want(Queue, DISTRICT), Want(Person, UUID(int=998))]
        nothing += [Want(Applicant, UUID(int=998)), Want(Kin, UUID(int=998))]
        kin = {Want(Kin, GRANDCHILD): Kin(GRANDCHILD, (KINSHIP,))}
        nothing += [Want(CareHome, UNKNOWN)]
        homes = {Want(CareHome, each.key): each for each in HOMES}
        balances = dict.fromkeys(map(earned, PEOPLE), minutes)
        self.books = Books(people | kin | homes, balances, nothing)
        self.events, self.transfers = [], []

    def do(self, command, now=NOW):
        outcome = command.decide(self.books, POLICY, now)
        self.books.apply(outcome, now)
        self.events += outcome.events
        self.transfers += outcome.transfers
        return outcome

    def apply(self, application_id=FIRST, person=ANN, caller=None, now=NOW):
        need = "lives alone and can hardly walk"
        return self.do(domain.Apply(application_id, caller or Caller(person), person, need), now)

    def move(self, move, application_id=FIRST, caller=OFFICER, now=NOW, reason=None, home=None):
        return self.do(domain.Proceed(application_id, caller, move, reason, home), now)

    def offered(self, application_id=FIRST, person=ANN, now=NOW):
        self.apply(application_id, person, now=now)
        self.move(Move.APPROVE, application_id, reason="seen at home")
        return self.move(Move.OFFER, application_id, home=HOME)

    def state(self, state, person_id=ANN):
        person = replace(self.books.person(person_id), state=state)
        self.books.apply(domain.Outcome(records=(person,)), NOW)

    def application(self, application_id=FIRST):
        return self.books.find(Application, application_id)

    def taken(self, home=HOME):
        return self.books.find(CareHome, home).taken

    def balance(self, account):
        return self.books.balance(account)


@pytest.fixture
def desk():
    return Desk()


def test_s9_who_applies_sets_ten_thousand_coins_aside(desk):
    outcome = desk.apply()
    assert desk.balance(earned(ANN)) == 0
    assert desk.balance(domain.reserve(FIRST)) == NEEDED
    assert outcome.transfers[0].kind is TransferKind.RESERVE
    assert outcome.answer["state"] is ApplicationState.APPLIED
    assert [each.event for each in outcome.events] == [AdmissionApplied]


def test_s9_one_minute_below_ten_thousand_coins_is_not_enough():
    desk = Desk(NEEDED - 1)
    with pytest.raises(NotEligible) as refused:
        desk.apply()
    assert refused.value.fields == {"counted_minutes": NEEDED - 1, "needed_minutes": NEEDED}


def test_s9_only_earned_coins_count():
    desk = Desk(0)
    for part in (Provenance.GRANTED, Provenance.GIFTED):
        desk.books = desk.books.with_balances({domain.wallet(ANN, part): 2 * NEEDED})
        with pytest.raises(NotEligible):
            desk.apply()


def test_a_person_has_one_open_application_at_most():
    desk = Desk(2 * NEEDED)
    desk.apply()
    with pytest.raises(ApplicationOpen):
        desk.apply(SECOND)


def test_s9_the_whole_way_to_admission_pays_the_districts_homes(desk):
    desk.offered()
    outcome = desk.move(Move.ACCEPT, caller=Caller(ANN))
    assert desk.application().state is ApplicationState.ADMITTED
    assert outcome.transfers[0].kind is TransferKind.ADMISSION
    assert desk.balance(domain.care_home(DISTRICT)) == NEEDED
    assert desk.balance(domain.reserve(FIRST)) == desk.balance(earned(ANN)) == 0
    told = [each.facts["state"] for each in desk.events if each.event is AdmissionDecided]
    assert told == [
        ApplicationState.REVIEWED,
        ApplicationState.OFFERED,
        ApplicationState.ADMITTED,
    ]


@pytest.mark.parametrize(
    ("before", "move", "caller"),
    [
        ((), Move.REJECT, OFFICER),
        ((), Move.WITHDRAW, Caller(ANN)),
        ((Move.APPROVE,), Move.WITHDRAW, Caller(ANN)),
        ((Move.APPROVE, Move.OFFER), Move.DECLINE, Caller(ANN)),
        ((Move.APPROVE, Move.OFFER), Move.WITHDRAW, Caller(ANN)),
    ],
)
@pytest.mark.parametrize("state", WalletState)
def test_every_other_end_gives_the_coins_back_or_to_the_estate(before, move, caller, state):
    desk = Desk()
    desk.apply()
    for each in before:
        desk.move(each, home=HOME)
    desk.state(state)
    outcome = desk.move(move, caller=caller, reason="why")
    closed = state is WalletState.CLOSED
    assert desk.balance(domain.estate(ANN)) == (NEEDED if closed else 0)
    assert desk.balance(earned(ANN)) == (0 if closed else NEEDED)
    assert desk.balance(domain.reserve(FIRST)) == 0
    assert outcome.transfers[0].kind is TransferKind.RESERVE_RETURN
    assert outcome.events[0].facts["reason"] == "why"


@pytest.mark.parametrize(
    ("state", "error"), [(WalletState.FROZEN, WalletFrozen), (WalletState.CLOSED, WalletClosed)]
)
def test_nobody_applies_or_is_admitted_with_a_wallet_that_is_not_open(state, error):
    desk = Desk()
    desk.offered()
    desk.state(state)
    with pytest.raises(error):
        desk.move(Move.ACCEPT, caller=Caller(ANN))
    desk.state(state, BOB)
    with pytest.raises(error):
        desk.apply(SECOND, BOB)


def test_s9_places_are_offered_in_the_order_of_application_not_of_review(desk):
    desk.apply(SECOND, BOB, now=NOW)
    desk.apply(FIRST, ANN, now=NOW + timedelta(seconds=1))
    desk.move(Move.APPROVE, FIRST)
    assert desk.move(Move.APPROVE, SECOND).answer["place"] == 1
    with pytest.raises(NotNextInQueue) as refused:
        desk.move(Move.OFFER, FIRST, home=HOME)
    assert refused.value.fields == {"place": 2, "next_place": 1}
    desk.move(Move.OFFER, SECOND, home=HOME)
    assert desk.move(Move.OFFER, FIRST, home=HOME)


@pytest.mark.parametrize(
    ("home", "error"),
    [
        (FULL, NoFreePlace),
        (SHUT, NoSuchCareHome),
        (FAR, NoSuchCareHome),
        (UNKNOWN, NoSuchCareHome),
        (None, NoSuchCareHome),
    ],
)
def test_s9_a_place_is_offered_in_an_open_home_of_the_district_with_a_free_place(desk, home, error):
    desk.apply()
    desk.move(Move.APPROVE)
    with pytest.raises(error):
        desk.move(Move.OFFER, home=home)
    assert desk.application().state is ApplicationState.REVIEWED
    assert desk.move(Move.OFFER, home=HOME).answer["home"] == "Second home"


@pytest.mark.parametrize(
    ("move", "taken"), [(Move.ACCEPT, 1), (Move.DECLINE, 0), (Move.WITHDRAW, 0), (Move.LAPSE, 0)]
)
def test_a_place_is_taken_from_the_offer_on_and_free_again_when_it_comes_to_nothing(
    desk, move, taken
):
    desk.offered()
    assert desk.taken() == 1
    caller = OFFICER if move is Move.LAPSE else Caller(ANN)
    desk.move(move, caller=caller, now=NOW + timedelta(days=POLICY.care_home_offer_days))
    assert desk.taken() == taken


def test_who_is_not_reviewed_yet_holds_nobody_up(desk):
    desk.apply(SECOND, BOB)
    desk.offered(FIRST, ANN, now=NOW + timedelta(days=1))
    assert desk.application(FIRST).state is ApplicationState.OFFERED


def test_who_applied_at_the_same_moment_is_ordered_by_id(desk):
    desk.apply(SECOND, BOB)
    desk.apply(FIRST, ANN)
    desk.move(Move.APPROVE, SECOND)
    assert desk.move(Move.APPROVE, FIRST).answer["place"] == 1


def test_an_offer_lapses_at_the_end_of_its_term_and_not_before(desk):
    desk.offered()
    end = NOW + timedelta(days=POLICY.care_home_offer_days)
    assert desk.application().answer_by == end
    with pytest.raises(OfferStands):
        desk.move(Move.LAPSE, now=end - timedelta(seconds=1))
    desk.move(Move.LAPSE, now=end)
    assert desk.application().state is ApplicationState.DECLINED
    assert desk.balance(earned(ANN)) == NEEDED


@pytest.mark.parametrize("move", [Move.APPROVE, Move.REJECT, Move.OFFER, Move.LAPSE])
def test_officers_of_the_district_decide_and_nobody_else(desk, move):
    desk.apply()
    for caller in (Caller(ANN), CLERK, CITY, DISTRICT_ELSEWHERE, Caller(GRANDCHILD)):
        with pytest.raises(Forbidden):
            desk.move(move, caller=caller)
    with pytest.raises(Unauthenticated):
        desk.move(move, caller=Caller())


def test_no_officer_decides_on_their_own_application(desk):
    desk.apply()
    with pytest.raises(Forbidden):
        desk.move(Move.APPROVE, caller=Caller(ANN, OFFICER.roles))


@pytest.mark.parametrize("caller", [CLERK, Caller(GRANDCHILD)], ids=["clerk", "relative"])
def test_s15_a_clerk_or_a_relative_acts_for_the_applicant_and_is_recorded(desk, caller):
    desk.apply(caller=caller)
    assert desk.application().applied_by == caller.person_id
    assert desk.transfers[-1].acted_by == caller.person_id
    desk.move(Move.APPROVE)
    desk.move(Move.OFFER, home=HOME)
    outcome = desk.move(Move.ACCEPT, caller=caller)
    assert outcome.events[0].facts["acted_by"] == caller.person_id
    assert outcome.transfers[0].acted_by == caller.person_id


@pytest.mark.parametrize("caller", [Caller(STRANGER), OFFICER, CITY])
def test_nobody_else_acts_for_the_applicant(desk, caller):
    with pytest.raises(Forbidden):
        desk.apply(caller=caller)
    desk.offered()
    for move in (Move.ACCEPT, Move.DECLINE, Move.WITHDRAW):
        with pytest.raises(Forbidden):
            desk.move(move, caller=caller)
        with pytest.raises(Unauthenticated):
            desk.move(move, caller=Caller())


def test_who_has_no_wallet_or_application_is_told_so(desk):
    with pytest.raises(NoWallet):
        desk.apply(person=UUID(int=998))
    with pytest.raises(NotFound):
        desk.move(Move.WITHDRAW, UUID(int=999), caller=Caller(ANN))


@pytest.mark.parametrize("state", ApplicationState)
@pytest.mark.parametrize("move", Move)
def test_every_move_that_the_table_does_not_name_is_refused(state, move):
    application = Application(FIRST, ANN, DISTRICT, "need", NEEDED, NOW, ANN, state)
    if (state, move) in domain.MOVES:
        assert domain.moved(application, move) is domain.MOVES[state, move]
    else:
        with pytest.raises(NotAtThisStep) as refused:
            domain.moved(application, move)
        assert refused.value.fields == {"state": state.value}


def test_no_state_is_ever_come_back_to():
    order = list(ApplicationState)
    assert all(
        order.index(after) > order.index(before) for (before, _), after in domain.MOVES.items()
    )
    assert not any(state is end for state, _ in domain.MOVES for end in set(order) - OPEN)


def crossing(before, minutes, person=None):
    person = person or Person(ANN, date(1950, 1, 1), STREET, DISTRICT)
    return domain.eligible_by(minutes, person, before, POLICY)


def test_s9_the_visit_that_reaches_ten_thousand_coins_tells_so_once():
    assert crossing(NEEDED - 61, 60) == ()
    (told,) = crossing(NEEDED - 60, 60)
    assert told.facts["counted_minutes"] == told.facts["needed_minutes"] == NEEDED
    assert crossing(NEEDED - 1, 240)
    assert crossing(NEEDED, 60) == ()


people = st.sampled_from(PEOPLE)
days = st.integers(0, 20)


class Applications(RuleBasedStateMachine):
    """Any order of applying, deciding, answering and lapsing, on one district's books."""

    def __init__(self):
        super().__init__()
        self.desk = Desk(2 * NEEDED)
        self.desk.books.apply(domain.Outcome(records=(replace(HOMES[0], places=2),)), NOW)
        self.now = NOW
        self.ended = {}

    @rule(number=st.integers(0, 3), person=people, caller=people)
    def apply(self, number, person, caller):
        if self.desk.application(APPLICATIONS[number]) is None:
            self.attempt(
                lambda: self.desk.apply(APPLICATIONS[number], person, Caller(caller), self.now)
            )

    @rule(
        number=st.integers(0, 3), move=st.sampled_from(Move), caller=people, officer=st.booleans()
    )
    def move(self, number, move, caller, officer):
        who = OFFICER if officer else Caller(caller)
        application_id = APPLICATIONS[number]
        queue = self.waiting()
        outcome = self.attempt(
            lambda: self.desk.move(move, application_id, who, self.now, home=HOME)
        )
        if outcome and move is Move.OFFER:
            assert queue[0] == application_id

    @rule(days=days)
    def wait(self, days):
        self.now += timedelta(days=days)

    @precondition(lambda self: len(self.ended) < 2)
    @rule(person=people, state=st.sampled_from([WalletState.OPEN, WalletState.FROZEN]))
    def freeze(self, person, state):
        self.desk.state(state, person)

    def attempt(self, work):
        try:
            return work()
        except Error:
            return None

    def all(self):
        found = map(self.desk.application, APPLICATIONS)
        return [application for application in found if application]

    def waiting(self):
        reviewed = [each for each in self.all() if each.state is ApplicationState.REVIEWED]
        return [each.application_id for each in sorted(reviewed, key=lambda each: each.waiting)]

    @invariant()
    def coins_are_where_the_state_says(self):
        for each in self.all():
            expected = each.minutes if each.state in OPEN else 0
            assert self.desk.balance(domain.reserve(each.application_id)) == expected

    @invariant()
    def nothing_is_lost_and_only_the_admitted_have_paid(self):
        admitted = [each for each in self.all() if each.state is ApplicationState.ADMITTED]
        assert self.desk.balance(domain.care_home(DISTRICT)) == len(admitted) * NEEDED
        for person in PEOPLE:
            out = [
                each.minutes
                for each in self.all()
                if each.person_id == person
                and (each.state in OPEN or each.state is ApplicationState.ADMITTED)
            ]
            assert self.desk.balance(earned(person)) == 2 * NEEDED - sum(out)

    @invariant()
    def the_queue_is_the_reviewed_in_order(self):
        queue = self.desk.books.find(Queue, DISTRICT) or Queue(DISTRICT)
        assert [each.application_id for each in queue.waiting] == self.waiting()

    @invariant()
    def places_taken_are_those_offered_and_lived_in_and_never_more_than_there_are(self):
        taken = {ApplicationState.OFFERED, ApplicationState.ADMITTED}
        for home in (HOME, FULL):
            before = next(each.taken for each in HOMES if each.key == home)
            here = [each for each in self.all() if each.care_home_id == home]
            assert self.desk.taken(home) == before + sum(each.state in taken for each in here)
        assert self.desk.taken(HOME) <= 2

    @invariant()
    def what_has_ended_stays(self):
        for each in self.all():
            assert self.ended.get(each.application_id, each) == each
            if each.state not in OPEN:
                self.ended[each.application_id] = each


Applications.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, database=None
)
test_no_order_of_moves_loses_a_coin_or_a_turn = Applications.TestCase


def test_a_batch_sees_what_the_commands_before_it_did():
    desk = Desk()
    commands = [
        domain.Apply(FIRST, Caller(ANN), ANN, "need"),
        domain.Proceed(FIRST, OFFICER, Move.APPROVE),
        domain.Proceed(FIRST, OFFICER, Move.OFFER, care_home_id=HOME),
        domain.Proceed(FIRST, Caller(ANN), Move.ACCEPT),
    ]
    results = domain.decide([Task(each, POLICY, NOW) for each in commands], desk.books)
    assert [type(each) for each in results] == [domain.Decided] * 4
