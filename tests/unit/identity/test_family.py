"""The kin graph: what follows from confirmed kinships, and what may not stand beside them."""

from collections.abc import Iterator
from itertools import combinations, permutations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.identity.contract import (
    KinshipContradicts,
    KinshipDecided,
    KinshipKnown,
    Relation,
)
from services.identity.domain.family import (
    Change,
    Family,
    Standing,
    Tie,
    by_marriage,
    change,
    check_addition,
    generations,
)
from services.identity.domain.kinship import INVERSE, Kinship


MOST_PARENTS = 4


def edge(person: int, relative: int, relation: Relation, number: int | None = None) -> Standing:
    told = Kinship(UUID(int=person), UUID(int=relative), relation).canonical()
    return Standing(UUID(int=number or 1000 * person + relative), told)


def between(family: Family, person: int, relative: int) -> str | None:
    tie = family.between(UUID(int=person), UUID(int=relative))
    return tie and str(tie.kinship.seen_from(UUID(int=person)).relation)


# Four generations: 1 is the child of 2, she of 3, he of 4, and 4 of 5; 2 and 3 are married.
PARENT, SPOUSE = Relation.PARENT, Relation.SPOUSE
LINE = [edge(1, 2, PARENT), edge(2, 3, PARENT), edge(3, 4, PARENT), edge(4, 5, PARENT)]
MARRIED = [edge(1, 11, SPOUSE), edge(2, 12, SPOUSE)]


@pytest.mark.parametrize(
    ("person", "relative", "relation"),
    [
        (1, 2, "parent"),
        (1, 3, "grandparent"),
        (1, 4, "great_grandparent"),
        (1, 5, None),
        (4, 1, "great_grandchild"),
        (11, 2, "parent_in_law"),
        (11, 3, "grandparent_in_law"),
        (11, 4, None),
        (2, 11, "child_in_law"),
        (3, 11, "grandchild_in_law"),
        (1, 11, "spouse"),
        # A parent's spouse is no parent, and nothing goes over two marriages.
        (1, 12, None),
        (11, 12, None),
        (12, 3, "parent_in_law"),
    ],
)
def test_relatives_are_found_up_and_down_and_over_one_marriage(
    person: int, relative: int, relation: str | None
) -> None:
    family = Family(frozenset(LINE + MARRIED))
    assert between(family, person, relative) == relation


def test_siblings_carry_nothing_sideways() -> None:
    family = Family(frozenset([edge(1, 2, Relation.SIBLING), edge(1, 3, PARENT)]))
    assert between(family, 1, 2) == "sibling"
    assert between(family, 2, 3) is None


def test_a_grandparent_stands_where_the_one_between_is_not_in_the_system() -> None:
    family = Family(frozenset([edge(1, 3, Relation.GRANDPARENT), edge(3, 4, PARENT)]))
    assert between(family, 1, 4) == "great_grandparent"
    assert between(family.plus(edge(1, 11, SPOUSE)), 11, 3) == "grandparent_in_law"
    in_law = Family(frozenset([edge(11, 2, Relation.PARENT_IN_LAW), edge(2, 3, PARENT)]))
    assert between(in_law, 11, 3) == "grandparent_in_law"
    assert between(in_law.plus(edge(11, 1, SPOUSE)), 11, 2) == "parent_in_law"


def test_the_shortest_way_is_shown_and_a_derived_kinship_keeps_its_id() -> None:
    short = edge(1, 3, Relation.GRANDPARENT)
    family = Family(frozenset([*LINE, short]))
    tie = family.between(UUID(int=1), UUID(int=3))
    assert tie is not None and tie.path == (short,) and tie.kinship_id == short.kinship_id
    derived = family.minus(short).between(UUID(int=1), UUID(int=3))
    assert derived is not None and derived.is_derived and derived.kinship_id != short.kinship_id
    again = Family(frozenset(LINE[:2])).between(UUID(int=1), UUID(int=3))
    assert again is not None and again.kinship_id == derived.kinship_id


@pytest.mark.parametrize(
    ("standing", "new", "refusal"),
    [
        (LINE, edge(1, 3, Relation.GRANDPARENT), KinshipKnown),
        (LINE, edge(4, 1, Relation.GREAT_GRANDCHILD), KinshipKnown),
        (LINE + MARRIED, edge(11, 2, Relation.PARENT_IN_LAW), KinshipKnown),
        (LINE, edge(1, 2, PARENT), KinshipDecided),
        (LINE, edge(1, 2, Relation.GRANDPARENT), KinshipDecided),
        # Two different generations, up and down at once, a married ancestor, a circle.
        (LINE, edge(1, 3, PARENT), KinshipContradicts),
        (LINE, edge(3, 1, PARENT), KinshipContradicts),
        (LINE, edge(1, 3, SPOUSE), KinshipContradicts),
        (LINE, edge(1, 3, Relation.SIBLING), KinshipContradicts),
        ([edge(1, 2, PARENT), edge(3, 1, PARENT)], edge(2, 3, PARENT), KinshipContradicts),
        ([edge(1, 2, PARENT), edge(1, 3, SPOUSE)], edge(2, 3, PARENT), KinshipContradicts),
        # A second marriage, and one parent too many.
        (MARRIED, edge(1, 21, SPOUSE), KinshipContradicts),
        (MARRIED, edge(21, 11, SPOUSE), KinshipContradicts),
        ([edge(1, n, PARENT) for n in (2, 3, 4, 5)], edge(1, 6, PARENT), KinshipContradicts),
    ],
)
def test_what_is_known_or_cannot_be_true_is_refused(
    standing: list[Standing], new: Standing, refusal: type[Exception]
) -> None:
    family = Family(frozenset(standing))
    with pytest.raises(refusal):
        check_addition(family, new, MOST_PARENTS)


