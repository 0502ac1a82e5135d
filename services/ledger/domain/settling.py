"""What becomes of a request's coins: held, paid to who came, or given back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.kernel.calendar import age_at, city_date
from services.kernel.contract import NotFound
from services.ledger.contract import (
    CoinsEarned,
    HoldPlaced,
    HoldRefused,
    HoldReleased,
    NoWallet,
    ProgrammeState,
    Provenance,
    RedeemedFromElderAge,
)
from services.ledger.domain.accounts import (
    Account,
    budget,
    escrow,
    estate,
    points,
    points_issuance,
    programme,
    wallet,
    wallets,
)
from services.ledger.domain.admission import eligible_by
from services.ledger.domain.books import Books, Happened, Outcome, Want
from services.ledger.domain.disputes import freeze, waiting_for, waiting_wanted
from services.ledger.domain.holds import (
    Credit,
    Hold,
    Refund,
    Refusal,
    Settlement,
    decide_hold,
    decide_post,
    decide_programme_hold,
    decide_release,
    hold_transfer,
    release_ahead,
)
from services.ledger.domain.people import Person, WalletState
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.programmes import Programme
from services.ledger.domain.transfers import Transfer, TransferKind, move


# What a paid visit brings into the volunteer's wallet, and what a dispute sets aside of it at once.
GAINS = frozenset((TransferKind.POST, TransferKind.DISPUTE_FREEZE))


@dataclass(frozen=True)
class PlaceHold:
    """Set aside the coins of a submitted request, the elder's or those of a public programme."""

    hold_id: UUID
    request_id: UUID
    elder_id: UUID
    district: str
    minutes: int
    programme_id: UUID | None = None

    def wants(self, books: Books) -> Iterable[Want]:
        yield Want(Hold, self.request_id)
        if self.programme_id is None:
            yield Want(Person, self.elder_id)
        else:
            yield Want(Programme, self.programme_id)

    def accounts(self, books: Books) -> Iterable[Account]:
        if books.find(Hold, self.request_id):
            return
        yield escrow(self.request_id)
        if self.programme_id is None:
            yield from wallets(self.elder_id).values()
        else:
            yield programme(self.programme_id, self.district)

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        if books.find(Hold, self.request_id):
            return Outcome()
        decided = self._shares(books, policy, now)
        facts = {
            "district": self.district,
            "request_id": self.request_id,
            "elder_id": self.elder_id,
            **payer(self.programme_id),
        }
        if isinstance(decided, Refusal):
            told = {**facts, **vars(decided), "policy_version": policy.version}
            if decided.reason == RedeemedFromElderAge.code:
                elder = books.person(self.elder_id)
                told |= policy.age_told(elder.groups)
            return Outcome(events=(Happened(HoldRefused, told),))
        hold = Hold(
            self.hold_id,
            self.request_id,
            self.elder_id,
            self.district,
            decided,
            programme_id=self.programme_id,
        )
        facts |= {"hold_id": hold.hold_id, "minutes": hold.minutes}
        return Outcome(
            (hold_transfer(hold, policy.version),), (hold,), (Happened(HoldPlaced, facts),)
        )

    def _shares(
        self, books: Books, policy: LedgerPolicy, now: datetime
    ) -> dict[Provenance, int] | Refusal:
        if self.programme_id is not None:
            found = books.find(Programme, self.programme_id)
            balance = books.balance(programme(self.programme_id, self.district))
            day = city_date(now)
            return decide_programme_hold(self.minutes, found, self.district, balance, day)
        elder = books.find(Person, self.elder_id)
        if elder is None:
            return decide_hold(self.minutes, None, 0, policy)
        if elder.state is not WalletState.OPEN:
            return Refusal(f"wallet_{elder.state.value}", self.minutes)
        balances = {
            part: books.balance(account) for part, account in wallets(self.elder_id).items()
        }
        age = age_at(elder.birth_date, now)
        return decide_hold(self.minutes, balances, age, policy, elder.groups)


