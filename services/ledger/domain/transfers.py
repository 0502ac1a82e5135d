"""Double entry: a transfer moves minutes between accounts and sums to zero."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from services.ledger.domain.accounts import LEDGER_IDS, Account, Kind


class TransferKind(StrEnum):
    BUDGET_TOP_UP = "budget_top_up"
    GRANT = "grant"
    GIFT = "gift"
    HOLD = "hold"
    POST = "post"
    RELEASE = "release"


class Unbalanced(Exception):
    """A transfer's legs do not make a balanced whole: a bug, never the caller's fault."""


class Overdrawn(Exception):
    """An account would fall below zero: a decision was made on stale balances."""


@dataclass(frozen=True)
class Leg:
    """One side of a transfer: positive minutes flow in, negative ones out."""

    account: Account
    minutes: int


@dataclass(frozen=True)
class Transfer:
    """What is moved and why. Kind and reference make it once: its id follows from them."""

    kind: TransferKind
    reference: UUID
    legs: tuple[Leg, ...]
    reason: str | None = None
    acted_by: UUID | None = None
    policy_version: int | None = None
    hold_id: UUID | None = None

    def __post_init__(self) -> None:
        if sum(leg.minutes for leg in self.legs) != 0:
            raise Unbalanced(f"{self.kind} {self.reference} does not sum to zero")
        if len(self.legs) < 2 or any(leg.minutes == 0 for leg in self.legs):
            raise Unbalanced(f"{self.kind} {self.reference} moves nothing")
        if len({leg.account for leg in self.legs}) != len(self.legs):
            raise Unbalanced(f"{self.kind} {self.reference} names an account twice")

    @property
    def transfer_id(self) -> UUID:
        return uuid5(LEDGER_IDS, f"{self.kind}:{self.reference}")


@dataclass(frozen=True)
class Entry:
    """A posted leg, with the account's balance after it."""

    account: Account
    minutes: int
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
) -> Transfer:
    """The transfer of positive minutes out of some accounts into others; empty shares are left out.

    Raises Unbalanced when the two sides differ, or when nothing is moved.
    """
    if any(minutes < 0 for minutes in (*out_of.values(), *into.values())):
        raise Unbalanced(f"{kind} {reference} moves a negative amount")
    legs = [Leg(account, -minutes) for account, minutes in out_of.items() if minutes]
    legs += [Leg(account, minutes) for account, minutes in into.items() if minutes]
    return Transfer(kind, reference, tuple(legs), reason, acted_by, policy_version, hold_id)


def entries(transfer: Transfer, balances: Mapping[Account, int]) -> list[Entry]:
    """The transfer as posted onto these balances; raises Overdrawn below an account's floor."""
    return [_entry(leg, balances[leg.account]) for leg in transfer.legs]


def _entry(leg: Leg, balance: int) -> Entry:
    after = balance + leg.minutes
    if after < 0 and leg.account.kind is not Kind.ISSUANCE:
        raise Overdrawn(f"{leg.account.kind} {leg.account.account_id}")
    return Entry(leg.account, leg.minutes, after)


def accounts_of(transfers: Iterable[Transfer]) -> set[Account]:
    return {leg.account for transfer in transfers for leg in transfer.legs}
