"""Closing a wallet for good: all coins into the estate, and from there to the heir or to charity.

One outcome, whole or not at all. What was exchanged and not picked up goes back on its shelf.
Points are not inherited: with those of such exchanges they go back to where points come from.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from services.kernel.caller import Caller
from services.kernel.contract import Forbidden, InvalidRequest
from services.ledger.contract import (
    ApplicationOpen,
    CloseCause,
    DisputesOpen,
    EstateSettled,
    HoldsOpen,
    WalletClosed,
    WalletClosedForGood,
    WalletFrozen,
)
from services.ledger.domain import officers
from services.ledger.domain.accounts import (
    Account,
    charity,
    estate,
    points,
    points_issuance,
    rewards,
    wallet,
    wallets,
)
from services.ledger.domain.applications import Applicant
from services.ledger.domain.books import Books, Happened, Outcome, Want
from services.ledger.domain.disputes import OpenDisputes, disputes_frozen
from services.ledger.domain.exchanges import OpenExchanges
from services.ledger.domain.freezing import WalletChange
from services.ledger.domain.giving import require_kin
from services.ledger.domain.handing_over import ended_with, open_wanted
from services.ledger.domain.holds import Hold, HoldState
from services.ledger.domain.people import Kin, Person, WalletState
from services.ledger.domain.policy import LedgerPolicy, SettleTo
from services.ledger.domain.rights import signed_in
from services.ledger.domain.transfers import Transfer, TransferKind, move


@dataclass(frozen=True)
class OpenHolds:
    """The requests that a person's coins are held for."""

    person_id: UUID
    request_ids: frozenset[UUID] = frozenset()

    @property
    def key(self) -> UUID:
        return self.person_id


def requests_held(books: Books, person_id: UUID) -> set[UUID]:
    """The requests that coins are held for now, also by what was decided earlier in this batch."""
    listed = books.find(OpenHolds, person_id) or OpenHolds(person_id)
    held = set(listed.request_ids)
    for hold in books.all(Hold):
        if hold.is_of(person_id):
            placed = hold.state is HoldState.PLACED
            held = held | {hold.request_id} if placed else held - {hold.request_id}
    return held


