"""Points exchanged for rewards (S10): reserved, handed over, or given back with their points.

``MOVES`` is the one place that says what may become of an exchange.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.kernel.caller import Caller, covers
from services.kernel.contract import Error, InvalidRequest, NotFound
from services.ledger.contract import (
    ExchangeEnded,
    ExchangeState,
    HandedOver,
    InsufficientPoints,
    MostExchanged,
    NotHandedOver,
    PointsRedeemed,
    PriceChanged,
)
from services.ledger.domain import rights
from services.ledger.domain.accounts import Account, points, rewards
from services.ledger.domain.books import Books, Happened, Outcome, Want
from services.ledger.domain.catalogue import Reward, find_reward
from services.ledger.domain.people import Person
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.transfers import Transfer, TransferKind, move


MOVES: Mapping[ExchangeState, frozenset[ExchangeState]] = {
    ExchangeState.RESERVED: frozenset(
        (ExchangeState.HANDED_OVER, ExchangeState.CANCELLED, ExchangeState.LAPSED)
    ),
    ExchangeState.HANDED_OVER: frozenset((ExchangeState.RETURNED,)),
}
WITH_THE_HOLDER = frozenset((ExchangeState.RESERVED, ExchangeState.HANDED_OVER))


def moved(state: ExchangeState, to: ExchangeState) -> ExchangeState:
    """The next state; raises what stands in the way: NotHandedOver, HandedOver, ExchangeEnded."""
    if to in MOVES.get(state, ()):
        return to
    refusals: dict[ExchangeState, type[Error]] = {
        ExchangeState.RESERVED: NotHandedOver,
        ExchangeState.HANDED_OVER: HandedOver,
    }
    raise refusals.get(state, ExchangeEnded)


@dataclass(frozen=True)
class Exchange:
    """Points exchanged for some of a reward, under the names and at the price of that day.

    It is picked up at the agency of a street; by when, and how long it may be returned, is decided
    by the policy of the day and kept.
    """

    exchange_id: UUID
    person_id: UUID
    district: str
    code: str
    name_zh: str
    name_en: str
    quantity: int
    points: int
    exchanged_at: datetime
    exchanged_by: UUID
    pickup_street: str
    pick_up_by: datetime
    state: ExchangeState = ExchangeState.RESERVED
    handed_over_at: datetime | None = None
    handed_over_by: UUID | None = None
    return_by: datetime | None = None
    ended_at: datetime | None = None
    ended_by: UUID | None = None
    end_reason: str | None = None
    damaged: bool = False
    wrong_codes: int = 0
    wrong_codes_since: datetime | None = None

    @property
    def key(self) -> UUID:
        return self.exchange_id

    def to(self, state: ExchangeState, **changes: Any) -> "Exchange":
        return replace(self, state=moved(self.state, state), **changes)


@dataclass(frozen=True)
class Taken:
    """The pieces of one reward that a person has or is to pick up, by exchange."""

    person_id: UUID
    code: str
    quantities: Mapping[UUID, int] = field(default_factory=dict)

    @property
    def key(self) -> tuple[UUID, str]:
        return self.person_id, self.code


@dataclass(frozen=True)
class OpenExchanges:
    """What waits for a person to pick it up: the code of the reward, by exchange."""

    person_id: UUID
    codes: Mapping[UUID, str] = field(default_factory=dict)

    @property
    def key(self) -> UUID:
        return self.person_id


def exchange_transfer(exchange: Exchange, policy_version: int) -> Transfer:
    """From the person's points to those that were exchanged."""
    return move(
        TransferKind.POINTS_EXCHANGE,
        exchange.exchange_id,
        out_of={points(exchange.person_id): exchange.points},
        into={rewards(): exchange.points},
        acted_by=exchange.exchanged_by,
        policy_version=policy_version,
    )


def exchange_answer(exchange: Exchange) -> dict[str, Any]:
    shown = dict(vars(exchange))
    for name in ("district", "wrong_codes", "wrong_codes_since"):
        del shown[name]
    return shown


def find_exchange(books: Books, exchange_id: UUID) -> Exchange:
    exchange = books.find(Exchange, exchange_id)
    if exchange is None:
        raise NotFound("There is no such exchange.")
    return exchange


def pieces_taken(books: Books, person_id: UUID, code: str) -> int:
    """How many pieces of a reward a person has, also by what was decided earlier in this batch."""
    listed = books.find(Taken, (person_id, code)) or Taken(person_id, code)
    quantities = dict(listed.quantities)
    for each in books.all(Exchange):
        if (each.person_id, each.code) == (person_id, code):
            quantities[each.exchange_id] = each.quantity if each.state in WITH_THE_HOLDER else 0
    return sum(quantities.values())


@dataclass(frozen=True)
class ExchangeFor:
    """Somebody exchanges points for a reward, or a clerk of the street for them (S10, S15)."""

    exchange_id: UUID
    caller: Caller
    person_id: UUID
    code: str
    quantity: int
    pickup_street: str | None = None
    points: int | None = None

    def wants(self, books: Books) -> Iterable[Want]:
        taken = self.person_id, self.code
        return Want(Person, self.person_id), Want(Reward, self.code), Want(Taken, taken)

    def accounts(self, books: Books) -> Iterable[Account]:
        return points(self.person_id), rewards()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        person = books.find(Person, self.person_id)
        acted_by = rights.may_exchange(self.caller, self.person_id, person)
        person = books.person(self.person_id)
        reward = find_reward(books, self.code)
        reward.require_offered(person.district)
        street = self._street(reward, person)
        left = reward.with_stock(-self.quantity)
        self._require_within_limit(reward, books)
        cost, own = reward.points * self.quantity, books.balance(points(self.person_id))
        if self.points is not None and self.points != cost:
            raise PriceChanged(fields={"needed_points": cost})
        if own < cost:
            raise InsufficientPoints(fields={"points": own, "needed_points": cost})
        exchange = Exchange(
            exchange_id=self.exchange_id,
            person_id=self.person_id,
            district=reward.district,
            code=reward.code,
            name_zh=reward.name_zh,
            name_en=reward.name_en,
            quantity=self.quantity,
            points=cost,
            exchanged_at=now,
            exchanged_by=acted_by,
            pickup_street=street,
            pick_up_by=now + timedelta(days=policy.pickup_days),
        )
        return Outcome(
            (exchange_transfer(exchange, policy.version),),
            (left, exchange),
            (redeemed(exchange, person),),
            exchange_answer(exchange),
        )

    def _street(self, reward: Reward, person: Person) -> str:
        street = self.pickup_street or person.street
        if not covers(reward.district, street):
            said = "A street of the district that offers the reward."
            raise InvalidRequest(fields={"pickup_street": [said]})
        return street

    def _require_within_limit(self, reward: Reward, books: Books) -> None:
        if reward.most_a_person is None:
            return
        taken = pieces_taken(books, self.person_id, self.code)
        if taken + self.quantity > reward.most_a_person:
            raise MostExchanged(fields={"taken": taken, "most_a_person": reward.most_a_person})


def redeemed(exchange: Exchange, person: Person) -> Happened:
    facts = {
        "district": person.district,
        "exchange_id": exchange.exchange_id,
        "person_id": exchange.person_id,
        "code": exchange.code,
        "quantity": exchange.quantity,
        "points": exchange.points,
        "acted_by": exchange.exchanged_by,
        "pickup_street": exchange.pickup_street,
        "pick_up_by": exchange.pick_up_by,
    }
    return Happened(PointsRedeemed, facts)
