"""A disputed visit in memory, and all that the ledger knows of it."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.ledger import domain
from services.ledger.contract import (
    Provenance,
)
from services.ledger.domain import (
    Books,
    Disputes,
    FreezeVisit,
    PastTransfer,
    PayVisit,
    Person,
    PlaceHold,
    Programme,
    Refused,
    Reverse,
    SettleDispute,
    Task,
    TransferKind,
    WalletState,
    Want,
)
from tests.unit.ledger.people import (
    ELDER,
    HOLD,
    POLICY,
    REQUEST,
    VISIT,
    VOLUNTEER,
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
