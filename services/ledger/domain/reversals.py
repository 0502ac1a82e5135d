"""Reversals: a new transfer the other way, once, by whoever may, and never on credit."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.kernel.caller import Caller
from services.kernel.contract import CITY_AREA, NotFound
from services.ledger.contract import (
    AlreadyReversed,
    CoinsReversed,
    InsufficientBudget,
    InsufficientCoins,
    InsufficientPoints,
    InsufficientPool,
    NotReversible,
    Provenance,
)
from services.ledger.domain import officers
from services.ledger.domain.accounts import Account, Kind, budget, estate, programme, wallets
from services.ledger.domain.books import Books, Happened, Outcome, Want
from services.ledger.domain.disputes import Disputes, disputes_of
from services.ledger.domain.holds import Hold
from services.ledger.domain.past import PastTransfer
from services.ledger.domain.people import Person, WalletState
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.settling import crediting, holder_wanted, refunding
from services.ledger.domain.transfers import Transfer, TransferKind, move, transfer_id_of


REVERSIBLE_BY_DISTRICT = frozenset(
    (
        TransferKind.GRANT,
        TransferKind.GIFT,
        TransferKind.DONATION,
        TransferKind.ALLOCATION,
        TransferKind.POST,
        TransferKind.POINTS_AWARD,
        TransferKind.POINTS_RATING,
        TransferKind.POINTS_STARS,
    )
)
REVERSIBLE_BY_CITY = frozenset((TransferKind.BUDGET_TOP_UP, TransferKind.TRANSFER))
# Their reference is the visit.
OF_A_VISIT = frozenset((TransferKind.POST, TransferKind.POINTS_AWARD))
OF_PEOPLE = frozenset((Kind.WALLET, Kind.POINTS, Kind.ESTATE))


def spent_shares(hold: Hold, release: Transfer | None) -> dict[Provenance, int]:
    """What a visit took of each provenance: what was held, less what was given back."""
    shares = dict(hold.shares)
    for leg in release.legs if release else ():
        if leg.account.provenance is not None:
            shares[leg.account.provenance] -= leg.amount
    return shares


@dataclass(frozen=True)
class Reverse:
    """An officer takes back what a transfer moved."""

    caller: Caller
    transfer_id: UUID
    reason: str

    def wants(self, books: Books) -> Iterable[Want]:
        yield Want(PastTransfer, self.transfer_id)
        past = self._past(books)
        if past is None:
            return
        for account in past.accounts:
            if account.kind in OF_PEOPLE and account.owner_id:
                yield Want(Person, account.owner_id)
        if past.kind in OF_A_VISIT:
            yield Want(Disputes, past.transfer.reference)
        request_id = past.paid_request
        if request_id is None:
            return
        yield Want(Hold, request_id)
        yield Want(PastTransfer, release_of(request_id))
        yield from holder_wanted(request_id, books)

    def accounts(self, books: Books) -> Iterable[Account]:
        past = self._past(books)
        if past is None:
            return
        for account in past.accounts:
            yield account
            if account.kind is Kind.WALLET and account.owner_id:
                yield estate(account.owner_id)
        if past.paid_request is not None:
            yield from payers_accounts(hold_of(books, past.paid_request))

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        past = books.find(PastTransfer, self.transfer_id)
        if past is None:
            officers.of_anywhere(self.caller)
            raise NotFound("There is no such transfer.")
        taken, given = past.brought, returned(past, books)
        district = district_of((*taken, *given), books)
        reversed_by = officers.of_the_transfer(
            self.caller,
            None if past.kind in REVERSIBLE_BY_CITY else district,
            people_of((*taken, *given)),
        )
        if past.kind not in REVERSIBLE_BY_DISTRICT | REVERSIBLE_BY_CITY:
            raise NotReversible
        if past.is_reversed:
            raise AlreadyReversed
        if past.kind in OF_A_VISIT:
            disputes_of(books, past.transfer.reference).require_reversible()
        require_covered(taken, books)
        reversal = reversing(past, taken, given, self.reason, reversed_by)
        answer = {
            "transfer_id": reversal.transfer_id,
            "reverses": past.key,
            "kind": past.kind,
            "amount": sum(taken.values()),
            "unit": next(iter(taken)).kind.unit,
        }
        facts = {
            "district": district or CITY_AREA,
            **answer,
            "reference": past.transfer.reference,
            "taken_from": next(iter(people_of(taken)), None),
            "given_to": next(iter(people_of(given)), None),
            "reason": self.reason,
            "reversed_by": reversed_by,
        }
        told = Happened(CoinsReversed, facts)
        return Outcome((reversal,), (replace(past, is_reversed=True),), (told,), answer)

    def _past(self, books: Books) -> PastTransfer | None:
        if not books.knows(PastTransfer, self.transfer_id):
            return None
        return books.find(PastTransfer, self.transfer_id)


def returned(past: PastTransfer, books: Books) -> dict[Account, int]:
    """What each account gets back.

    A closed wallet's share goes into its estate; an escrow's to whose coins it held.
    """
    credit, back = crediting(books), Counter[Account]()
    for account, amount in past.cost.items():
        if account.kind is Kind.WALLET and account.owner_id and account.provenance:
            back[credit(account.owner_id, account.provenance)] += amount
        elif past.paid_request is not None:
            back.update(returned_to_payer(past.paid_request, amount, books))
        else:
            back[account] += amount
    return dict(back)


def payers_accounts(hold: Hold) -> Iterable[Account]:
    """The accounts that may get back what was paid from a hold."""
    if hold.programme_id is None:
        yield from wallets(hold.elder_id).values()
        yield estate(hold.elder_id)
    else:
        yield programme(hold.programme_id, hold.district)
        yield budget(hold.district)


def returned_to_payer(request_id: UUID, minutes: int, books: Books) -> dict[Account, int]:
    hold = hold_of(books, request_id)
    if hold.programme_id is not None:
        return {refunding(books)(hold.programme_id, hold.district): minutes}
    if books.person(hold.elder_id).state is WalletState.CLOSED:
        return {estate(hold.elder_id): minutes}
    release = books.find(PastTransfer, release_of(request_id))
    shares = spent_shares(hold, release.transfer if release else None)
    return {wallets(hold.elder_id)[part]: share for part, share in shares.items() if share}


def reversing(
    past: PastTransfer,
    taken: Mapping[Account, int],
    given: Mapping[Account, int],
    reason: str,
    reversed_by: UUID,
) -> Transfer:
    """The transfer the other way; raises NotReversible when both ways are the same."""
    net = Counter(given)
    net.subtract(taken)
    if not any(net.values()):
        raise NotReversible
    return move(
        TransferKind.REVERSAL,
        past.key,
        out_of={account: -amount for account, amount in net.items() if amount < 0},
        into={account: amount for account, amount in net.items() if amount > 0},
        reason=reason,
        acted_by=reversed_by,
        reverses=past.key,
    )


def require_covered(taken: Mapping[Account, int], books: Books) -> None:
    """Raise the refusal of the kind of account that no longer has what it is to give back."""
    for account, amount in taken.items():
        balance = books.balance(account)
        if balance >= amount or account.kind.is_source:
            continue
        match account.kind:
            case Kind.BUDGET:
                raise InsufficientBudget(
                    fields={"needed_minutes": amount, "budget_minutes": balance}
                )
            case Kind.CHARITY:
                raise InsufficientPool(fields={"needed_minutes": amount, "pool_minutes": balance})
            case Kind.POINTS:
                raise InsufficientPoints(fields={"needed_points": amount, "points": balance})
            case _:
                raise InsufficientCoins(
                    fields={"needed_minutes": amount, "spendable_minutes": balance}
                )


def district_of(accounts: Iterable[Account], books: Books) -> str | None:
    """The district of the first account that is in one: the first has to give back."""
    for account in accounts:
        if account.district is not None:
            return account.district
        if account.kind in OF_PEOPLE and account.owner_id:
            return books.person(account.owner_id).district
    return None


def people_of(accounts: Iterable[Account]) -> list[UUID]:
    return [each.owner_id for each in accounts if each.kind in OF_PEOPLE and each.owner_id]


def release_of(request_id: UUID) -> UUID:
    """The id of the transfer that gave back what was held and not spent, if there is one."""
    return transfer_id_of(TransferKind.RELEASE, request_id)


def hold_of(books: Books, request_id: UUID) -> Hold:
    """The hold that a visit was paid from, which is there."""
    hold = books.find(Hold, request_id)
    assert hold is not None
    return hold
