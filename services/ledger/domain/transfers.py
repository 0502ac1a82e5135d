"""Double entry: a transfer moves one unit between accounts and sums to zero."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from services.ledger.domain.accounts import Account


ID_BYTES = 16


class TransferKind(StrEnum):
    """Why something is moved. Kind and reference together happen once."""

    BUDGET_TOP_UP = "budget_top_up"
    TRANSFER = "transfer"
    GRANT = "grant"
    GIFT = "gift"
    HOLD = "hold"
    POST = "post"
    RELEASE = "release"
    DONATION = "donation"
    ALLOCATION = "allocation"
    PROGRAMME_FUNDING = "programme_funding"
    PROGRAMME_RETURN = "programme_return"
    RESERVE = "reserve"
    RESERVE_RETURN = "reserve_return"
    ADMISSION = "admission"
    REVERSAL = "reversal"
    CORRECTION = "correction"
    CLOSING = "closing"
    SETTLEMENT = "settlement"
    DISPUTE_FREEZE = "dispute_freeze"
    DISPUTE_RETURN = "dispute_return"
    DISPUTE_RELEASE = "dispute_release"
    DISPUTE_CORRECTION = "dispute_correction"
    POINTS_DISPUTE = "points_dispute"
    POINTS_AWARD = "points_award"
    POINTS_RATING = "points_rating"
    POINTS_STARS = "points_stars"
    POINTS_EXCHANGE = "points_exchange"
    POINTS_RETURN = "points_return"


class Unbalanced(Exception):
    """A transfer's legs do not make a balanced whole: a bug, never the caller's fault."""


class Overdrawn(Exception):
    """An account would fall below zero: a decision was made on other balances than these."""


class Leg(NamedTuple):
    """One side of a transfer: a positive amount flows in, a negative one out."""

    account: Account
    amount: int


@dataclass(frozen=True)
class Transfer:
    """What is moved and why. Its id is the digest of kind and reference, which make it once."""

    kind: TransferKind
    reference: UUID
    legs: tuple[Leg, ...]
    reason: str | None = None
    acted_by: UUID | None = None
    policy_version: int | None = None
    hold_id: UUID | None = None
    reverses: UUID | None = None
    transfer_id: UUID = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "transfer_id", transfer_id_of(self.kind, self.reference))
        if any(leg.amount == 0 for leg in self.legs):
            raise Unbalanced(f"{self.kind} {self.reference} moves nothing")
        if sum(leg.amount for leg in self.legs) != 0:
            raise Unbalanced(f"{self.kind} {self.reference} does not sum to zero")
        units = {leg.account.kind.unit for leg in self.legs}
        if len(self.legs) < 2 or len({leg.account for leg in self.legs}) != len(self.legs):
            raise Unbalanced(f"{self.kind} {self.reference} needs two different accounts or more")
        if len(units) != 1:
            raise Unbalanced(f"{self.kind} {self.reference} mixes units")


def transfer_id_of(kind: TransferKind, reference: UUID) -> UUID:
    """The database computes the same, so that no transfer can stand under another's id."""
    return UUID(bytes=sha256(f"{kind.value}:{reference}".encode()).digest()[:ID_BYTES])


class Entry(NamedTuple):
    """A posted leg, with the account's balance after it."""

    account: Account
    amount: int
    balance_after: int


def move(
    kind: TransferKind,
    reference: UUID,
    out_of: Mapping[Account, int],
    into: Mapping[Account, int],
    reason: str | None = None,
    acted_by: UUID | None = None,
    policy_version: int | None = None,
    hold_id: UUID | None = None,
    reverses: UUID | None = None,
) -> Transfer:
    """The transfer of positive amounts out of some accounts into others; empty shares are left out.

    Raises Unbalanced when the two sides differ, or when nothing is moved.
    """
    if any(amount < 0 for amount in (*out_of.values(), *into.values())):
        raise Unbalanced(f"{kind} {reference} moves a negative amount")
    legs = [Leg(account, -amount) for account, amount in out_of.items() if amount]
    legs += [Leg(account, amount) for account, amount in into.items() if amount]
    return Transfer(
        kind, reference, tuple(legs), reason, acted_by, policy_version, hold_id, reverses
    )


def entries(transfer: Transfer, balances: Mapping[Account, int]) -> list[Entry]:
    """The transfer as posted onto these balances; raises Overdrawn below an account's floor."""
    return [_entry(leg, balances.get(leg.account, 0)) for leg in transfer.legs]


def _entry(leg: Leg, balance: int) -> Entry:
    after = balance + leg.amount
    if after < 0 and not leg.account.kind.is_source:
        raise Overdrawn(f"{leg.account.kind} {leg.account.account_id}")
    return Entry(leg.account, leg.amount, after)


def accounts_of(transfers: Iterable[Transfer]) -> set[Account]:
    return {leg.account for transfer in transfers for leg in transfer.legs}
