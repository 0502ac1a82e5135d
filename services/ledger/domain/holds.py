"""Holds: coins set aside for a request, then posted in part or whole, or released."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.kernel.contract import Unacceptable
from services.ledger.contract import (
    InsufficientCoins,
    InsufficientProgramme,
    NoProgramme,
    NoWallet,
    ProgrammeIsClosed,
    Provenance,
    RedeemedFromElderAge,
)
from services.ledger.domain.accounts import Account, escrow, programme, wallet
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.programmes import Programme
from services.ledger.domain.transfers import Transfer, TransferKind, move


# Which account takes coins of a provenance for a person; a closed wallet's go to the estate.
Credit = Callable[[UUID, Provenance], Account]
# Which account takes back what a programme paid; a closed one's goes to the district's budget.
Refund = Callable[[UUID, str], Account]


class HoldState(StrEnum):
    """placed → posted (in part or whole) or released; both are final."""

    PLACED = "placed"
    POSTED = "posted"
    RELEASED = "released"


class BeyondHold(Unacceptable):
    """More minutes are to be paid than were held; the ledger never pays them."""


class HoldSettled(Unacceptable):
    """A visit is to be paid from a hold that was released, or paid for another visit."""


@dataclass(frozen=True)
class Hold:
    """The coins of one request. ``shares`` tells which provenance they were taken from.

    A programme's are granted ones: they pay for service and nothing else. They are no coins of the
    elder's, who is then only named.
    """

    hold_id: UUID
    request_id: UUID
    elder_id: UUID
    district: str
    shares: Mapping[Provenance, int]
    state: HoldState = HoldState.PLACED
    posted_minutes: int = 0
    released_minutes: int = 0
    visit_id: UUID | None = None
    programme_id: UUID | None = None

    @property
    def key(self) -> UUID:
        return self.request_id

    @property
    def minutes(self) -> int:
        return sum(self.shares.values())

    def is_of(self, person_id: UUID) -> bool:
        """Whether these are coins of this person."""
        return self.programme_id is None and self.elder_id == person_id

    def source(
        self, part: Provenance, credit: Credit = wallet, refund: Refund = programme
    ) -> Account:
        """The account that the coins of a provenance came from, or now go back to."""
        if self.programme_id is None:
            return credit(self.elder_id, part)
        return refund(self.programme_id, self.district)


@dataclass(frozen=True)
class Refusal:
    """Why coins were not held; the reason is the code of the error it stands for."""

    reason: str
    needed_minutes: int
    spendable_minutes: int = 0


@dataclass(frozen=True)
class Settlement:
    """A hold at its end, and the transfers that brought it there."""

    hold: Hold
    post: Transfer | None = None
    release: Transfer | None = None

    @property
    def transfers(self) -> list[Transfer]:
        return [transfer for transfer in (self.post, self.release) if transfer]


def split(
    minutes: int, balances: Mapping[Provenance, int], spending_order: Sequence[Provenance]
) -> dict[Provenance, int] | None:
    """How much to take of each provenance, in the policy's order; None when it does not suffice.

    >>> order = [Provenance.GRANTED, Provenance.GIFTED, Provenance.EARNED]
    >>> shares = split(50, {Provenance.GRANTED: 30, Provenance.EARNED: 90}, order)
    >>> {str(provenance): share for provenance, share in shares.items()}
    {'granted': 30, 'gifted': 0, 'earned': 20}
    """
    if minutes < 0:
        raise ValueError("minutes are never negative")
    shares: dict[Provenance, int] = {}
    for provenance in spending_order:
        shares[provenance] = min(minutes, balances.get(provenance, 0))
        minutes -= shares[provenance]
    return shares if minutes == 0 else None


def decide_hold(
    minutes: int,
    balances: Mapping[Provenance, int] | None,
    age: int,
    policy: LedgerPolicy,
    groups: Collection[str] = (),
) -> dict[Provenance, int] | Refusal:
    """The shares to hold, or why not. Earned coins pay for one's own service from an age on (S4),
    which may be a lower one for some ``groups``.

    ``balances`` is None for somebody without a wallet. The request is held whole or not at all.
    """
    if balances is None:
        return Refusal(NoWallet.code, minutes)
    order = policy.spending_order
    usable = order if age >= policy.redeems_from(groups) else _without_earned(order)
    shares = split(minutes, balances, usable)
    if shares is not None:
        return {provenance: shares.get(provenance, 0) for provenance in Provenance}
    spendable = sum(balances.get(provenance, 0) for provenance in usable)
    with_earned = split(minutes, balances, order) is not None
    error = RedeemedFromElderAge if with_earned else InsufficientCoins
    return Refusal(error.code, minutes, spendable)


def _without_earned(order: Sequence[Provenance]) -> list[Provenance]:
    return [provenance for provenance in order if provenance is not Provenance.EARNED]


def decide_programme_hold(
    minutes: int, found: Programme | None, district: str, balance: int, day: date
) -> dict[Provenance, int] | Refusal:
    """The shares to hold of a programme's minutes, or why not; whole or not at all."""
    if found is None or found.district != district:
        return Refusal(NoProgramme.code, minutes)
    if not found.takes_requests(day):
        return Refusal(ProgrammeIsClosed.code, minutes)
    if balance < minutes:
        return Refusal(InsufficientProgramme.code, minutes, balance)
    return dict.fromkeys(Provenance, 0) | {Provenance.GRANTED: minutes}


