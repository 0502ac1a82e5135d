"""Kinship: the same whoever tells it, and never against the birth dates."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.contract import (
    ImpossibleKinship,
    KinshipDecided,
    KinshipEnd,
    Relation,
)
from services.identity.domain.kinship import (
    INVERSE,
    Kinship,
    KinshipState,
    check_end,
    check_plausible,
    moved,
)
from services.kernel.contract import InvalidRequest


ANN, BEN = UUID(int=1), UUID(int=2)
relations = st.sampled_from(Relation)
kinships = st.builds(Kinship, st.just(ANN) | st.just(BEN), st.uuids(), relations).filter(
    lambda kinship: kinship.person_id != kinship.relative_id
)


def test_every_relation_has_an_inverse_that_leads_back() -> None:
    assert set(INVERSE) == set(Relation)
    assert all(INVERSE[INVERSE[relation]] is relation for relation in Relation)


@given(kinships)
def test_both_who_tell_a_kinship_tell_the_same_one(kinship: Kinship) -> None:
    assert kinship.turned().canonical() == kinship.canonical()
    assert kinship.canonical() in (kinship, kinship.turned())
    assert kinship.canonical().canonical() == kinship.canonical()
    assert kinship.turned().turned() == kinship


@given(kinships)
def test_a_kinship_is_seen_from_either_side(kinship: Kinship) -> None:
    assert kinship.canonical().seen_from(kinship.person_id) == kinship
    assert kinship.canonical().seen_from(kinship.relative_id) == kinship.turned()


def test_what_is_stored_points_to_the_ancestor() -> None:
    assert Kinship(ANN, BEN, Relation.GRANDCHILD).canonical() == Kinship(
        BEN, ANN, Relation.GRANDPARENT
    )


@given(relations, st.dates(), st.dates())
def test_plausibility_does_not_depend_on_who_tells(
    relation: Relation, ann_born: date, ben_born: date
) -> None:
    told = Kinship(ANN, BEN, relation)

    def refused(kinship: Kinship, person_born: date, relative_born: date) -> bool:
        try:
            check_plausible(kinship, person_born, relative_born)
        except ImpossibleKinship:
            return True
        return False

    assert refused(told, ann_born, ben_born) == refused(told.turned(), ben_born, ann_born)


@pytest.mark.parametrize(
    ("relation", "relative_born", "possible"),
    [
        (Relation.PARENT, date(1988, 6, 1), True),
        (Relation.PARENT, date(1988, 6, 2), False),
        (Relation.PARENT, date(2010, 1, 1), False),
        (Relation.CHILD, date(2012, 6, 1), True),
        (Relation.CHILD, date(2012, 5, 31), False),
        (Relation.GRANDPARENT, date(1976, 6, 1), True),
        (Relation.GRANDPARENT, date(1976, 6, 2), False),
        (Relation.GREAT_GRANDPARENT, date(1964, 6, 1), True),
        (Relation.GREAT_GRANDPARENT, date(1964, 6, 2), False),
        (Relation.GRANDCHILD, date(1999, 6, 1), False),
        (Relation.SPOUSE, date(2000, 6, 1), True),
        (Relation.SIBLING, date(2000, 6, 1), True),
        (Relation.PARENT_IN_LAW, date(2000, 6, 1), True),
    ],
)
def test_an_ancestor_was_old_enough_to_be_one(
    relation: Relation, relative_born: date, possible: bool
) -> None:
    told = Kinship(ANN, BEN, relation)
    if possible:
        check_plausible(told, date(2000, 6, 1), relative_born)
        return
    with pytest.raises(ImpossibleKinship):
        check_plausible(told, date(2000, 6, 1), relative_born)


@given(relations)
def test_nobody_is_their_own_relative(relation: Relation) -> None:
    with pytest.raises(ImpossibleKinship):
        check_plausible(Kinship(ANN, ANN, relation), date(1950, 1, 1), date(1950, 1, 1))


@pytest.mark.parametrize("to", KinshipState)
@pytest.mark.parametrize("state", KinshipState)
def test_a_kinship_moves_as_drawn_and_no_other_way(state: KinshipState, to: KinshipState) -> None:
    drawn = {
        (KinshipState.CLAIMED, KinshipState.CONFIRMED),
        (KinshipState.CLAIMED, KinshipState.REFUSED),
        (KinshipState.CONFIRMED, KinshipState.ENDED),
    }
    if (state, to) in drawn:
        assert moved(state, to) is to
        return
    with pytest.raises(KinshipDecided):
        moved(state, to)


@pytest.mark.parametrize("relation", Relation)
@pytest.mark.parametrize("reason", KinshipEnd)
def test_a_divorce_ends_what_a_marriage_made_and_nothing_else(
    reason: KinshipEnd, relation: Relation
) -> None:
    by_marriage = relation is Relation.SPOUSE or relation.endswith("_in_law")
    stored = Kinship(ANN, BEN, relation).canonical().relation
    if reason is KinshipEnd.RECORDED_WRONGLY or by_marriage == (reason is KinshipEnd.DIVORCE):
        check_end(stored, reason)
        return
    with pytest.raises(InvalidRequest):
        check_end(stored, reason)
