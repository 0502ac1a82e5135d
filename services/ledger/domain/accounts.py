"""The chart of accounts: which accounts there are, and how each is named."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from services.ledger.contract import Provenance


MINUTES_A_COIN = 60
# Never change it: the ids of all accounts and transfers follow from it.
LEDGER_IDS = UUID("6f0d2f0e-6a1c-5d1b-9c39-0d6a4c1f7e11")


class Kind(StrEnum):
    """Issuance alone may be below zero: it is the source of all coins."""

    ISSUANCE = "issuance"
    BUDGET = "budget"
    ESCROW = "escrow"
    WALLET = "wallet"


@dataclass(frozen=True)
class Account:
    """The name of one account. Its id follows from the name, so nobody needs to look it up."""

    kind: Kind
    owner_id: UUID | None = None
    district: str | None = None
    provenance: Provenance | None = None

    @property
    def account_id(self) -> UUID:
        named = (self.kind, self.owner_id or self.district or "", self.provenance or "")
        return uuid5(LEDGER_IDS, ":".join(map(str, named)))


def issuance() -> Account:
    """Where the city's coins come from; its negative balance is the supply."""
    return Account(Kind.ISSUANCE)


def budget(district: str) -> Account:
    """What a district may still grant."""
    return Account(Kind.BUDGET, district=district)


def escrow(request_id: UUID) -> Account:
    """What is set aside for one request; one account each, so that no two requests share a lock."""
    return Account(Kind.ESCROW, owner_id=request_id)


def wallet(person_id: UUID, provenance: Provenance) -> Account:
    """A person's coins of one provenance."""
    return Account(Kind.WALLET, owner_id=person_id, provenance=provenance)


def wallets(person_id: UUID) -> dict[Provenance, Account]:
    """A person's three sub-accounts."""
    return {provenance: wallet(person_id, provenance) for provenance in Provenance}


def coins(minutes: int) -> str:
    """Minutes as coins: whole coins, then the rest in sixtieths, exactly.

    >>> coins(120), coins(95), coins(35), coins(0)
    ('2', '1 35/60', '35/60', '0')
    """
    whole, rest = divmod(minutes, MINUTES_A_COIN)
    part = f"{rest}/{MINUTES_A_COIN}"
    if not rest:
        return str(whole)
    return f"{whole} {part}" if whole else part