@dataclass(frozen=True)
class Close:
    """An officer closes a wallet, or its holder does on leaving."""

    closing_id: UUID
    caller: Caller
    person_id: UUID
    cause: CloseCause
    reason: str
    heir_id: UUID | None = None

    def wants(self, books: Books) -> Iterable[Want]:
        yield Want(Person, self.person_id)
        yield Want(OpenHolds, self.person_id)
        yield Want(OpenDisputes, self.person_id)
        yield Want(Applicant, self.person_id)
        yield from open_wanted(self.person_id, books)
        if self.heir_id is not None:
            yield Want(Person, self.heir_id)
            yield Want(Kin, self.person_id)

    def accounts(self, books: Books) -> Iterable[Account]:
        person = books.find(Person, self.person_id)
        if person is None:
            return
        yield from wallets(self.person_id).values()
        yield estate(self.person_id)
        yield points(self.person_id)
        yield points_issuance()
        if books.find(OpenExchanges, self.person_id):
            yield rewards()
        yield charity(person.district)
        if self.heir_id is not None:
            yield from wallets(self.heir_id).values()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        closed_by = self._may(books.find(Person, self.person_id))
        person = books.person(self.person_id)
        target = self._target(person, books, policy)
        if person.state is not WalletState.CLOSED:
            self._require_closable(person, closed_by, books)
        emptying = self._empty(books, closed_by)
        ended = ended_with(self.person_id, books, closed_by, now, policy.version)
        returned = [transfer for each in ended for transfer in each.transfers]
        expiry = self._expire(books, policy, closed_by, sum(map(amount_of, returned)))
        left = books.balance(estate(self.person_id)) + sum(map(amount_of, emptying))
        settlement = self._settle(left, target, policy, closed_by)
        transfers = (*emptying, *returned, *expiry, *settlement)
        if person.state is WalletState.CLOSED and not transfers:
            raise WalletClosed
        change = WalletChange(self.person_id, WalletState.CLOSED, self.reason, closed_by, now)
        answer = {
            "closing_id": self.closing_id,
            "person_id": self.person_id,
            "state": WalletState.CLOSED,
            "settled_minutes": sum(map(amount_of, settlement)),
            "heir_id": target.owner_id if target else None,
            "pool": target.district if target else None,
            "expired_points": sum(map(amount_of, expiry)),
        }
        return Outcome(
            transfers,
            (
                *(record for each in ended for record in each.records),
                *(() if person.state is WalletState.CLOSED else change.of(person)),
            ),
            (
                *(event for each in ended for event in each.events),
                *self._told(person, answer, closed_by),
            ),
            answer,
        )

    def _may(self, person: Person | None) -> UUID:
        if self.cause is CloseCause.LEAVING and signed_in(self.caller) == self.person_id:
            return self.person_id
        closed_by = officers.of_district_or_city(self.caller, self.person_id, person)
        if closed_by == self.heir_id:
            raise Forbidden
        return closed_by

    def _require_closable(self, person: Person, closed_by: UUID, books: Books) -> None:
        """What is frozen, held, disputed or set aside is not the holder's to leave with."""
        if person.state is WalletState.FROZEN and closed_by == self.person_id:
            raise WalletFrozen
        held = requests_held(books, self.person_id)
        if held:
            raise HoldsOpen(fields={"request_ids": sorted(map(str, held))})
        disputed = disputes_frozen(books, self.person_id)
        if disputed:
            raise DisputesOpen(fields={"dispute_ids": sorted(map(str, disputed))})
        if books.find(Applicant, self.person_id):
            raise ApplicationOpen

    def _target(self, person: Person, books: Books, policy: LedgerPolicy) -> Account | None:
        """Where the coins go: raises NotKin, NoWallet or WalletClosed for an heir who may not."""
        if self.heir_id is None:
            to_charity = SettleTo.CHARITY_POOL in policy.closing_settle_to
            return charity(person.district) if to_charity else None
        if self.heir_id == self.person_id:
            raise InvalidRequest(fields={"heir_id": ["Nobody is their own heir."]})
        if SettleTo.HEIR not in policy.closing_settle_to:
            raise InvalidRequest(fields={"heir_id": ["The policy lets nobody inherit."]})
        kin = books.find(Kin, self.person_id)
        require_kin(self.person_id, self.heir_id, kin.kinships if kin else (), policy)
        if books.person(self.heir_id).state is WalletState.CLOSED:
            raise WalletClosed
        return wallet(self.heir_id, policy.closing_heirs_coins)

    def _empty(self, books: Books, closed_by: UUID) -> list[Transfer]:
        balances = {each: books.balance(each) for each in wallets(self.person_id).values()}
        minutes = sum(balances.values())
        if not minutes:
            return []
        into = {estate(self.person_id): minutes}
        return [self._move(TransferKind.CLOSING, self.closing_id, balances, into, closed_by)]

    def _expire(
        self, books: Books, policy: LedgerPolicy, closed_by: UUID, returned: int
    ) -> list[Transfer]:
        amount = books.balance(points(self.person_id)) + returned
        if not amount or not policy.closing_points_expire:
            return []
        out_of, into = {points(self.person_id): amount}, {points_issuance(): amount}
        reference = uuid5(self.closing_id, "points")
        version = policy.version
        return [self._move(TransferKind.CLOSING, reference, out_of, into, closed_by, version)]

    def _settle(
        self, minutes: int, target: Account | None, policy: LedgerPolicy, closed_by: UUID
    ) -> list[Transfer]:
        if not minutes or target is None:
            return []
        out_of, into = {estate(self.person_id): minutes}, {target: minutes}
        settlement = self._move(
            TransferKind.SETTLEMENT, self.closing_id, out_of, into, closed_by, policy.version
        )
        return [settlement]

    def _move(
        self,
        kind: TransferKind,
        reference: UUID,
        out_of: dict[Account, int],
        into: dict[Account, int],
        closed_by: UUID,
        policy_version: int | None = None,
    ) -> Transfer:
        return move(kind, reference, out_of, into, self.reason, closed_by, policy_version)

    def _told(
        self, person: Person, answer: Mapping[str, Any], closed_by: UUID
    ) -> Iterable[Happened]:
        facts = {
            "district": person.district,
            "closing_id": self.closing_id,
            "person_id": self.person_id,
        }
        if person.state is not WalletState.CLOSED:
            closed = {
                "cause": self.cause,
                "reason": self.reason,
                "expired_points": answer["expired_points"],
                "closed_by": closed_by,
            }
            yield Happened(WalletClosedForGood, facts | closed)
        if answer["settled_minutes"]:
            settled = {
                "minutes": answer["settled_minutes"],
                "heir_id": answer["heir_id"],
                "pool": answer["pool"],
                "settled_by": closed_by,
            }
            yield Happened(EstateSettled, facts | settled)


def amount_of(transfer: Transfer) -> int:
    """What a transfer moves: the sum of what flows in."""
    return sum(leg.amount for leg in transfer.legs if leg.amount > 0)