def hold_transfer(hold: Hold, policy_version: int) -> Transfer:
    """From the elder's wallet, or the programme that pays, into the escrow of the request."""
    return move(
        TransferKind.HOLD,
        hold.request_id,
        out_of={hold.source(part): share for part, share in hold.shares.items() if share},
        into={escrow(hold.request_id): hold.minutes},
        policy_version=policy_version,
        hold_id=hold.hold_id,
    )


def decide_post(
    hold: Hold,
    visit_id: UUID,
    volunteer_id: UUID,
    minutes: int,
    policy_version: int,
    spending_order: Sequence[Provenance],
    credit: Credit = wallet,
    refund: Refund = programme,
) -> Settlement | None:
    """Pay the minutes served and return the rest; None when this visit was settled before.

    Raises BeyondHold for more than was held, HoldSettled when the hold has ended otherwise.
    """
    if hold.state is not HoldState.PLACED:
        if hold.visit_id == visit_id:
            return None
        raise HoldSettled(f"hold {hold.hold_id} is {hold.state}, visit {visit_id} comes too late")
    # A provenance that a later policy no longer spends may be in the hold all the same.
    order = [*spending_order, *(part for part in Provenance if part not in spending_order)]
    spent = split(minutes, hold.shares, order)
    if spent is None:
        raise BeyondHold(f"hold {hold.hold_id} has {hold.minutes} minutes, not {minutes}")
    rest = {part: share - spent.get(part, 0) for part, share in hold.shares.items()}
    post = None
    if minutes:
        post = move(
            TransferKind.POST,
            visit_id,
            out_of={escrow(hold.request_id): minutes},
            into={credit(volunteer_id, Provenance.EARNED): minutes},
            policy_version=policy_version,
            hold_id=hold.hold_id,
        )
    settled = replace(
        hold,
        state=HoldState.POSTED if minutes else HoldState.RELEASED,
        posted_minutes=minutes,
        released_minutes=hold.minutes - minutes,
        visit_id=visit_id,
    )
    return Settlement(settled, post, _give_back(hold, rest, credit, refund))


def decide_release(
    hold: Hold, credit: Credit = wallet, refund: Refund = programme
) -> Settlement | None:
    """Return everything to where it came from; None when the hold has ended already."""
    if hold.state is not HoldState.PLACED:
        return None
    settled = replace(hold, state=HoldState.RELEASED, released_minutes=hold.minutes)
    return Settlement(settled, release=_give_back(hold, hold.shares, credit, refund))


def _give_back(
    hold: Hold, rest: Mapping[Provenance, int], credit: Credit, refund: Refund
) -> Transfer | None:
    minutes = sum(rest.values())
    if not minutes:
        return None
    into = Counter[Account]()
    for part, share in rest.items():
        into[hold.source(part, credit, refund)] += share
    return move(
        TransferKind.RELEASE,
        hold.request_id,
        out_of={escrow(hold.request_id): minutes},
        into=into,
        hold_id=hold.hold_id,
    )


def release_ahead(hold_id: UUID, request_id: UUID, elder_id: UUID, district: str) -> Hold:
    """A hold that ended before it was placed, for events cross; nothing is set aside for it."""
    nothing = dict.fromkeys(Provenance, 0)
    return Hold(hold_id, request_id, elder_id, district, nothing, HoldState.RELEASED)
