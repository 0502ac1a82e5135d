"""The catalogue of rewards (S10): what a piece costs in points, how many there are, for whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.kernel.caller import Caller, covers
from services.kernel.contract import InvalidRequest, NotFound
from services.ledger.contract import (
    MOST_STOCK,
    OutOfStock,
    RewardExists,
    RewardOfAnotherDistrict,
    RewardState,
    RewardWithdrawn,
)
from services.ledger.domain import rights
from services.ledger.domain.accounts import Account
from services.ledger.domain.books import Books, Outcome, Want
from services.ledger.domain.policy import LedgerPolicy


@dataclass(frozen=True)
class Reward:
    """One item of the catalogue. A district's is for its own people, the city's for everybody."""

    reward_id: UUID
    code: str
    district: str
    name_zh: str
    name_en: str
    points: int
    stock: int
    most_a_person: int | None = None
    state: RewardState = RewardState.ACTIVE

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

    def restocked(self, quantity: int) -> "Reward":
        """What was set aside is on the shelf again, however full it is meanwhile."""
        return replace(self, stock=self.stock + quantity)

    def require_offered(self, district: str) -> None:
        """Raises RewardWithdrawn, or RewardOfAnotherDistrict for people whom it is not for."""
        if self.state is not RewardState.ACTIVE:
            raise RewardWithdrawn
        if not covers(self.district, district):
            raise RewardOfAnotherDistrict(fields={"district": self.district})


def reward_answer(reward: Reward) -> dict[str, Any]:
    shown = dict(vars(reward))
    del shown["reward_id"]
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
    """An officer changes a reward; ``changes`` are names, price, limit and state, if any."""

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


def find_reward(books: Books, code: str) -> Reward:
    """Raises NotFound for a code that is not in the catalogue."""
    reward = books.find(Reward, code)
    if reward is None:
        raise NotFound("There is no such reward.")
    return reward
