"""The chart of accounts: which accounts there are, and how each is named."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from uuid import UUID, uuid5

from services.ledger.contract import Provenance


MINUTES_A_COIN = 60
REMEMBERED = 4096
# Never change it: the ids of all accounts follow from it.
LEDGER_IDS = UUID("6f0d2f0e-6a1c-5d1b-9c39-0d6a4c1f7e11")


class Unit(StrEnum):
    """What an account counts; no transfer ever mixes the two."""

    MINUTES = "minutes"
    POINTS = "points"


class Kind(StrEnum):
    """The kinds of account; only the two sources may be below zero."""

    ISSUANCE = "issuance"
    BUDGET = "budget"
    ESCROW = "escrow"
    WALLET = "wallet"
    CHARITY = "charity"
    PROGRAMME = "programme"
    DISPUTE = "dispute"
    RESERVE = "reserve"
    CARE_HOME = "care_home"
    ESTATE = "estate"
    POINTS_ISSUANCE = "points_issuance"
    POINTS = "points"
    REWARDS = "rewards"

    @property
    def unit(self) -> Unit:
        return Unit.POINTS if self in POINT_KINDS else Unit.MINUTES

    @property
    def is_source(self) -> bool:
        """A source is where a unit comes from: its negative balance is what there is of it."""
        return self in (Kind.ISSUANCE, Kind.POINTS_ISSUANCE)


POINT_KINDS = frozenset((Kind.POINTS_ISSUANCE, Kind.POINTS, Kind.REWARDS))


@dataclass(frozen=True, eq=False)
class Account:
    """The name of one account. Its id follows from the name, so nobody needs to look it up."""

    kind: Kind
    owner_id: UUID | None = None
    district: str | None = None
    provenance: Provenance | None = None
    account_id: UUID = field(init=False)
    text_id: str = field(init=False)

    def __post_init__(self) -> None:
        named = (self.kind, self.owner_id or self.district or "", self.provenance or "")
        account_id = uuid5(LEDGER_IDS, ":".join(map(str, named)))
        object.__setattr__(self, "account_id", account_id)
        # Batches write and hash it many times.
        object.__setattr__(self, "text_id", str(account_id))

    # Two names are the same when their ids are, which is quicker to see than each part.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Account) and self.account_id.int == other.account_id.int

    def __hash__(self) -> int:
        return hash(self.account_id.int)


def issuance() -> Account:
    """Where the city's coins come from; its negative balance is the supply."""
    return Account(Kind.ISSUANCE)


def budget(district: str) -> Account:
    """What a district may still grant."""
    return Account(Kind.BUDGET, district=district)


def escrow(request_id: UUID) -> Account:
    """What is set aside for one request; one account each, so that no two requests share a lock."""
    return Account(Kind.ESCROW, owner_id=request_id)


# A batch names the same accounts several times.
@lru_cache(maxsize=REMEMBERED)
def wallet(person_id: UUID, provenance: Provenance) -> Account:
    """A person's coins of one provenance."""
    return Account(Kind.WALLET, owner_id=person_id, provenance=provenance)


def wallets(person_id: UUID) -> dict[Provenance, Account]:
    """A person's three sub-accounts."""
    return {provenance: wallet(person_id, provenance) for provenance in Provenance}


def charity(district: str) -> Account:
    """What was donated for the elders of a district; under the city's code, of the whole city."""
    return Account(Kind.CHARITY, district=district)


def programme(programme_id: UUID, district: str) -> Account:
    """What a district has set aside for one public programme and not promised yet."""
    return Account(Kind.PROGRAMME, owner_id=programme_id, district=district)


def dispute_account(dispute_id: UUID) -> Account:
    """What is set aside while two sides disagree about a paid visit."""
    return Account(Kind.DISPUTE, owner_id=dispute_id)


def reserve(application_id: UUID) -> Account:
    """What is set aside for one application to a care home (S9)."""
    return Account(Kind.RESERVE, owner_id=application_id)


def care_home(district: str) -> Account:
    """What the admitted have paid into the public care homes of a district (S9)."""
    return Account(Kind.CARE_HOME, district=district)


def estate(person_id: UUID) -> Account:
    """What a closed wallet leaves behind, until it is settled."""
    return Account(Kind.ESTATE, owner_id=person_id)


def points_issuance() -> Account:
    """Where points come from; its negative balance is all points that people and rewards have."""
    return Account(Kind.POINTS_ISSUANCE)


def points(person_id: UUID) -> Account:
    """A person's reward points (S10): a unit of their own, never coins."""
    return Account(Kind.POINTS, owner_id=person_id)


def rewards() -> Account:
    """Points that were exchanged for rewards."""
    return Account(Kind.REWARDS)


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
