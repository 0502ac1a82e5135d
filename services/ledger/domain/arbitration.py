"""What a dispute does to coins: set aside when it is told, moved when it is closed.

Only what was set aside can be returned, and only a budget that covers it pays a correction: no
dispute ever makes a minute.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.kernel.contract import NotFound
from services.ledger.contract import DisputeSettled, Provenance, SettlementRefusal
from services.ledger.domain.accounts import (
    Account,
    budget,
    estate,
    points,
    points_issuance,
    wallet,
)
from services.ledger.domain.admission import eligible_by
from services.ledger.domain.books import Books, Happened, Outcome, Want
from services.ledger.domain.disputes import (
    BeyondFrozen,
    Dispute,
    Disputes,
    DisputeState,
    OtherDispute,
    disputes_of,
    freeze,
    new_dispute,
    next_state,
)
from services.ledger.domain.holds import Hold, HoldState, split
from services.ledger.domain.past import PastTransfer
from services.ledger.domain.people import Person, WalletState
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.reversals import payers_accounts, release_of, spent_shares
from services.ledger.domain.settling import crediting, holder_wanted, refunding
from services.ledger.domain.transfers import Transfer, TransferKind, move, transfer_id_of


@dataclass(frozen=True)
class OfDispute:
    """What both events of a dispute name."""

    dispute_id: UUID
    visit_id: UUID
    request_id: UUID
    volunteer_id: UUID
    district: str

    def opened(self, freezes: bool, others: Disputes) -> Dispute:
        names = (self.dispute_id, self.visit_id, self.request_id, self.volunteer_id, self.district)
        return new_dispute(*names, freezes, others)


@dataclass(frozen=True)
class FreezeVisit(OfDispute):
    """Set aside what a disputed visit has paid; or wait for the visit, for events cross."""

    freezes: bool = True

    def wants(self, books: Books) -> Iterable[Want]:
        # Whoever pays the visit takes the same hold, so that neither misses the other.
        yield Want(Hold, self.request_id)
        yield Want(Disputes, self.visit_id)
        yield Want(Person, self.volunteer_id)
        yield Want(PastTransfer, transfer_id_of(TransferKind.POST, self.visit_id))

    def accounts(self, books: Books) -> Iterable[Account]:
        yield wallet(self.volunteer_id, Provenance.EARNED)
        yield self.opened(self.freezes, Disputes(self.visit_id)).account

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        disputes = disputes_of(books, self.visit_id)
        if disputes.find(self.dispute_id):
            return Outcome()
        hold = books.find(Hold, self.request_id)
        if hold is None:
            raise NotFound("The coins of this visit's request are not held yet.")
        told = self.opened(self.freezes, disputes)
        if hold.state is HoldState.PLACED:
            return Outcome(records=(disputes.keeping(told),))
        past = books.find(PastTransfer, transfer_id_of(TransferKind.POST, self.visit_id))
        paid = hold.posted_minutes if hold.visit_id == self.visit_id else 0
        if past is not None and not past.concerns(self.volunteer_id):
            paid = 0
        frozen = freeze(
            told,
            hold,
            max(0, paid - disputes.returned_minutes),
            books.balance(wallet(self.volunteer_id, Provenance.EARNED)),
            books.find(Person, self.volunteer_id),
            policy.version,
            is_reversed=past is not None and past.is_reversed,
        )
        return Outcome(frozen.transfers, (disputes.keeping(frozen.dispute),), (frozen.told,))


@dataclass(frozen=True)
class SettleDispute(OfDispute):
    """A dispute is over: its coins go back to who paid, to the volunteer, or some to each.

    A correction comes out of the district's budget if that covers it. Told again, only a
    correction that was refused before is still open.
    """

    returned_minutes: int
    corrected_minutes: int
    decided_by: UUID
    reason: str

    def wants(self, books: Books) -> Iterable[Want]:
        yield Want(Hold, self.request_id)
        yield Want(Disputes, self.visit_id)
        yield Want(Person, self.volunteer_id)
        yield Want(PastTransfer, release_of(self.request_id))
        yield Want(PastTransfer, self._award_id)
        yield from holder_wanted(self.request_id, books)

    def accounts(self, books: Books) -> Iterable[Account]:
        yield self.opened(True, Disputes(self.visit_id)).account
        yield wallet(self.volunteer_id, Provenance.EARNED)
        yield estate(self.volunteer_id)
        if self.corrected_minutes:
            yield budget(self.district)
        if self.returned_minutes or self.corrected_minutes:
            yield points(self.volunteer_id)
            yield points_issuance()
        hold = books.find(Hold, self.request_id)
        if self.returned_minutes and hold:
            yield from payers_accounts(hold)

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        disputes = disputes_of(books, self.visit_id)
        before = disputes.find(self.dispute_id) or self.opened(False, disputes)
        if before.volunteer_id != self.volunteer_id or before.request_id != self.request_id:
            raise OtherDispute(f"dispute {self.dispute_id} was opened of somebody else's visit")
        if before.state is DisputeState.SETTLED:
            return Outcome()
        if before.state is DisputeState.WAITING and self.returned_minutes:
            raise NotFound("The coins that this dispute is to return are not set aside yet.")
        divided: Sequence[Transfer] = ()
        returned = before.returned_minutes
        if before.state is not DisputeState.UNCORRECTED:
            returned = self.returned_minutes
            divided = self._divide(before, disputes, books, policy)
        refused = self._refusal(books)
        corrected = 0 if refused else self.corrected_minutes
        figures: dict[str, Any] = {
            "returned_minutes": returned,
            "released_minutes": before.frozen_minutes - returned,
            "corrected_minutes": corrected,
            "refused": refused,
        }
        told = Happened(DisputeSettled, before.facts | figures)
        to = DisputeState.UNCORRECTED if refused else DisputeState.SETTLED
        if before.state is to:
            return Outcome(events=(told,))
        after = replace(before, state=next_state(before.state, to), **figures)
        correction = self._correction(corrected, policy)
        gained = corrected + (after.released_minutes if divided else 0)
        return Outcome(
            (*divided, *correction),
            (disputes.keeping(after),),
            (told, *self._eligible(gained, books, policy)),
        )

    def _divide(
        self, dispute: Dispute, disputes: Disputes, books: Books, policy: LedgerPolicy
    ) -> Sequence[Transfer]:
        """The account of the dispute is emptied: to who paid, the rest to the volunteer."""
        returned = self.returned_minutes
        if returned > dispute.frozen_minutes:
            raise BeyondFrozen(
                f"dispute {self.dispute_id} has {dispute.frozen_minutes} minutes, not {returned}"
            )
        hold = books.find(Hold, self.request_id)
        if hold is None or not dispute.frozen_minutes:
            return ()
        transfers = []
        if returned:
            kept = hold.posted_minutes - disputes.returned_minutes
            back = returned_to_payer(hold, kept, returned, books, policy)
            out_of = {dispute.account: returned}
            transfers.append(self._move(TransferKind.DISPUTE_RETURN, out_of, back, policy, hold))
            transfers += self._points_back(hold, books, policy)
        rest = dispute.frozen_minutes - returned
        if rest:
            into = {crediting(books)(self.volunteer_id, Provenance.EARNED): rest}
            out_of = {dispute.account: rest}
            transfers.append(self._move(TransferKind.DISPUTE_RELEASE, out_of, into, policy, hold))
        return transfers

    def _points_back(self, hold: Hold, books: Books, policy: LedgerPolicy) -> Iterable[Transfer]:
        """The points of the share that goes back, as far as the volunteer still has them."""
        award = books.find(PastTransfer, self._award_id)
        if award is None or award.is_reversed:
            return
        own = points(self.volunteer_id)
        share = award.brought.get(own, 0) * self.returned_minutes // hold.posted_minutes
        amount = min(share, books.balance(own))
        if amount:
            out_of, into = {own: amount}, {points_issuance(): amount}
            yield self._move(TransferKind.POINTS_DISPUTE, out_of, into, policy)

    def _refusal(self, books: Books) -> SettlementRefusal | None:
        """Why the correction cannot be paid; nothing of it is then."""
        if not self.corrected_minutes:
            return None
        if books.person(self.volunteer_id).state is WalletState.CLOSED:
            return SettlementRefusal.WALLET_CLOSED
        if books.balance(budget(self.district)) < self.corrected_minutes:
            return SettlementRefusal.INSUFFICIENT_BUDGET
        return None

    def _correction(self, minutes: int, policy: LedgerPolicy) -> Iterable[Transfer]:
        """What the budget adds was served as well, so it brings points like any service."""
        if minutes:
            out_of = {budget(self.district): minutes}
            into = {wallet(self.volunteer_id, Provenance.EARNED): minutes}
            yield self._move(TransferKind.DISPUTE_CORRECTION, out_of, into, policy)
        amount = minutes * policy.points_a_minute
        if amount:
            out_of, into = {points_issuance(): amount}, {points(self.volunteer_id): amount}
            yield self._move(TransferKind.POINTS_AWARD, out_of, into, policy)

    def _eligible(self, gained: int, books: Books, policy: LedgerPolicy) -> tuple[Happened, ...]:
        """The event that coins set free, or corrected, open a care home, if they do (S9)."""
        volunteer = books.find(Person, self.volunteer_id)
        if not gained or volunteer is None or volunteer.state is WalletState.CLOSED:
            return ()
        earned = books.balance(wallet(self.volunteer_id, Provenance.EARNED))
        return eligible_by(gained, volunteer, earned, policy)

    def _move(
        self,
        kind: TransferKind,
        out_of: dict[Account, int],
        into: dict[Account, int],
        policy: LedgerPolicy,
        hold: Hold | None = None,
    ) -> Transfer:
        return move(
            kind,
            self.dispute_id,
            out_of,
            into,
            self.reason,
            self.decided_by,
            policy.version,
            hold_id=hold.hold_id if hold else None,
        )

    @property
    def _award_id(self) -> UUID:
        return transfer_id_of(TransferKind.POINTS_AWARD, self.visit_id)


def returned_to_payer(
    hold: Hold, kept: int, minutes: int, books: Books, policy: LedgerPolicy
) -> dict[Account, int]:
    """What each account gets back of the ``kept`` minutes that the visit has paid so far.

    The payer stands afterwards as if the visit had been so much shorter: what was to be spent last
    comes back first. A closed wallet's share goes into its estate.
    """
    if hold.programme_id is not None:
        return {refunding(books)(hold.programme_id, hold.district): minutes}
    release = books.find(PastTransfer, release_of(hold.request_id))
    spent = spent_shares(hold, release.transfer if release else None)
    order = [*policy.spending_order, *(x for x in Provenance if x not in policy.spending_order)]
    before, after = split(kept, spent, order), split(kept - minutes, spent, order)
    assert before is not None and after is not None
    back = Counter[Account]()
    for part in order:
        back[crediting(books)(hold.elder_id, part)] += before[part] - after[part]
    return dict(back)
