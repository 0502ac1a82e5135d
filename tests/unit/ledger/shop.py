"""A shop in memory, with the people who stand around in it."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.ledger import domain
from services.ledger.domain import Books, Exchange, OpenExchanges, Person, Reward, Taken, Want
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

    def __init__(self, points=1000, policy=POLICY):
        self.policy, self.now = policy, NOW
        people = {
            Want(Person, each): Person(each, date(1950, 1, 1), STREET, DISTRICT)
            for each in (ANN, BOB)
        }
        nothing = [Want(Reward, code) for code in CODES]
        nothing += [Want(Exchange, each) for each in EXCHANGES]
        nothing += [Want(Person, UNKNOWN)]
        nothing += [Want(Taken, (each, code)) for each in PEOPLE for code in CODES]
        nothing += [Want(OpenExchanges, each) for each in PEOPLE]
        balances = {domain.points(each): points for each in (ANN, BOB)}
        self.books = Books(people, balances, nothing)

    def do(self, command):
        outcome = command.decide(self.books, self.policy, self.now)
        self.books.apply(outcome, self.now)
        return outcome

    def add(self, code="towel", price=300, stock=5, district=DISTRICT, caller=OFFICER, **more):
        facts = code, district, "毛巾", "Towel", price, stock
        reward = Reward(UUID(int=CODES.index(code)), *facts, **more)
        return self.do(domain.OfferReward(reward, caller))

    def change(self, added=0, code="towel", caller=OFFICER, **changes):
        return self.do(domain.AlterReward(code, caller, changes, added))

    def exchange(
        self,
        quantity=1,
        exchange_id=FIRST,
        person=ANN,
        caller=None,
        code="towel",
        street=None,
        points=None,
    ):
        who = caller or Caller(person)
        return self.do(domain.ExchangeFor(exchange_id, who, person, code, quantity, street, points))

    def hand_over(self, exchange_id=FIRST, caller=CLERK, fits: bool | None = True):
        return self.do(domain.HandOver(exchange_id, caller, fits))

    def cancel(self, exchange_id=FIRST, caller=None):
        holder = self.books.find(Exchange, exchange_id)
        who = caller or Caller(holder.person_id if holder else ANN)
        return self.do(domain.Cancel(exchange_id, who))

    def lapse(self, exchange_id=FIRST):
        return self.do(domain.Lapse(exchange_id))

    def take_back(self, exchange_id=FIRST, caller=CLERK, damaged=False):
        return self.do(domain.TakeBack(exchange_id, caller, "it leaks", damaged))

    def later(self, **span):
        self.now += timedelta(**span)

    def state(self, exchange_id=FIRST):
        return self.books.find(Exchange, exchange_id).state

    def stock(self, code="towel"):
        return self.books.find(Reward, code).stock

    def balance(self, account):
        return self.books.balance(account)
