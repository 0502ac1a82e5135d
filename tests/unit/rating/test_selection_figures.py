"""Figures of a selection: what counts for whom, on random histories too."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.identity.contract import StaffState
from services.rating.contract import SelectionKind
from services.rating.domain.attribution import (
    Attribution,
    Credit,
    Project,
    StaffStep,
    terms_of,
)
from services.rating.domain.figures import (
    Figures,
    MetInPeriod,
    ServedInPeriod,
    count_figures,
)
from tests.unit.rating.selected import (
    DAY,
    HOUR,
    KINDS,
    START,
    organisation,
    person,
    step,
)


# A member of staff: of which organisation, who, and at which hours they came and went in turn.
MEMBERS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 3),
        st.lists(st.integers(0, 300), unique=True, min_size=1, max_size=4),
    ),
    max_size=8,
)
# A visit: by whom, to whom, of which kind, at which hour, its minutes, how it was rated.
VISITS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(0, 5),
        st.sampled_from(KINDS),
        st.integers(0, 300),
        st.integers(0, 240),
        st.none() | st.integers(1, 5),
    ),
    max_size=40,
)
PROJECTS = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from(KINDS), st.integers(0, 12), st.none() | st.integers(0, 5)
    ),
    max_size=5,
)


def steps_of(members: Sequence[tuple[int, int, list[int]]]) -> list[StaffStep]:
    turns = (StaffState.ACTIVE, StaffState.SUSPENDED)
    return [
        step(number, hour, turns[turn % 2], of, who)
        for number, (of, who, hours) in enumerate(members)
        for turn, hour in enumerate(sorted(hours))
    ]


def projects_of(made: Sequence[tuple[int, str, int, int | None]]) -> list[Project]:
    first = START.date()
    return [
        Project(
            UUID(int=3000 + number),
            organisation(of),
            f"project {number}",
            kind,
            first + begins * DAY,
            None if lasts is None else first + (begins + lasts) * DAY,
        )
        for number, (of, kind, begins, lasts) in enumerate(made)
    ]


def facts_of(visits: Sequence[Any]) -> tuple[list[ServedInPeriod], list[MetInPeriod]]:
    served, met = [], []
    for number, (who, elder, kind, hour, minutes, stars) in enumerate(visits):
        at = START + hour * HOUR
        served.append(ServedInPeriod(UUID(int=number), person(who), kind, at, minutes))
        met.append(MetInPeriod(UUID(int=number), person(who), kind, at, UUID(int=elder), stars))
    return served, met


class Told:
    """The same, heard visit by visit and kept as sums, with every membership looked up anew."""

    def __init__(self, steps: list[StaffStep], projects: list[Project]):
        self.steps, self.projects = steps, projects

    def belongs(self, who: UUID, at: datetime) -> list[UUID]:
        """The organisations in the order in which they were joined."""
        joined: dict[UUID, datetime] = {}
        for staff_id in {each.staff_id for each in self.steps if each.person_id == who}:
            own = sorted(
                (each for each in self.steps if each.staff_id == staff_id),
                key=lambda each: each.changed_at,
            )
            past = [each for each in own if each.changed_at <= at]
            if past and past[-1].state is StaffState.ACTIVE:
                first, of = own[0].changed_at, own[0].organisation_id
                joined[of] = min(joined.get(of, first), first)
        return sorted(joined, key=lambda of: (joined[of], of))

    def counts_for(self, visit: ServedInPeriod, kind: SelectionKind) -> UUID | None:
        day = (visit.ended_at + 8 * HOUR).date()
        organisations = self.belongs(visit.volunteer_id, visit.ended_at)
        for of in organisations:
            fitting = [
                each
                for each in self.projects
                if each.organisation_id == of
                and each.category == visit.category
                and each.starts_on <= day <= (each.ends_on or day)
            ]
            if fitting:
                first = min(fitting, key=lambda each: (each.starts_on, each.project_id))
                return of if kind is SelectionKind.ORGANISATION else first.project_id
        is_free = organisations and kind is SelectionKind.ORGANISATION
        return organisations[0] if is_free else None


def said_by_elder(facts: Sequence[Any]) -> dict[int, list[int]]:
    said: dict[int, list[int]] = defaultdict(list)
    for fact in facts:
        if fact[5] is not None:
            said[fact[1]].append(fact[5])
    return said


def hundredths_of(said: list[int]) -> int:
    return round(Fraction(100 * sum(said)) / len(said))


@given(MEMBERS, PROJECTS, VISITS, st.sampled_from(SelectionKind), st.integers())
def test_figures_are_what_counting_each_visit_by_hand_finds_in_any_order_and_told_twice(
    members: Any, made: Any, visits: Any, kind: SelectionKind, seed: int
) -> None:
    steps, projects = steps_of(members), projects_of(made)
    served, met = facts_of(visits)
    by_hand: dict[UUID, list[Any]] = defaultdict(list)
    told = Told(steps, projects)
    for visit, fact in zip(served, visits, strict=True):
        candidate_id = told.counts_for(visit, kind)
        if candidate_id is not None:
            by_hand[candidate_id].append(fact)
    expected = {
        candidate_id: Figures(
            minutes=sum(fact[4] for fact in facts),
            visits=sum(fact[4] > 0 for fact in facts),
            elders=len({fact[1] for fact in facts if fact[4]}),
            volunteers=len({fact[0] for fact in facts if fact[4]}),
            ratings=sum(fact[5] is not None for fact in facts),
            raters=len({fact[1] for fact in facts if fact[5] is not None}),
            voices=sum(map(hundredths_of, said_by_elder(facts).values())),
        )
        for candidate_id, facts in by_hand.items()
    }
    chance = Random(seed)
    for each in (steps, projects, served, met):
        chance.shuffle(each)
    attribution = Attribution.of(terms_of(steps), projects)
    assert count_figures(kind, attribution, served, met) == expected
    again = Attribution.of(terms_of([*steps, *steps]), projects)
    assert count_figures(kind, again, [*served, *served], [*met, *met]) == expected


@given(MEMBERS, PROJECTS, VISITS)
def test_no_visit_counts_twice_however_many_organisations_somebody_is_in(
    members: Any, made: Any, visits: Any
) -> None:
    attribution = Attribution.of(terms_of(steps_of(members)), projects_of(made))
    served, met = facts_of(visits)
    for kind in SelectionKind:
        figures = count_figures(kind, attribution, served, met).values()
        assert sum(each.visits for each in figures) <= len(served)
        assert sum(each.minutes for each in figures) <= sum(each.minutes for each in served)


def test_minutes_that_a_dispute_took_back_count_for_nothing_and_are_told() -> None:
    attribution = Attribution.of(terms_of([step(1, 0, StaffState.ACTIVE)]), [])
    served = [
        ServedInPeriod(UUID(int=1), person(0), "law", START + HOUR, 60),
        ServedInPeriod(UUID(int=2), person(0), "law", START + HOUR, 20, is_upheld=True),
    ]
    (figures,) = count_figures(SelectionKind.ORGANISATION, attribution, served, []).values()
    assert (figures.minutes, figures.visits, figures.upheld) == (80, 2, 1)


def test_a_visit_of_which_no_minute_is_left_is_no_visit_and_its_dispute_is_told() -> None:
    attribution = Attribution.of(terms_of([step(1, 0, StaffState.ACTIVE)]), [])
    at = START + HOUR
    served = [ServedInPeriod(UUID(int=1), person(0), "law", at, 0, is_upheld=True)]
    met = [MetInPeriod(UUID(int=1), person(0), "law", at, UUID(int=5), 1)]
    (figures,) = count_figures(SelectionKind.ORGANISATION, attribution, served, met).values()
    assert (figures.visits, figures.volunteers, figures.elders) == (0, 0, 0)
    assert (figures.upheld, figures.ratings) == (1, 1)


def test_a_visit_counts_for_the_project_that_fits_before_the_organisation_joined_first() -> None:
    steps = [
        step(1, 0, StaffState.ACTIVE, of=0),
        step(2, 1, StaffState.ACTIVE, of=1),
    ]
    project = Project(UUID(int=9), organisation(1), "Songs", "culture", date(2026, 1, 5), None)
    attribution = Attribution.of(terms_of(steps), [project])
    at = START + 5 * HOUR
    assert attribution.credit(person(0), at, "culture") == Credit(organisation(1), UUID(int=9))
    assert attribution.credit(person(0), at, "law") == Credit(organisation(0), None)
    assert attribution.credit(person(0), START - HOUR, "law") is None
    assert attribution.credit(person(7), at, "law") is None
