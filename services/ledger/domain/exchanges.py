"""The catalogue of rewards and what points are exchanged for (S10)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.kernel.caller import Caller
from services.kernel.contract import InvalidRequest, NotFound
from services.ledger.contract import (
    MOST_STOCK,
    HandedOver,
    InsufficientPoints,
    OutOfStock,
    PointsRedeemed,
    RewardExists,
)
from services.ledger.domain import rights
from services.ledger.domain.accounts import Account, points, rewards
from services.ledger.domain.books import Books, Happened, Outcome, Want
from services.ledger.domain.people import Person
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.transfers import Transfer, TransferKind, move


@dataclass(frozen=True)
class Reward:
    """One item of the catalogue: what a piece costs in points, and how many there are."""

    reward_id: UUID
    code: str
    district: str
    name_zh: str
    name_en: str
    points: int
    stock: int

    @property
    def key(self) -> str:
        return self.code

    def with_stock(self, added: int) -> "Reward":
        """Raises OutOfStock when more is taken than there is."""
        if self.stock + added < 0:
            raise OutOfStock(fields={"stock": self.stock})
        if self.stock + added > MOST_STOCK:
            raise InvalidRequest(fields={"stock_added": [f"Stock is {MOST_STOCK} at most."]})
        return replace(self, stock=self.stock + added)


@dataclass(frozen=True)
class Exchange:
    """Points exchanged for some of a reward, under the names and at the price of that day."""

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
    handed_over_at: datetime | None = None
    handed_over_by: UUID | None = None

    @property
    def key(self) -> UUID:
        return self.exchange_id


def exchange_transfer(exchange: Exchange) -> Transfer:
    """From the person's points to those that were exchanged."""
    return move(
        TransferKind.POINTS_EXCHANGE,
        exchange.exchange_id,
        out_of={points(exchange.person_id): exchange.points},
        into={rewards(): exchange.points},
        acted_by=exchange.exchanged_by,
    )


def reward_answer(reward: Reward) -> dict[str, Any]:
    shown = dict(vars(reward))
    del shown["reward_id"]
    return shown


def exchange_answer(exchange: Exchange) -> dict[str, Any]:
    shown = dict(vars(exchange))
    del shown["district"]
    return shown


@dataclass(frozen=True)
class OfferReward:
    """An officer adds a reward to the catalogue."""

    reward: Reward
    caller: Caller

    def wants(self, books: Books) -> Iterable[Want]:
        return (Want(Reward, self.reward.code),)

    def accounts(self, books: Books) -> Iterable[Account]:
        return ()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        rights.may_keep_rewards(self.caller, self.reward.district)
        if books.find(Reward, self.reward.code):
            raise RewardExists
        return Outcome(records=(self.reward,), answer=reward_answer(self.reward))


@dataclass(frozen=True)
class AlterReward:
    """An officer changes a reward; ``changes`` are its new names and price, if any."""

    code: str
    caller: Caller
    changes: Mapping[str, Any]
    stock_added: int

    def wants(self, books: Books) -> Iterable[Want]:
        return (Want(Reward, self.code),)

    def accounts(self, books: Books) -> Iterable[Account]:
        return ()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        rights.signed_in(self.caller)
        reward = find_reward(books, self.code)
        rights.may_keep_rewards(self.caller, reward.district)
        changed = replace(reward, **self.changes).with_stock(self.stock_added)
        return Outcome(records=(changed,), answer=reward_answer(changed))


@dataclass(frozen=True)
class ExchangeFor:
    """Somebody exchanges points for a reward, or a clerk of the street for them (S10, S15)."""

    exchange_id: UUID
    caller: Caller
    person_id: UUID
    code: str
    quantity: int

    def wants(self, books: Books) -> Iterable[Want]:
        return Want(Person, self.person_id), Want(Reward, self.code)

    def accounts(self, books: Books) -> Iterable[Account]:
        return points(self.person_id), rewards()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        person = books.find(Person, self.person_id)
        acted_by = rights.may_exchange(self.caller, self.person_id, person)
        person = books.person(self.person_id)
        reward = find_reward(books, self.code)
        left = reward.with_stock(-self.quantity)
        cost, own = reward.points * self.quantity, books.balance(points(self.person_id))
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
        )
        told = Happened(
            PointsRedeemed,
            {
                "district": person.district,
                "exchange_id": self.exchange_id,
                "person_id": self.person_id,
                "code": self.code,
                "quantity": self.quantity,
                "points": cost,
                "acted_by": acted_by,
            },
        )
        return Outcome(
            (exchange_transfer(exchange),), (left, exchange), (told,), exchange_answer(exchange)
        )


@dataclass(frozen=True)
class HandOver:
    """A clerk or officer has handed an exchanged reward over, once."""

    exchange_id: UUID
    caller: Caller

    def wants(self, books: Books) -> Iterable[Want]:
        yield Want(Exchange, self.exchange_id)
        if books.knows(Exchange, self.exchange_id):
            exchange = books.find(Exchange, self.exchange_id)
            if exchange:
                yield Want(Person, exchange.person_id)

    def accounts(self, books: Books) -> Iterable[Account]:
        return ()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        rights.signed_in(self.caller)
        exchange = books.find(Exchange, self.exchange_id)
        if exchange is None:
            raise NotFound("There is no such exchange.")
        person = books.find(Person, exchange.person_id)
        acted_by = rights.may_hand_over(self.caller, exchange.person_id, person, exchange.district)
        if exchange.handed_over_at is not None:
            raise HandedOver
        done = replace(exchange, handed_over_at=now, handed_over_by=acted_by)
        return Outcome(records=(done,), answer=exchange_answer(done))


def find_reward(books: Books, code: str) -> Reward:
    """Raises NotFound for a code that is not in the catalogue."""
    reward = books.find(Reward, code)
    if reward is None:
        raise NotFound("There is no such reward.")
    return reward
