"""Histories of the ledger's daily work, command by command beside a model that only adds up."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import text

from services.identity.contract import Relation, Role
from services.kernel.caller import Call, Caller, RoleIn
from services.kernel.contract import IdempotencyConflict
from services.ledger import domain, storage
from services.ledger.audit import audit
from services.ledger.contract import CloseCause, Provenance
from services.ledger.domain import Kinship, TransferKind, WalletState
from services.ledger.journal import Journal, Submission
from services.ledger.rewards import month_of
from tests.integration.ledger.conftest import CITY_OFFICER, DISTRICT, NOW, STREET
from tests.integration.ledger.reference import Arbitrated


OTHER = "110101"
OFFICER = Caller(uuid4(), tuple(RoleIn(Role.DISTRICT_OFFICER, d) for d in (DISTRICT, OTHER)))
BORN = [date(1940, 1, 1), date(1960, 1, 1), date(1990, 1, 1), date(1995, 1, 1)]
AGES = [86, 66, 36, 31]
# Who may give to whom: a grandchild to both grandparents.
KIN = [(2, 0), (2, 1)]
STOCK, PRICE = 6, 10
A_RATING, A_STAR, MOST_A_MONTH = 30, 5, 70
MONTH = month_of(NOW)

people = st.integers(0, len(AGES) - 1)
requests = st.integers(0, 2)
minutes = st.integers(1, 70)
districts = st.sampled_from([DISTRICT, OTHER])
# Of a list whose length only the history knows.
picks = st.integers(0, 99)
ends = st.sampled_from(["hand_over", "hand_over", "cancel", "lapse", "return", "return_damaged"])


class Histories(RuleBasedStateMachine):
    """Each history has people and requests of its own in one database."""

    journal: Journal
    engine: Any
    model: Arbitrated
    # The sums that they are held against; those who add to the histories add to the model.
    model_of: type[Arbitrated] = Arbitrated

    def __init__(self) -> None:
        super().__init__()
        self.people = [uuid4() for _ in AGES]
        self.requests = [uuid4() for _ in range(3)]
        # The one visit of each request that disputes are about.
        self.visits = [uuid4() for _ in self.requests]
        self.reward, self.exchanges = uuid4().hex[:12], list[UUID]()
        self.model = self.model_of(dict(enumerate(AGES)), set(KIN), STOCK, PRICE)
        self.batch: list[tuple[Submission, bool]] = []
        self.done: list[tuple[Submission, Any]] = []
        # What was granted and can be reversed: the model's words for it, and the transfer's id.
        self.posted: list[tuple[str, tuple[Any, ...], UUID]] = []
        with self.engine.begin() as session:
            for person, born in zip(self.people, BORN, strict=True):
                storage.save_person(session, person, "王芳", born, STREET, 1)
                storage.save_membership(session, None, person, "dementia", False)
                storage.open_accounts(session, domain.wallets(person).values())
            for giver, receiver in KIN:
                kinship = Kinship(self.people[giver], self.people[receiver], Relation.GRANDPARENT)
                storage.save_kinship(session, uuid4(), kinship)
            for district in (DISTRICT, OTHER):
                budget = storage.balance_of(session, domain.budget(district)) or 0
                pool = storage.balance_of(session, domain.charity(district)) or 0
                self.model.budget[district], self.model.pool[district] = budget, pool
            self.issued_before = -(storage.balance_of(session, domain.issuance()) or 0)
        reward = domain.Reward(uuid4(), self.reward, DISTRICT, "毛巾", "Towel", PRICE, STOCK)
        self.submit(domain.OfferReward(reward, CITY_OFFICER), CITY_OFFICER, True)
        for person in range(len(AGES)):
            self.rate(person, person - 1 if person else len(AGES) - 1, 5)

    # What people ask for, and what the model says to it

    def ask(self, command: Any, caller: Caller, *operation: Any) -> bool:
        granted = self.model.attempt(*operation)
        self.submit(command, caller, granted)
        return granted

    def remember(self, kind: TransferKind, reference: UUID, *facts: Any) -> None:
        self.posted.append((kind.value, facts, domain.transfer_id_of(kind, reference)))

    def submit(self, command: Any, caller: Caller, granted: bool) -> None:
        call = Call(NOW, caller, key=str(uuid4()))
        self.batch.append((Submission(command, call, "first body"), granted))

    def tell(self, command: Any, *operation: Any) -> bool:
        """An event: what comes of it is seen in the books."""
        granted = self.model.attempt(*operation)
        submission = Submission(command, Call(NOW), handler="test", event_id=uuid4())
        self.batch.append((submission, True))
        return granted

    @rule(district=districts, amount=minutes)
    def top_up(self, district: str, amount: int) -> None:
        self.bring(district, amount * 10)

    def bring(self, district: str, amount: int) -> None:
        command = domain.TopUp(uuid4(), CITY_OFFICER, district, amount, "budget")
        self.ask(command, CITY_OFFICER, "top_up", district, amount)

    @rule(moves=st.lists(st.tuples(districts, districts, minutes), min_size=1, max_size=3))
    def shift(self, moves: list[tuple[str, str, int]]) -> None:
        if any(giver == receiver for giver, receiver, _ in moves):
            return
        shifts = tuple(domain.Shift(uuid4(), *move) for move in moves)
        command = domain.ShiftBudgets(CITY_OFFICER, shifts, "season")
        self.ask(command, CITY_OFFICER, "shift", moves)

    @rule(person=people, amount=minutes)
    def grant(self, person: int, amount: int) -> None:
        command = domain.Grant(uuid4(), OFFICER, self.people[person], amount, "care")
        if self.ask(command, OFFICER, "grant", person, DISTRICT, amount):
            self.remember(TransferKind.GRANT, command.grant_id, person, DISTRICT, amount)

    @rule(giver=people, receiver=people, amount=minutes)
    def gift(self, giver: int, receiver: int, amount: int) -> None:
        caller = Caller(self.people[giver])
        command = domain.Gift(uuid4(), caller, self.people[receiver], amount)
        if self.ask(command, caller, "gift", giver, receiver, amount):
            self.remember(TransferKind.GIFT, command.gift_id, giver, receiver, amount)

    @rule(request=requests, person=people, amount=minutes)
    def hold(self, request: int, person: int, amount: int) -> None:
        names = self.requests[request], self.people[person], DISTRICT
        self.tell(domain.PlaceHold(uuid4(), *names, amount), "hold", request, person, amount)

    @rule(request=requests, person=people)
    def release(self, request: int, person: int) -> None:
        names = self.requests[request], self.people[person], DISTRICT
        self.tell(domain.ReleaseHold(uuid4(), *names), "release", request, person)

    @rule(request=requests, volunteer=people, amount=minutes)
    def pay(self, request: int, volunteer: int, amount: int) -> None:
        placed = [n for n, (_, _, state) in self.model.holds.items() if state == "placed"]
        if placed and amount % 4:
            # Else hardly any would be paid: most would be of nothing, or of more than was held.
            request = placed[request % len(placed)]
            amount = min(amount, self.model.holds[request][1].total())
        own = amount % 7 > 0
        visit = self.visits[request] if own else uuid4()
        names = visit, self.requests[request], self.people[volunteer], DISTRICT
        if self.tell(domain.PayVisit(*names, amount, 1), "pay", request, volunteer, amount, own):
            self.remember(TransferKind.POST, visit, request, volunteer, amount, own)

    @rule(person=people, amount=minutes, back=st.booleans())
    def correct(self, person: int, amount: int, back: bool) -> None:
        self.put_right(person, -amount if back else amount)

    def put_right(self, person: int, amount: int) -> None:
        command = domain.Correct(uuid4(), OFFICER, self.people[person], amount, "wrong record")
        self.ask(command, OFFICER, "correct", person, DISTRICT, amount)

    @rule(person=people, thaw=st.booleans())
    def freeze(self, person: int, thaw: bool) -> None:
        to, name = (WalletState.OPEN, "unfreeze") if thaw else (WalletState.FROZEN, "freeze")
        command = domain.ChangeState(OFFICER, to, self.people[person], "inquiry")
        self.ask(command, OFFICER, name, person)

    @rule(person=people, quantity=st.integers(1, 2), handed_over=st.booleans())
    def exchange(self, person: int, quantity: int, handed_over: bool) -> None:
        caller, number = Caller(self.people[person]), len(self.exchanges)
        self.exchanges.append(uuid4())
        command = domain.ExchangeFor(
            self.exchanges[number], caller, self.people[person], self.reward, quantity
        )
        if self.ask(command, caller, "exchange", number, person, quantity) and handed_over:
            self.finish(number, "hand_over")

    @rule(pick=picks, end=ends)
    def end_exchange(self, pick: int, end: str) -> None:
        """Handed over, given up, lapsed, returned; what was refused to begin with is not found."""
        if not self.model.exchanges:
            return
        self.finish(sorted(self.model.exchanges)[pick % len(self.model.exchanges)], end)

    def finish(self, number: int, end: str) -> None:
        self.flush()
        exchange_id, holder = self.exchanges[number], self.model.exchanges[number][0]
        match end:
            case "hand_over":
                command: Any = domain.HandOver(exchange_id, OFFICER, True)
                self.ask(command, OFFICER, "end_exchange", number, "reserved", "handed_over")
            case "cancel":
                caller = Caller(self.people[holder])
                command = domain.Cancel(exchange_id, caller)
                self.ask(command, caller, "end_exchange", number, "reserved", "cancelled")
            case "lapse":
                command, later = domain.Lapse(exchange_id), NOW + timedelta(days=365)
                self.model.attempt("end_exchange", number, "reserved", "lapsed")
                submission = Submission(command, Call(later), handler="test", event_id=uuid4())
                self.batch.append((submission, True))
            case _:
                damaged = end == "return_damaged"
                command = domain.TakeBack(exchange_id, OFFICER, "wrong size", damaged)
                facts = number, "handed_over", "returned", damaged
                self.ask(command, OFFICER, "end_exchange", *facts)

    @rule(elder=people, volunteer=people, stars=st.integers(1, 5))
    def rate(self, elder: int, volunteer: int, stars: int) -> None:
        if elder == volunteer:
            return
        names = uuid4(), self.people[elder], self.people[volunteer]
        command = domain.ThankForRating(*names, stars, self.people[elder], MONTH)
        self.tell(command, "rate", elder, volunteer, stars, A_RATING, A_STAR, MOST_A_MONTH)

    @rule(person=st.just(3))
    def close(self, person: int) -> None:
        command = domain.Close(uuid4(), OFFICER, self.people[person], CloseCause.DEATH, "gone")
        self.ask(command, OFFICER, "close", person, DISTRICT)

    # What comes twice

    @rule(pick=picks)
    def repeat(self, pick: int) -> None:
        """The same again, in the same batch or later: the first answer, and no second effect."""
        self.flush()
        if self.done:
            submission, first = self.done[pick % len(self.done)]
            again = self.journal.post([submission, submission])
            assert again == [first, first]

    @rule(pick=picks)
    def forge(self, pick: int) -> None:
        """Another body under a known key is refused."""
        self.flush()
        keyed = [each for each, _ in self.done if each.call.key]
        if keyed:
            known = keyed[pick % len(keyed)]
            other = Submission(known.command, known.call, "another body")
            (answer,) = self.journal.post([other])
            assert isinstance(answer, IdempotencyConflict)

    # What must always hold

    @rule()
    def flush(self) -> None:
        batch, self.batch = self.batch, []
        answers = self.journal.post([submission for submission, _ in batch])
        for (submission, granted), answer in zip(batch, answers, strict=True):
            if submission.event_id is None:
                assert ("result" in answer) == granted, (submission.command, answer)
            if isinstance(answer, dict):
                self.done.append((submission, answer))

    @invariant()
    def the_books_are_the_models(self) -> None:
        if len(self.batch) < 4:
            return
        self.flush()
        self.compare()

    def compare(self) -> None:
        model = self.model
        with self.engine.connect() as session:
            assert all(each.total == 0 for each in storage.unit_sums(session))
            for number, person in enumerate(self.people):
                wallets, held, points, _ = storage.wallet_of(session, person)
                assert wallets == {part: model.coins[number][part] for part in Provenance}
                assert points == model.points[number]
                assert held == self.held_of(number)
                left = storage.balance_of(session, domain.estate(person)) or 0
                assert left == model.estate[number]
            for district in (DISTRICT, OTHER):
                assert (storage.balance_of(session, domain.budget(district)) or 0) == (
                    model.budget[district]
                )
                assert (storage.balance_of(session, domain.charity(district)) or 0) == (
                    model.pool[district]
                )
            issued = -(storage.balance_of(session, domain.issuance()) or 0)
            assert issued == self.issued_before + model.issued
            assert self.stock_left(session) == model.stock
            for number, (_, _, state) in model.exchanges.items():
                found = storage.find_exchange(session, self.exchanges[number])
                assert found is not None and found.state == state
            for number, request in enumerate(self.requests):
                self.check_hold(session, number, request)

    def held_of(self, person: int) -> int:
        placed = [each for each in self.model.holds.values() if each[2] == "placed"]
        return sum(shares.total() for elder, shares, _ in placed if elder == person)

    def stock_left(self, session: Any) -> int:
        query = text("select stock from rewards where code = :code")
        return int(session.scalar(query, {"code": self.reward}))

    def check_hold(self, session: Any, number: int, request: UUID) -> None:
        hold = storage.find_hold(session, request)
        wanted = self.model.holds.get(number)
        assert (hold and hold.state.value) == (wanted and wanted[2])
        escrow = storage.balance_of(session, domain.escrow(request)) or 0
        placed = wanted is not None and wanted[2] == "placed"
        assert escrow == (wanted[1].total() if wanted and placed else 0)

    def teardown(self) -> None:
        self.flush()
        self.compare()
        verdict = audit(self.engine)
        assert verdict.is_clean, verdict.difference