@dataclass(frozen=True)
class ReleaseHold:
    """Give back the coins of a request that ended without a visit."""

    hold_id: UUID
    request_id: UUID
    elder_id: UUID
    district: str

    def wants(self, books: Books) -> Iterable[Want]:
        yield Want(Hold, self.request_id)
        yield Want(Person, self.elder_id)
        yield from holder_wanted(self.request_id, books)
        yield from waiting_wanted(self.request_id, books)

    def accounts(self, books: Books) -> Iterable[Account]:
        hold = books.find(Hold, self.request_id)
        return touched_by(hold, books) if hold else ()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        hold = books.find(Hold, self.request_id)
        if hold is None:
            ahead = release_ahead(self.hold_id, self.request_id, self.elder_id, self.district)
            return Outcome(records=(ahead,))
        settlement = decide_release(hold, crediting(books), refunding(books))
        if settlement is None:
            return Outcome()
        return with_disputes(settled(settlement), settlement.hold, None, books, policy)


@dataclass(frozen=True)
class PayVisit:
    """Pay a proven visit from what was held for it (S2), and the points that it brings (S10)."""

    visit_id: UUID
    request_id: UUID
    volunteer_id: UUID
    district: str
    minutes: int
    policy_version: int

    def wants(self, books: Books) -> Iterable[Want]:
        yield Want(Hold, self.request_id)
        yield Want(Person, self.volunteer_id)
        yield from holder_wanted(self.request_id, books)
        yield from waiting_wanted(self.request_id, books)

    def accounts(self, books: Books) -> Iterable[Account]:
        hold = books.find(Hold, self.request_id)
        if hold is None:
            return
        for visit in waiting_for(self.request_id, books):
            yield from (each.account for each in visit.waiting)
        yield from touched_by(hold, books)
        yield crediting(books)(self.volunteer_id, Provenance.EARNED)
        yield points(self.volunteer_id)
        yield points_issuance()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        hold = books.find(Hold, self.request_id)
        if hold is None:
            raise NotFound("The coins of this visit's request are not held yet.")
        if books.find(Person, self.volunteer_id) is None:
            raise NoWallet
        settlement = decide_post(
            hold,
            self.visit_id,
            self.volunteer_id,
            self.minutes,
            self.policy_version,
            policy.spending_order,
            crediting(books),
            refunding(books),
        )
        if settlement is None:
            return Outcome()
        award = Outcome(self._award(books, policy) if settlement.post else ())
        outcome = joined(settled(settlement), award)
        outcome = with_disputes(outcome, settlement.hold, self.volunteer_id, books, policy)
        if settlement.post is None:
            return outcome
        own = wallet(self.volunteer_id, Provenance.EARNED)
        gained = sum(
            leg.amount
            for transfer in outcome.transfers
            for leg in transfer.legs
            if transfer.kind in GAINS and leg.account == own
        )
        facts = {
            "district": self.district,
            "transfer_id": settlement.post.transfer_id,
            "visit_id": self.visit_id,
            "request_id": self.request_id,
            "elder_id": hold.elder_id,
            **payer(hold.programme_id),
            "volunteer_id": self.volunteer_id,
            "minutes": self.minutes,
            "policy_version": self.policy_version,
        }
        told = (Happened(CoinsEarned, facts), *outcome.events)
        return replace(outcome, events=(*told, *self._eligible(gained, books, policy)))

    def _eligible(self, gained: int, books: Books, policy: LedgerPolicy) -> tuple[Happened, ...]:
        volunteer = books.person(self.volunteer_id)
        if volunteer.state is WalletState.CLOSED:
            return ()
        earned = books.balance(wallet(self.volunteer_id, Provenance.EARNED))
        return eligible_by(gained, volunteer, earned, policy)

    def _award(self, books: Books, policy: LedgerPolicy) -> tuple[Transfer, ...]:
        amount = self.minutes * policy.points_a_minute
        if not amount or books.person(self.volunteer_id).state is WalletState.CLOSED:
            return ()
        award = move(
            TransferKind.POINTS_AWARD,
            self.visit_id,
            out_of={points_issuance(): amount},
            into={points(self.volunteer_id): amount},
            policy_version=policy.version,
        )
        return (award,)


