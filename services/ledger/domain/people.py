"""What the ledger knows of people: their age, their place, their kin, the state of their wallet."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from services.identity.contract import Relation


class WalletState(StrEnum):
    """open ⇄ frozen → closed. From a frozen wallet nothing goes out; a closed one is settled."""

    OPEN = "open"
    FROZEN = "frozen"
    CLOSED = "closed"


@dataclass(frozen=True)
class Person:
    """A copy of what identity told, and the state of the wallet, which is the ledger's own."""

    person_id: UUID
    birth_date: date
    street: str
    district: str
    name: str | None = None
    groups: frozenset[str] = frozenset()
    state: WalletState = WalletState.OPEN

    @property
    def key(self) -> UUID:
        return self.person_id


class Kinship(NamedTuple):
    """``relation`` is what the relative is to the person."""

    person_id: UUID
    relative_id: UUID
    relation: Relation


@dataclass(frozen=True)
class Kin:
    """The confirmed kinships of a person, whichever side claimed them."""

    person_id: UUID
    kinships: tuple[Kinship, ...]

    @property
    def key(self) -> UUID:
        return self.person_id


_UP_AND_DOWN = {
    Relation.PARENT: Relation.CHILD,
    Relation.GRANDPARENT: Relation.GRANDCHILD,
    Relation.GREAT_GRANDPARENT: Relation.GREAT_GRANDCHILD,
    Relation.PARENT_IN_LAW: Relation.CHILD_IN_LAW,
    Relation.GRANDPARENT_IN_LAW: Relation.GRANDCHILD_IN_LAW,
    Relation.SPOUSE: Relation.SPOUSE,
    Relation.SIBLING: Relation.SIBLING,
}
_OPPOSITE = _UP_AND_DOWN | {down: up for up, down in _UP_AND_DOWN.items()}


def opposite(relation: Relation) -> Relation:
    """What the person is to the relative.

    >>> str(opposite(Relation.GRANDPARENT))
    'grandchild'
    """
    return _OPPOSITE[relation]
