"""Disputes over a paid visit: its coins are set aside, and set free once, as was decided."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from services.kernel.contract import Unacceptable
from services.ledger.contract import (
    CoinsFrozen,
    FreezeShortfall,
    InDispute,
    Provenance,
    SettledByDispute,
    SettlementRefusal,
)
from services.ledger.domain.accounts import Account, dispute_account, wallet
from services.ledger.domain.books import Books, Happened, Want
from services.ledger.domain.holds import Hold
from services.ledger.domain.people import Person, WalletState
from services.ledger.domain.transfers import Transfer, TransferKind, move


class DisputeState(StrEnum):
    """waiting → frozen → settled; uncorrected where a correction could not be paid yet."""

    WAITING = "waiting"
    FROZEN = "frozen"
    UNCORRECTED = "uncorrected"
    SETTLED = "settled"


LIVE = frozenset({DisputeState.WAITING, DisputeState.FROZEN})
# From each state to those that may follow it. What is not listed is final.
DISPUTE_MOVES: Mapping[DisputeState, frozenset[DisputeState]] = {
    DisputeState.WAITING: frozenset(
        {DisputeState.FROZEN, DisputeState.UNCORRECTED, DisputeState.SETTLED}
    ),
    DisputeState.FROZEN: frozenset({DisputeState.UNCORRECTED, DisputeState.SETTLED}),
    DisputeState.UNCORRECTED: frozenset({DisputeState.SETTLED}),
}


class BeyondFrozen(Unacceptable):
    """More minutes are to be returned than are frozen; the ledger never returns them."""


class OtherDispute(Unacceptable):
    """A dispute is closed of another visit or volunteer than it was opened of."""


@dataclass(frozen=True)
class Dispute:
    """One dispute, and what became of the coins of its visit. It waits until the visit is paid."""

    dispute_id: UUID
    visit_id: UUID
    request_id: UUID
    volunteer_id: UUID
    district: str
    freezes: bool = True
    state: DisputeState = DisputeState.WAITING
    shortfall: FreezeShortfall | None = None
    paid_minutes: int = 0
    frozen_minutes: int = 0
    returned_minutes: int = 0
    released_minutes: int = 0
    corrected_minutes: int = 0
    refused: SettlementRefusal | None = None

    @property
    def account(self) -> Account:
        return dispute_account(self.dispute_id)

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def has_coins(self) -> bool:
        return self.state is DisputeState.FROZEN and self.frozen_minutes > 0

    @property
    def has_moved(self) -> bool:
        """Whether it changed what the visit paid, or still is to."""
        moved = self.returned_minutes or self.corrected_minutes
        return bool(moved) or self.state is DisputeState.UNCORRECTED

    @property
    def facts(self) -> dict[str, Any]:
        names = ("district", "dispute_id", "visit_id", "request_id", "volunteer_id")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Disputes:
    """All disputes of one visit, which share its coins: one at most has some of them set aside."""

    visit_id: UUID
    items: tuple[Dispute, ...] = ()

    @property
    def key(self) -> UUID:
        return self.visit_id

    @property
    def live(self) -> list[Dispute]:
        return [each for each in self.items if each.is_live]

    @property
    def waiting(self) -> list[Dispute]:
        return [each for each in self.items if each.state is DisputeState.WAITING]

    @property
    def returned_minutes(self) -> int:
        return sum(each.returned_minutes for each in self.items)

    def find(self, dispute_id: UUID) -> Dispute | None:
        return next((each for each in self.items if each.dispute_id == dispute_id), None)

    def keeping(self, dispute: Dispute) -> "Disputes":
        others = tuple(each for each in self.items if each.dispute_id != dispute.dispute_id)
        return Disputes(self.visit_id, (*others, dispute))

    def require_reversible(self) -> None:
        """Raise InDispute or SettledByDispute, so that nothing of a visit is paid back twice."""
        if self.live:
            raise InDispute(fields={"dispute_ids": sorted(str(x.dispute_id) for x in self.live)})
        if any(each.has_moved for each in self.items):
            raise SettledByDispute


class Freeze(NamedTuple):
    """A dispute whose visit's coins are set aside, as far as there were any."""

    dispute: Dispute
    transfers: tuple[Transfer, ...]
    told: Happened


def disputes_of(books: Books, visit_id: UUID) -> Disputes:
    return books.find(Disputes, visit_id) or Disputes(visit_id)