def joined(first: Outcome, second: Outcome) -> Outcome:
    """Both as one, whole or not at all."""
    return Outcome(
        (*first.transfers, *second.transfers),
        (*first.records, *second.records),
        (*first.events, *second.events),
        first.answer,
    )


def with_disputes(
    outcome: Outcome, hold: Hold, volunteer_id: UUID | None, books: Books, policy: LedgerPolicy
) -> Outcome:
    """And the disputes that were told before their visit was paid, or not paid at all.

    One of a visit at most sets any coins aside, so each may reckon with all of them.
    """
    for visit in waiting_for(hold.request_id, books):
        for each in visit.waiting:
            is_paid = each.visit_id == hold.visit_id and each.volunteer_id == volunteer_id
            paid = hold.posted_minutes if is_paid else 0
            earned = books.balance(wallet(each.volunteer_id, Provenance.EARNED)) + paid
            volunteer = books.person(each.volunteer_id) if is_paid else None
            frozen = freeze(each, hold, paid, earned, volunteer, policy.version)
            visit = visit.keeping(frozen.dispute)
            outcome = joined(outcome, Outcome(frozen.transfers, (visit,), (frozen.told,)))
    return outcome


def payer(programme_id: UUID | None) -> dict[str, UUID]:
    """Who pays, when it is not the elder."""
    return {} if programme_id is None else {"programme_id": programme_id}


def touched_by(hold: Hold, books: Books) -> Iterable[Account]:
    """The accounts that the end of a hold may touch on the payer's side."""
    yield escrow(hold.request_id)
    if hold.programme_id is not None:
        # It may be closed by the time that its accounts are locked.
        yield programme(hold.programme_id, hold.district)
        yield budget(hold.district)
        return
    for part, share in hold.shares.items():
        if share:
            yield crediting(books)(hold.elder_id, part)


def holder_wanted(request_id: UUID, books: Books) -> Iterable[Want]:
    """Whose coins are held, once the hold is known: they get back what is not spent."""
    hold = books.find(Hold, request_id) if books.knows(Hold, request_id) else None
    if hold is None:
        return
    if hold.programme_id is None:
        yield Want(Person, hold.elder_id)
    else:
        yield Want(Programme, hold.programme_id)


def crediting(books: Books) -> Credit:
    """Where coins for a person go: into the wallet, or into the estate of a closed one."""

    def credit(person_id: UUID, provenance: Provenance) -> Account:
        person = books.find(Person, person_id)
        if person and person.state is WalletState.CLOSED:
            return estate(person_id)
        return wallet(person_id, provenance)

    return credit


def refunding(books: Books) -> Refund:
    """Where a programme's minutes go back: to it, or into the budget when it is closed."""

    def refund(programme_id: UUID, district: str) -> Account:
        found = books.find(Programme, programme_id)
        if found and found.state is ProgrammeState.CLOSED:
            return budget(district)
        return programme(programme_id, district)

    return refund


def settled(settlement: Settlement) -> Outcome:
    """The outcome of a hold's end, and the event that tells what was given back."""
    hold = settlement.hold
    events: tuple[Happened, ...] = ()
    if settlement.release:
        facts = {
            "district": hold.district,
            "hold_id": hold.hold_id,
            "request_id": hold.request_id,
            "elder_id": hold.elder_id,
            **payer(hold.programme_id),
            "minutes": hold.released_minutes,
        }
        events = (Happened(HoldReleased, facts),)
    return Outcome(tuple(settlement.transfers), (hold,), events)