def test_descent_and_marriage_at_the_same_height_do_not_contradict() -> None:
    """A child who was taken in by the family and later married into it."""
    family = Family(frozenset([edge(1, 2, PARENT), edge(11, 2, PARENT)]))
    check_addition(family, edge(1, 11, SPOUSE), MOST_PARENTS)
    assert between(family.plus(edge(1, 11, SPOUSE)), 1, 2) == "parent"


# Random families: a forest of couples and children over four generations.


@st.composite
def families(draw: st.DrawFn) -> list[Standing]:
    """Standing kinships that contradict nothing, in the order in which they were confirmed."""
    layers = [
        list(range(layer * 10 + 1, layer * 10 + 1 + draw(st.integers(1, 3)))) for layer in range(4)
    ]
    wanted: list[Standing] = []
    for young, old in zip(layers, layers[1:], strict=False):
        for child in young:
            for parent in draw(st.lists(st.sampled_from(old), max_size=2, unique=True)):
                wanted.append(edge(child, parent, PARENT))
    for child in layers[0]:
        if draw(st.booleans()):
            wanted.append(edge(child, draw(st.sampled_from(layers[2])), Relation.GRANDPARENT))
    for layer in layers:
        if len(layer) > 1 and draw(st.booleans()):
            wanted.append(edge(*draw(st.sampled_from(list(combinations(layer, 2)))), SPOUSE))
        if draw(st.booleans()):
            wanted.append(edge(layer[0], layer[0] + 5, SPOUSE))
            wanted.append(edge(layer[0] + 5, layer[0] + 6, Relation.PARENT_IN_LAW))
    family, standing = Family(), []
    for new in draw(st.permutations(wanted)):
        try:
            check_addition(family, new, MOST_PARENTS)
        except (KinshipContradicts, KinshipDecided, KinshipKnown):
            continue
        family = family.plus(new)
        standing.append(new)
    return standing


def ties(family: Family) -> Iterator[Tie]:
    return iter(family.known.values())


def apply(copy: dict[UUID, Kinship], told: Change) -> None:
    """What a service that keeps pairs and no graph does with what it is told."""
    for tie in told.taken:
        assert copy.pop(tie.kinship_id) == tie.kinship
    for tie in told.brought:
        assert tie.kinship_id not in copy
        copy[tie.kinship_id] = tie.kinship


@settings(max_examples=50)
@given(families())
def test_a_relation_and_its_inverse_say_the_same(standing: list[Standing]) -> None:
    family = Family(frozenset(standing))
    for tie in ties(family):
        person, relative = tie.kinship.person_id, tie.kinship.relative_id
        there, back = family.between(person, relative), family.between(relative, person)
        assert there is not None and there == back == tie
        assert tie.kinship.turned().relation is INVERSE[tie.kinship.relation]
        assert not family.contradictions()


@settings(max_examples=50)
@given(families())
def test_the_generations_of_a_path_add_up(standing: list[Standing]) -> None:
    for tie in ties(Family(frozenset(standing))):
        steps = [one.kinship.relation for one in tie.path]
        assert tie.generations == sum(map(generations, steps))
        assert tie.by_marriage == any(map(by_marriage, steps))
        assert sum(map(by_marriage, steps)) <= 1
        if tie.is_derived:
            assert Relation.SIBLING not in steps


@settings(max_examples=50)
@given(families(), st.randoms(use_true_random=False))
def test_the_order_in_which_kinships_are_confirmed_does_not_matter(
    standing: list[Standing], random: object
) -> None:
    shuffled = list(standing)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    copies = []
    for order in (standing, shuffled):
        copy: dict[UUID, Kinship] = {}
        family = Family()
        for new in order:
            apply(copy, change(family, family.plus(new)))
            family = family.plus(new)
        copies.append(copy)
    known = {key: tie.kinship for key, tie in Family(frozenset(standing)).known.items()}
    assert copies == [known, known]


@settings(max_examples=50)
@given(families(), st.data())
def test_ending_a_kinship_takes_exactly_what_it_carried(
    standing: list[Standing], data: st.DataObject
) -> None:
    family = Family(frozenset(standing))
    copy = {key: tie.kinship for key, tie in family.known.items()}
    for ended in data.draw(st.permutations(standing)):
        rest = family.minus(ended)
        told = change(family, rest)
        assert all(ended in tie.path for tie in told.taken)
        apply(copy, told)
        assert copy == {key: tie.kinship for key, tie in rest.known.items()}
        back = change(rest, family)
        assert {tie.kinship_id for tie in back.brought} == {t.kinship_id for t in told.taken}
        family = rest
    assert copy == {}


def test_every_order_of_one_family_tells_the_same() -> None:
    edges = [*LINE[:3], MARRIED[0], edge(1, 3, Relation.GRANDPARENT)]
    outcomes = set()
    for order in permutations(edges):
        family, copy = Family(), dict[UUID, Kinship]()
        for new in order:
            apply(copy, change(family, family.plus(new)))
            family = family.plus(new)
        outcomes.add(frozenset(copy))
    assert len(outcomes) == 1


def test_generations_are_the_same_from_either_side() -> None:
    assert [generations(relation) for relation in Relation] == [
        generations(INVERSE[relation]) for relation in Relation
    ]