def next_state(state: DisputeState, to: DisputeState) -> DisputeState:
    """The only place where a dispute's state changes; raises ValueError, for it would be a bug."""
    if to not in DISPUTE_MOVES.get(state, frozenset()):
        raise ValueError(f"a dispute that is {state} is not {to} next")
    return to


def new_dispute(
    dispute_id: UUID,
    visit_id: UUID,
    request_id: UUID,
    volunteer_id: UUID,
    district: str,
    freezes: bool,
    others: Disputes,
) -> Dispute:
    """A dispute as it is told. The coins that another one has set aside are not its own."""
    taken = any(each.freezes for each in others.live)
    shortfall = None
    if not freezes:
        shortfall = FreezeShortfall.NOT_CLAIMED
    elif taken:
        shortfall = FreezeShortfall.DISPUTED_ELSEWHERE
    return Dispute(
        dispute_id,
        visit_id,
        request_id,
        volunteer_id,
        district,
        freezes=shortfall is None,
        shortfall=shortfall,
    )


def to_freeze(
    dispute: Dispute, paid: int, earned: int, volunteer: Person | None, is_reversed: bool
) -> tuple[int, FreezeShortfall | None]:
    """How much of what a visit paid can be set aside, and why it is not all of it."""
    if not paid or volunteer is None:
        return 0, FreezeShortfall.NOT_PAID
    if dispute.shortfall is not None:
        return 0, dispute.shortfall
    if is_reversed:
        return 0, FreezeShortfall.REVERSED
    if volunteer.state is WalletState.CLOSED:
        return 0, FreezeShortfall.WALLET_CLOSED
    return min(paid, earned), FreezeShortfall.SPENT if earned < paid else None


def freeze(
    dispute: Dispute,
    hold: Hold,
    paid: int,
    earned: int,
    volunteer: Person | None,
    policy_version: int,
    is_reversed: bool = False,
) -> Freeze:
    """Set aside what the visit ``paid`` of the ``earned`` coins that the volunteer still has."""
    minutes, shortfall = to_freeze(dispute, paid, earned, volunteer, is_reversed)
    frozen = replace(
        dispute,
        state=next_state(dispute.state, DisputeState.FROZEN),
        paid_minutes=paid,
        frozen_minutes=minutes,
        shortfall=shortfall,
    )
    facts = {"paid_minutes": paid, "frozen_minutes": minutes, "reason": shortfall}
    told = Happened(CoinsFrozen, dispute.facts | facts)
    if not minutes:
        return Freeze(frozen, (), told)
    transfer = move(
        TransferKind.DISPUTE_FREEZE,
        dispute.dispute_id,
        out_of={wallet(dispute.volunteer_id, Provenance.EARNED): minutes},
        into={dispute.account: minutes},
        policy_version=policy_version,
        hold_id=hold.hold_id,
    )
    return Freeze(frozen, (transfer,), told)


@dataclass(frozen=True)
class WaitingDisputes:
    """The visits of a request whose disputes wait until it is paid, or ends without a payment."""

    request_id: UUID
    visit_ids: frozenset[UUID] = frozenset()

    @property
    def key(self) -> UUID:
        return self.request_id


def waiting_wanted(request_id: UUID, books: Books) -> Iterable[Want]:
    """What the end of a request's hold needs to know, to answer the disputes that wait for it."""
    yield Want(WaitingDisputes, request_id)
    if books.knows(WaitingDisputes, request_id):
        listed = books.find(WaitingDisputes, request_id) or WaitingDisputes(request_id)
        for visit_id in listed.visit_ids:
            yield Want(Disputes, visit_id)


def waiting_for(request_id: UUID, books: Books) -> list[Disputes]:
    """Those that wait for this request, also by what was decided earlier in this batch."""
    return [
        visit
        for visit in books.all(Disputes)
        if any(each.request_id == request_id for each in visit.waiting)
    ]


@dataclass(frozen=True)
class OpenDisputes:
    """The disputes that a volunteer's coins are set aside for."""

    person_id: UUID
    dispute_ids: frozenset[UUID] = frozenset()

    @property
    def key(self) -> UUID:
        return self.person_id


def disputes_frozen(books: Books, person_id: UUID) -> set[UUID]:
    """Those that have coins of this volunteer's, also by what was decided earlier in this batch."""
    listed = books.find(OpenDisputes, person_id) or OpenDisputes(person_id)
    found = set(listed.dispute_ids)
    for visit in books.all(Disputes):
        for each in visit.items:
            if each.volunteer_id == person_id:
                own = {each.dispute_id}
                found = found | own if each.has_coins else found - own
    return found
