"""A wallet's state, and who changed it: frozen by an officer, and given free again."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.kernel.caller import Caller
from services.ledger.contract import (
    AlreadyFrozen,
    NotFrozen,
    WalletClosed,
    WalletFrozenByOfficer,
    WalletUnfrozenByOfficer,
)
from services.ledger.domain import officers
from services.ledger.domain.accounts import Account, wallets
from services.ledger.domain.books import Books, Happened, Outcome, Record, Want
from services.ledger.domain.people import Person, WalletState
from services.ledger.domain.policy import LedgerPolicy


@dataclass(frozen=True)
class WalletChange:
    """The last change of a wallet's state: who, when (UTC) and why."""

    person_id: UUID
    state: WalletState
    reason: str
    changed_by: UUID
    changed_at: datetime

    @property
    def key(self) -> UUID:
        return self.person_id

    def of(self, person: Person) -> tuple[Record, ...]:
        """The records of this change: itself, and the person as commands see them from now on."""
        return self, replace(person, state=self.state)


def require_change(state: WalletState, to: WalletState) -> None:
    """Raise WalletClosed, AlreadyFrozen or NotFrozen unless a wallet may come into the state."""
    if state is WalletState.CLOSED:
        raise WalletClosed
    if state is to:
        raise AlreadyFrozen if to is WalletState.FROZEN else NotFrozen


@dataclass(frozen=True)
class ChangeState:
    """An officer freezes a wallet, or gives it free."""

    caller: Caller
    to: WalletState
    person_id: UUID
    reason: str

    def wants(self, books: Books) -> Iterable[Want]:
        return (Want(Person, self.person_id),)

    def accounts(self, books: Books) -> Iterable[Account]:
        # None are moved, but whoever moves them waits, and then sees the new state.
        return wallets(self.person_id).values()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        known = books.find(Person, self.person_id)
        changed_by = officers.of_district_or_city(self.caller, self.person_id, known)
        person = books.person(self.person_id)
        require_change(person.state, self.to)
        change = WalletChange(self.person_id, self.to, self.reason, changed_by, now)
        return Outcome(
            records=change.of(person),
            events=(self._told(person, changed_by),),
            answer=vars(change),
        )

    def _told(self, person: Person, changed_by: UUID) -> Happened:
        frozen = self.to is WalletState.FROZEN
        event = WalletFrozenByOfficer if frozen else WalletUnfrozenByOfficer
        return Happened(event, facts_of(person, self.reason, changed_by))


@dataclass(frozen=True)
class FreezeForClosing:
    """An account has ended: nothing goes out of the wallet until an officer settles it."""

    person_id: UUID
    reason: str
    closed_by: UUID
    was_verified: bool = True

    def wants(self, books: Books) -> Iterable[Want]:
        return (Want(Person, self.person_id),)

    def accounts(self, books: Books) -> Iterable[Account]:
        return wallets(self.person_id).values()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        """What is frozen stays so; raises NoWallet while the verification is still to be told."""
        if not self.was_verified:
            return Outcome()
        person = books.person(self.person_id)
        if person.state is not WalletState.OPEN:
            return Outcome()
        change = WalletChange(self.person_id, WalletState.FROZEN, self.reason, self.closed_by, now)
        facts = facts_of(person, self.reason, self.closed_by)
        return Outcome(records=change.of(person), events=(Happened(WalletFrozenByOfficer, facts),))


def facts_of(person: Person, reason: str, changed_by: UUID) -> dict[str, Any]:
    """What the events of freezing and unfreezing tell."""
    return {
        "district": person.district,
        "person_id": person.person_id,
        "reason": reason,
        "changed_by": changed_by,
    }
