"""What follows from confirmed kinships: who is whose grandparent, parent-in-law …, and by which.

Only what somebody claimed is stored. A relative in direct line is found by climbing: over parents
(or a grandparent, where the one between is not in the system), up to three generations; or over
the spouse first and then up to two. Nothing goes sideways, and a parent's spouse is no parent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID, uuid5

from services.identity.contract import (
    KinshipContradicts,
    KinshipDecided,
    KinshipKnown,
    Relation,
)
from services.identity.domain.kinship import GENERATIONS, IN_LAW, SYMMETRIC, Kinship


# A derived kinship has always the same id, so that it can be told once, ended, and told again.
DERIVED_IDS = UUID("2f6f7cf5-6a3e-5d0e-8c1b-6d0f6f9a4b1e")
ANCESTOR = {generations: relation for relation, generations in GENERATIONS.items()}
ANCESTOR_IN_LAW = {generations: relation for relation, generations in IN_LAW.items()}
MOST_GENERATIONS = max(ANCESTOR)
MOST_GENERATIONS_IN_LAW = max(ANCESTOR_IN_LAW)
# No path is longer, so whoever an edge concerns is found so many steps from it.
MOST_STEPS = 1 + MOST_GENERATIONS


@dataclass(frozen=True)
class Standing:
    """A confirmed kinship, in its canonical direction."""

    kinship_id: UUID
    kinship: Kinship


@dataclass(frozen=True)
class Tie:
    """What two people are to each other, and the standing kinships that say so."""

    kinship: Kinship
    path: tuple[Standing, ...]

    @property
    def is_derived(self) -> bool:
        return len(self.path) > 1

    @property
    def kinship_id(self) -> UUID:
        if not self.is_derived:
            return self.path[0].kinship_id
        told = self.kinship
        return uuid5(DERIVED_IDS, f"{told.person_id}/{told.relative_id}/{told.relation}")

    @property
    def by_marriage(self) -> bool:
        return by_marriage(self.kinship.relation)

    @property
    def generations(self) -> int:
        return generations(self.kinship.relation)

    @property
    def rank(self) -> tuple[bool, int, list[UUID]]:
        """By descent before by marriage, then the fewest steps; the ids only to decide a draw."""
        return self.by_marriage, len(self.path), [edge.kinship_id for edge in self.path]


def generations(relation: Relation) -> int:
    """How many generations lie between the two, whoever is asked.

    >>> generations(Relation.GRANDCHILD), generations(Relation.PARENT_IN_LAW)
    (2, 1)
    """
    canonical = Kinship(UUID(int=1), UUID(int=2), relation).canonical().relation
    return (GENERATIONS | IN_LAW).get(canonical, 0)


def by_marriage(relation: Relation) -> bool:
    canonical = Kinship(UUID(int=1), UUID(int=2), relation).canonical().relation
    return canonical in IN_LAW or canonical is Relation.SPOUSE


Pair = frozenset[UUID]
Step = tuple[UUID, int, tuple[Standing, ...]]


@dataclass(frozen=True)
class Family:
    """The confirmed kinships around somebody, and all that follows from them."""

    edges: frozenset[Standing] = frozenset()
    _above: dict[UUID, list[Standing]] = field(init=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for edge in sorted(self.edges, key=lambda edge: edge.kinship_id):
            ends = [edge.kinship.person_id]
            if edge.kinship.relation in SYMMETRIC:
                ends.append(edge.kinship.relative_id)
            for end in ends:
                self._above.setdefault(end, []).append(edge)

    def plus(self, *edges: Standing) -> "Family":
        return Family(self.edges | set(edges))

    def minus(self, *edges: Standing) -> "Family":
        return Family(self.edges - set(edges))

    @cached_property
    def ties(self) -> dict[Pair, list[Tie]]:
        """For each two people everything that the kinships say of them, the best first."""
        found: dict[Pair, list[Tie]] = {}
        for person_id in self._above:
            for tie in self._ties_from(person_id):
                pair = frozenset({tie.kinship.person_id, tie.kinship.relative_id})
                found.setdefault(pair, []).append(tie)
        return {pair: sorted(ties, key=lambda tie: tie.rank) for pair, ties in found.items()}

    @property
    def known(self) -> dict[UUID, Tie]:
        """One tie for each two people, by its id: what the other services are told."""
        return {ties[0].kinship_id: ties[0] for ties in self.ties.values()}

    def between(self, person_id: UUID, relative_id: UUID) -> Tie | None:
        ties = self.ties.get(frozenset({person_id, relative_id}))
        return ties[0] if ties else None

    def ties_of(self, person_id: UUID) -> list[Tie]:
        return [ties[0] for pair, ties in self.ties.items() if person_id in pair]

    def contradictions(self) -> set[Pair]:
        """The pairs of whom two different things are said; also whoever is their own ancestor."""
        return {
            pair
            for pair, ties in self.ties.items()
            if len(pair) == 1 or len({meaning(tie) for tie in ties}) > 1
        }

    def parents_of(self, person_id: UUID) -> list[Standing]:
        return self._edges_from(person_id, Relation.PARENT)

    def spouses_of(self, person_id: UUID) -> list[Standing]:
        return self._edges_from(person_id, Relation.SPOUSE)

    def _edges_from(self, person_id: UUID, *relations: Relation) -> list[Standing]:
        edges = self._above.get(person_id, [])
        return [edge for edge in edges if edge.kinship.relation in relations]

    def _climb(self, person_id: UUID, most: int) -> Iterator[Step]:
        """Every way up to an ancestor at most so many generations above."""
        for edge in self._edges_from(person_id, *GENERATIONS):
            height = GENERATIONS[edge.kinship.relation]
            if height <= most:
                above = edge.kinship.relative_id
                yield above, height, (edge,)
                for ancestor, further, path in self._climb(above, most - height):
                    yield ancestor, height + further, (edge, *path)

    def _climb_in_law(self, person_id: UUID) -> Iterator[Step]:
        """Every way over the spouse, in the system or not, to their ancestors."""
        starts: list[Step] = [
            (edge.kinship.seen_from(person_id).relative_id, 0, (edge,))
            for edge in self.spouses_of(person_id)
        ]
        starts += [
            (edge.kinship.relative_id, IN_LAW[edge.kinship.relation], (edge,))
            for edge in self._edges_from(person_id, *IN_LAW)
        ]
        for start, height, path in starts:
            if height:
                yield start, height, path
            for ancestor, further, rest in self._climb(start, MOST_GENERATIONS_IN_LAW - height):
                yield ancestor, height + further, (*path, *rest)

    def _ties_from(self, person_id: UUID) -> Iterator[Tie]:
        for ancestor, height, path in self._climb(person_id, MOST_GENERATIONS):
            yield Tie(Kinship(person_id, ancestor, ANCESTOR[height]), path)
        for ancestor, height, path in self._climb_in_law(person_id):
            yield Tie(Kinship(person_id, ancestor, ANCESTOR_IN_LAW[height]), path)
        for edge in self._edges_from(person_id, *SYMMETRIC):
            if edge.kinship.person_id == person_id:
                yield Tie(edge.kinship, (edge,))


def meaning(tie: Tie) -> tuple[UUID, int, bool]:
    """What a tie says of its pair; descent and marriage do not contradict at the same height."""
    kinship = tie.kinship
    return kinship.person_id, tie.generations, kinship.relation is Relation.SPOUSE


@dataclass(frozen=True)
class Change:
    """What becomes known, and what is no longer, when a kinship is confirmed or ends."""

    brought: tuple[Tie, ...]
    taken: tuple[Tie, ...]


def change(before: Family, after: Family) -> Change:
    """In the order of the ids; a tie that another path still carries is in neither."""
    was, now = before.known, after.known
    return Change(
        tuple(now[key] for key in sorted(now.keys() - was.keys())),
        tuple(was[key] for key in sorted(was.keys() - now.keys())),
    )


def check_addition(family: Family, new: Standing, most_parents: int) -> None:
    """Refuse a kinship that is known already, or cannot be true beside what is confirmed."""
    told = new.kinship
    tie = family.between(told.person_id, told.relative_id)
    if tie is not None and not tie.is_derived:
        raise KinshipDecided
    if tie is not None and tie.kinship == told:
        raise KinshipKnown(fields={"path": [str(edge.kinship_id) for edge in tie.path]})
    wider = family.plus(new)
    if wider.contradictions() - family.contradictions():
        raise KinshipContradicts
    check_parents_and_spouses(wider, (told.person_id, told.relative_id), most_parents)


def check_parents_and_spouses(family: Family, people: Iterable[UUID], most_parents: int) -> None:
    for person_id in people:
        if len(family.parents_of(person_id)) > most_parents:
            raise KinshipContradicts(f"Nobody has more than {most_parents} parents.")
        if len(family.spouses_of(person_id)) > 1:
            raise KinshipContradicts("One of the two is married to somebody else.")
