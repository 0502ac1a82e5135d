"""What becomes of a request's coins: held, paid to who came, or given back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.kernel.calendar import age_at
from services.kernel.contract import NotFound
from services.ledger.contract import (
    CoinsEarned,
    HoldPlaced,
    HoldRefused,
    HoldReleased,
    NoWallet,
    Provenance,
)
from services.ledger.domain.accounts import (
    Account,
    escrow,
    estate,
    points,
    points_issuance,
    wallet,
    wallets,
)
from services.ledger.domain.admission import eligible_by
from services.ledger.domain.books import Books, Happened, Outcome, Want
from services.ledger.domain.holds import (
    Credit,
    Hold,
    Refusal,
    Settlement,
    decide_hold,
    decide_post,
    decide_release,
    hold_transfer,
    release_ahead,
)
from services.ledger.domain.people import Person, WalletState
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.transfers import Transfer, TransferKind, move


@dataclass(frozen=True)
class PlaceHold:
    """Set aside the coins of a submitted request."""

    hold_id: UUID
    request_id: UUID
    elder_id: UUID
    district: str
    minutes: int

    def wants(self, books: Books) -> Iterable[Want]:
        return Want(Hold, self.request_id), Want(Person, self.elder_id)

    def accounts(self, books: Books) -> Iterable[Account]:
        if books.find(Hold, self.request_id):
            return ()
        return escrow(self.request_id), *wallets(self.elder_id).values()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        if books.find(Hold, self.request_id):
            return Outcome()
        decided = self._shares(books, policy, now)
        facts = {
            "district": self.district,
            "request_id": self.request_id,
            "elder_id": self.elder_id,
        }
        if isinstance(decided, Refusal):
            return Outcome(events=(Happened(HoldRefused, {**facts, **vars(decided)}),))
        hold = Hold(self.hold_id, self.request_id, self.elder_id, self.district, decided)
        facts |= {"hold_id": hold.hold_id, "minutes": hold.minutes}
        return Outcome(
            (hold_transfer(hold, policy.version),), (hold,), (Happened(HoldPlaced, facts),)
        )

    def _shares(
        self, books: Books, policy: LedgerPolicy, now: datetime
    ) -> dict[Provenance, int] | Refusal:
        elder = books.find(Person, self.elder_id)
        if elder is None:
            return decide_hold(self.minutes, None, 0, policy)
        if elder.state is not WalletState.OPEN:
            return Refusal(f"wallet_{elder.state.value}", self.minutes)
        balances = {
            part: books.balance(account) for part, account in wallets(self.elder_id).items()
        }
        return decide_hold(self.minutes, balances, age_at(elder.birth_date, now), policy)


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

    def accounts(self, books: Books) -> Iterable[Account]:
        hold = books.find(Hold, self.request_id)
        return touched_by(hold, books) if hold else ()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        hold = books.find(Hold, self.request_id)
        if hold is None:
            ahead = release_ahead(self.hold_id, self.request_id, self.elder_id, self.district)
            return Outcome(records=(ahead,))
        settlement = decide_release(hold, crediting(books))
        return settled(settlement) if settlement else Outcome()


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

    def accounts(self, books: Books) -> Iterable[Account]:
        hold = books.find(Hold, self.request_id)
        if hold is None:
            return
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
        )
        if settlement is None:
            return Outcome()
        outcome = settled(settlement)
        if settlement.post is None:
            return outcome
        facts = {
            "district": self.district,
            "transfer_id": settlement.post.transfer_id,
            "visit_id": self.visit_id,
            "request_id": self.request_id,
            "elder_id": hold.elder_id,
            "volunteer_id": self.volunteer_id,
            "minutes": self.minutes,
            "policy_version": self.policy_version,
        }
        return Outcome(
            (*outcome.transfers, *self._award(books, policy)),
            outcome.records,
            (Happened(CoinsEarned, facts), *outcome.events, *self._eligible(books, policy)),
        )

    def _eligible(self, books: Books, policy: LedgerPolicy) -> tuple[Happened, ...]:
        volunteer = books.person(self.volunteer_id)
        if volunteer.state is WalletState.CLOSED:
            return ()
        earned = books.balance(wallet(self.volunteer_id, Provenance.EARNED))
        return eligible_by(self.minutes, volunteer, earned, policy)

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


def touched_by(hold: Hold, books: Books) -> Iterable[Account]:
    """The accounts that the end of a hold may touch on the elder's side."""
    credit = crediting(books)
    yield escrow(hold.request_id)
    for part, share in hold.shares.items():
        if share:
            yield credit(hold.elder_id, part)


def holder_wanted(request_id: UUID, books: Books) -> Iterable[Want]:
    """Whose coins are held, once the hold is known: they get back what is not spent."""
    hold = books.find(Hold, request_id) if books.knows(Hold, request_id) else None
    if hold:
        yield Want(Person, hold.elder_id)


def crediting(books: Books) -> Credit:
    """Where coins for a person go: into the wallet, or into the estate of a closed one."""

    def credit(person_id: UUID, provenance: Provenance) -> Account:
        person = books.find(Person, person_id)
        if person and person.state is WalletState.CLOSED:
            return estate(person_id)
        return wallet(person_id, provenance)

    return credit


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
            "minutes": hold.released_minutes,
        }
        events = (Happened(HoldReleased, facts),)
    return Outcome(tuple(settlement.transfers), (hold,), events)
