"""Random histories of everything the ledger does, against a model that only adds and subtracts."""

from collections import Counter
from uuid import UUID, uuid5

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.identity.contract import Relation
from services.kernel.contract import Error
from services.ledger import domain
from services.ledger.contract import Provenance
from services.ledger.domain import BeyondHold, Hold, HoldSettled, HoldState, Kind, Kinship
from tests.unit.ledger.people import POLICY


PEOPLE = [UUID(int=number) for number in range(1, 4)]
AGES = {PEOPLE[0]: 85, PEOPLE[1]: 61, PEOPLE[2]: 30}
KIN = [Kinship(PEOPLE[2], PEOPLE[0], Relation.GRANDPARENT)]
DISTRICT = "110105"
REQUESTS = [UUID(int=number) for number in range(100, 106)]
NAMES = UUID(int=7)

people = st.sampled_from(PEOPLE)
requests = st.sampled_from(REQUESTS)
minutes = st.integers(1, 120)
causes = st.integers(0, 30)


class Model:
    """What each person should own, written without accounts, transfers or provenances' accounts."""

    def __init__(self):
        self.issued = self.budget = 0
        self.owned = Counter()
        self.held = {}
        self.earned_ever = Counter()


class Histories(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.balances = Counter()
        self.holds = {}
        self.posted = {}
        self.model = Model()

    def wallet(self, person):
        return {part: self.balances[own] for part, own in domain.wallets(person).items()}

    def post(self, transfer):
        """As the database does: a transfer that is there already is not written again."""
        if transfer.transfer_id in self.posted:
            return False
        for entry in domain.entries(transfer, self.balances):
            self.balances[entry.account] = entry.balance_after
        self.posted[transfer.transfer_id] = transfer
        return True

    @rule(cause=causes, minutes=minutes)
    def top_up(self, cause, minutes):
        transfer = domain.top_up(uuid5(NAMES, f"t{cause}"), DISTRICT, minutes, "", PEOPLE[0])
        if self.post(transfer):
            self.model.issued += minutes
            self.model.budget += minutes

    @rule(cause=causes, person=people, minutes=minutes, special=st.booleans())
    def grant(self, cause, person, minutes, special):
        budget = self.balances[domain.budget(DISTRICT)]
        grant_id = uuid5(NAMES, f"g{cause}")
        try:
            transfer = domain.grant(
                grant_id, person, DISTRICT, minutes, "", PEOPLE[0], budget, special, POLICY
            )
        except Error:
            assert not special or minutes > self.model.budget
            return
        if self.post(transfer):
            self.model.budget -= minutes
            self.model.owned[person] += minutes

    @rule(cause=causes, giver=people, receiver=people, minutes=minutes)
    def give(self, cause, giver, receiver, minutes):
        earned = self.balances[domain.wallet(giver, Provenance.EARNED)]
        gift_id = uuid5(NAMES, f"f{cause}")
        try:
            transfer = domain.gift(
                gift_id, giver, receiver, minutes, earned, AGES[receiver], KIN, POLICY
            )
        except Error:
            return
        assert (giver, receiver) == (PEOPLE[2], PEOPLE[0])
        if self.post(transfer):
            self.model.owned[giver] -= minutes
            self.model.owned[receiver] += minutes

    @rule(request=requests, person=people, minutes=minutes)
    def submit(self, request, person, minutes):
        if request in self.holds:
            return
        decided = domain.decide_hold(minutes, self.wallet(person), AGES[person], POLICY)
        if isinstance(decided, domain.Refusal):
            assert decided.spendable_minutes < minutes
            return
        hold = Hold(uuid5(NAMES, str(request)), request, person, DISTRICT, decided)
        self.holds[request] = hold
        self.post(domain.hold_transfer(hold, 1))
        self.model.owned[person] -= minutes
        self.model.held[request] = minutes

    def settle(self, settlement):
        if settlement:
            self.holds[settlement.hold.request_id] = settlement.hold
            for transfer in settlement.transfers:
                assert self.post(transfer), "a settlement is written once"

    @rule(request=requests, visit=st.integers(0, 1), volunteer=people, minutes=st.integers(0, 150))
    def complete(self, request, visit, volunteer, minutes):
        hold = self.holds.get(request)
        if hold is None:
            return
        visit_id = uuid5(request, str(visit))
        held = self.model.held.get(request)
        try:
            settlement = domain.decide_post(
                hold, visit_id, volunteer, minutes, 1, POLICY.spending_order
            )
        except BeyondHold:
            assert minutes > held
            return
        except HoldSettled:
            assert held is None
            return
        self.settle(settlement)
        if settlement:
            del self.model.held[request]
            self.model.owned[volunteer] += minutes
            self.model.owned[hold.elder_id] += held - minutes

    @rule(request=requests, person=people)
    def cancel(self, request, person):
        hold = self.holds.get(request)
        if hold is None:
            self.holds[request] = domain.release_ahead(UUID(int=9), request, person, DISTRICT)
            return
        settlement = domain.decide_release(hold)
        self.settle(settlement)
        if settlement:
            self.model.owned[hold.elder_id] += self.model.held.pop(request)

    @invariant()
    def nothing_is_made_or_lost(self):
        assert sum(self.balances.values()) == 0

    @invariant()
    def only_issuance_is_below_zero(self):
        below = {account.kind for account, balance in self.balances.items() if balance < 0}
        assert below <= {Kind.ISSUANCE}

    @invariant()
    def it_agrees_with_the_model(self):
        assert -self.balances[domain.issuance()] == self.model.issued
        assert self.balances[domain.budget(DISTRICT)] == self.model.budget
        for person in PEOPLE:
            assert sum(self.wallet(person).values()) == self.model.owned[person]
        for request in REQUESTS:
            assert self.balances[domain.escrow(request)] == self.model.held.get(request, 0)

    @invariant()
    def an_ended_hold_is_accounted_for(self):
        for hold in self.holds.values():
            settled = hold.posted_minutes + hold.released_minutes
            assert settled == (0 if hold.state is HoldState.PLACED else hold.minutes)


Histories.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, database=None
)
test_no_history_makes_loses_or_overdraws_a_coin = Histories.TestCase
