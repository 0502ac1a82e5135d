"""Donations of earned coins, and what officers allot from the charity pools (S11)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.kernel.caller import Caller, covers
from services.kernel.contract import CITY_AREA, InvalidRequest
from services.ledger.contract import (
    CoinsAllocated,
    CoinsDonated,
    InsufficientCoins,
    InsufficientPool,
    NotInSpecialGroup,
    NotReceivingDonations,
    Provenance,
    WalletFrozen,
)
from services.ledger.domain import officers, rights
from services.ledger.domain.accounts import Account, charity, wallet
from services.ledger.domain.books import Books, Happened, Outcome, Want
from services.ledger.domain.people import Person, WalletState
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.transfers import TransferKind, move


@dataclass(frozen=True)
class Need:
    """Whether an elder receives donations, and who published it, when (UTC) and why."""

    person_id: UUID
    published: bool
    reason: str
    changed_by: UUID
    changed_at: datetime

    @property
    def key(self) -> UUID:
        return self.person_id


@dataclass(frozen=True)
class Publish:
    """A district officer publishes a special-group elder's need, or ends that."""

    caller: Caller
    person_id: UUID
    published: bool
    reason: str

    def wants(self, books: Books) -> Iterable[Want]:
        return (Want(Person, self.person_id),)

    def accounts(self, books: Books) -> Iterable[Account]:
        return ()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        known = books.find(Person, self.person_id)
        changed_by = officers.of_the_district(self.caller, self.person_id, known)
        if self.published:
            require_special_group(books.person(self.person_id))
        need = Need(self.person_id, self.published, self.reason, changed_by, now)
        return Outcome(records=(need,), answer=vars(need))


@dataclass(frozen=True)
class Donate:
    """The holder gives earned coins to an elder in need, or into a charity pool."""

    donation_id: UUID
    caller: Caller
    minutes: int
    person_id: UUID | None = None
    pool: str | None = None

    def wants(self, books: Books) -> Iterable[Want]:
        yield Want(Person, rights.signed_in(self.caller))
        if self.person_id is not None:
            yield Want(Person, self.person_id)
            yield Want(Need, self.person_id)

    def accounts(self, books: Books) -> Iterable[Account]:
        yield wallet(rights.signed_in(self.caller), Provenance.EARNED)
        yield self._receiver

    @property
    def _receiver(self) -> Account:
        if self.person_id is not None:
            return wallet(self.person_id, Provenance.GIFTED)
        assert self.pool is not None
        return charity(self.pool)

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        donor = self._donor(books)
        self._require_receiver(donor, books)
        transfer = move(
            TransferKind.DONATION,
            self.donation_id,
            out_of={wallet(donor.person_id, Provenance.EARNED): self.minutes},
            into={self._receiver: self.minutes},
            acted_by=donor.person_id,
            policy_version=policy.version,
        )
        answer = {
            "donation_id": self.donation_id,
            "transfer_id": transfer.transfer_id,
            "donor_id": donor.person_id,
            "person_id": self.person_id,
            "pool": self.pool,
            "minutes": self.minutes,
        }
        told = Happened(CoinsDonated, {"district": donor.district, **answer})
        return Outcome((transfer,), events=(told,), answer=answer)

    def _donor(self, books: Books) -> Person:
        """The donor, who could pay: whoever could not, learns nothing of the receiver."""
        donor = books.person(rights.signed_in(self.caller))
        if donor.state is WalletState.FROZEN:
            raise WalletFrozen
        earned = books.balance(wallet(donor.person_id, Provenance.EARNED))
        if earned < self.minutes:
            raise InsufficientCoins(
                fields={"needed_minutes": self.minutes, "spendable_minutes": earned}
            )
        return donor

    def _require_receiver(self, donor: Person, books: Books) -> None:
        if self.pool is not None:
            require_pool(self.pool)
            return
        assert self.person_id is not None
        if self.person_id == donor.person_id:
            raise InvalidRequest(fields={"person_id": ["Nobody donates to themselves."]})
        elder, need = books.find(Person, self.person_id), books.find(Need, self.person_id)
        if elder is None or need is None or not (need.published and elder.groups):
            raise NotReceivingDonations
        if elder.state is WalletState.CLOSED:
            raise NotReceivingDonations


def require_special_group(person: Person) -> None:
    """Donations are for the special groups by the plan (S11), whatever the rule for grants says."""
    if not person.groups:
        raise NotInSpecialGroup(
            "Donated coins are for elders of the special groups; this person is in none at present."
        )


def require_pool(pool: str) -> None:
    """Raise InvalidRequest unless this is the city's code or that of one of its districts."""
    if not covers(CITY_AREA, pool):
        raise InvalidRequest(fields={"pool": ["Not a district of the city."]})


@dataclass(frozen=True)
class Allocate:
    """An officer gives coins from a charity pool to a special-group elder."""

    allocation_id: UUID
    caller: Caller
    pool: str
    person_id: UUID
    minutes: int
    reason: str

    def wants(self, books: Books) -> Iterable[Want]:
        return (Want(Person, self.person_id),)

    def accounts(self, books: Books) -> Iterable[Account]:
        return charity(self.pool), wallet(self.person_id, Provenance.GRANTED)

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        known = books.find(Person, self.person_id)
        allocated_by = officers.of_the_pool(self.caller, self.pool, self.person_id, known)
        person = books.person(self.person_id)
        require_special_group(person)
        pool_minutes = books.balance(charity(self.pool))
        if pool_minutes < self.minutes:
            raise InsufficientPool(
                fields={"needed_minutes": self.minutes, "pool_minutes": pool_minutes}
            )
        transfer = move(
            TransferKind.ALLOCATION,
            self.allocation_id,
            out_of={charity(self.pool): self.minutes},
            into={wallet(self.person_id, Provenance.GRANTED): self.minutes},
            reason=self.reason,
            acted_by=allocated_by,
            policy_version=policy.version,
        )
        answer = {
            "allocation_id": self.allocation_id,
            "transfer_id": transfer.transfer_id,
            "pool": self.pool,
            "person_id": self.person_id,
            "minutes": self.minutes,
        }
        facts = {"district": person.district, **answer, "allocated_by": allocated_by}
        return Outcome((transfer,), events=(Happened(CoinsAllocated, facts),), answer=answer)
