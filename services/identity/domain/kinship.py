"""Kinship: one record for each pair, whichever of the two tells it, and whether it can be true."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.identity.contract import ImpossibleKinship, KinshipDecided, KinshipEnd, Relation
from services.kernel.calendar import age_on
from services.kernel.contract import InvalidRequest


# What a relative is to a person, and what the person then is to the relative.
DESCENDANT_OF = {
    Relation.PARENT: Relation.CHILD,
    Relation.GRANDPARENT: Relation.GRANDCHILD,
    Relation.GREAT_GRANDPARENT: Relation.GREAT_GRANDCHILD,
    Relation.PARENT_IN_LAW: Relation.CHILD_IN_LAW,
    Relation.GRANDPARENT_IN_LAW: Relation.GRANDCHILD_IN_LAW,
}
SYMMETRIC = (Relation.SPOUSE, Relation.SIBLING)
INVERSE = {
    **DESCENDANT_OF,
    **{descendant: ancestor for ancestor, descendant in DESCENDANT_OF.items()},
    **{relation: relation for relation in SYMMETRIC},
}
GENERATIONS = {Relation.PARENT: 1, Relation.GRANDPARENT: 2, Relation.GREAT_GRANDPARENT: 3}
IN_LAW = {Relation.PARENT_IN_LAW: 1, Relation.GRANDPARENT_IN_LAW: 2}
# A fact of life rather than a rule of the city: nobody becomes a parent before this age.
YOUNGEST_PARENT_AGE = 12


class KinshipState(StrEnum):
    """Claimed by one of the two or for them, and what became of the claim."""

    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    ENDED = "ended"


# What follows from confirmed kinships is shown as this, and never stored.
DERIVED = "derived"

# From each state to those that may follow it. What is not listed is final.
MOVES: dict[KinshipState, frozenset[KinshipState]] = {
    KinshipState.CLAIMED: frozenset({KinshipState.CONFIRMED, KinshipState.REFUSED}),
    KinshipState.CONFIRMED: frozenset({KinshipState.ENDED}),
}


@dataclass(frozen=True)
class Kinship:
    """``relative_id`` is the ``relation`` of ``person_id``."""

    person_id: UUID
    relative_id: UUID
    relation: Relation

    def turned(self) -> "Kinship":
        """The same kinship told by the other of the two."""
        return Kinship(self.relative_id, self.person_id, INVERSE[self.relation])

    def canonical(self) -> "Kinship":
        """The one direction that is stored: towards the ancestor, or towards the larger id."""
        if self.relation in DESCENDANT_OF:
            return self
        if self.relation in SYMMETRIC and self.person_id < self.relative_id:
            return self
        return self.turned()

    def seen_from(self, person_id: UUID) -> "Kinship":
        return self if self.person_id == person_id else self.turned()


def check_plausible(kinship: Kinship, person_born: date, relative_born: date) -> None:
    """Raises ImpossibleKinship for oneself, and for an ancestor who was too young to be one."""
    if kinship.person_id == kinship.relative_id:
        raise ImpossibleKinship("Nobody is their own relative.")
    stored = kinship.canonical()
    ancestor_born, born = relative_born, person_born
    if stored != kinship:
        ancestor_born, born = person_born, relative_born
    generations = GENERATIONS.get(stored.relation, 0)
    if generations and age_on(ancestor_born, born) < generations * YOUNGEST_PARENT_AGE:
        raise ImpossibleKinship


def moved(state: KinshipState, to: KinshipState) -> KinshipState:
    """The state after the move; raises KinshipDecided for a move that does not exist.

    >>> str(moved(KinshipState.CLAIMED, KinshipState.CONFIRMED))
    'confirmed'
    """
    if to not in MOVES.get(state, frozenset()):
        raise KinshipDecided(fields={"state": str(state)})
    return to


def check_end(relation: Relation, reason: KinshipEnd) -> None:
    """A divorce ends marriages and what came by them; an adoption, what is by descent."""
    by_marriage = relation in (Relation.SPOUSE, *IN_LAW)
    fits = {
        KinshipEnd.DIVORCE: by_marriage,
        KinshipEnd.ADOPTION_ENDED: not by_marriage,
        KinshipEnd.RECORDED_WRONGLY: True,
    }
    if not fits[reason]:
        raise InvalidRequest(fields={"reason": [f"This is not how a {relation} ends."]})
