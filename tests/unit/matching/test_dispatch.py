"""A day's dispatch: no plan breaks a rule, serves fewer or walks more than turns would."""

import uuid
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from math import hypot
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.dispatching.solver import solve
from services.matching.domain.candidates import Graph, Task, Unserved, may_come
from services.matching.domain.dispatch import (
    Choice,
    DayPlan,
    DispatchRules,
    first_come_first_served,
    plan_day,
)
from services.matching.domain.finding_policy import PlanningPolicy
from services.matching.domain.rechecks import DaysWays
from services.matching.domain.routes import Helper, Stop, Travel, way_metres
from tests.unit.matching.test_domain import VALUES


RULES = PlanningPolicy.from_values(1, VALUES).rules
TRAVEL = RULES.travel
SKILLS = ("nursing", "driving")
DAY = ((0, 24 * 60),)


def task(number: int, x: float = 0, y: float = 0, begins: int = 600, **more: Any) -> Task:
    minutes = more.pop("minutes", 60)
    stop = Stop(uuid.UUID(int=number), x, y, begins, begins + minutes, minutes)
    return Task(stop, elder_id=uuid.UUID(int=1000 + number), **more)


def helper(number: int, x: float = 0, y: float = 0, **more: Any) -> Helper:
    facts = {"radius_metres": 5000, "free": DAY, "most_minutes": 480} | more
    return Helper(uuid.UUID(int=2000 + number), x, y, **facts)


metres = st.integers(0, 4000).map(float)
skill = st.sampled_from((None, *SKILLS))
tasks = st.lists(
    st.builds(
        lambda x, y, begins, minutes, skill, certificate, waiting, special: task(
            0,
            x,
            y,
            begins,
            minutes=minutes,
            skill=skill,
            certificate_needed=certificate and skill is not None,
            waiting_days=waiting,
            is_special=special,
        ),
        metres,
        metres,
        st.integers(8, 20).map(lambda hour: hour * 60),
        st.sampled_from((30, 60, 120)),
        skill,
        st.booleans(),
        st.integers(0, 10),
        st.booleans(),
    ),
    max_size=12,
).map(lambda made: [numbered(each, number) for number, each in enumerate(made)])
helpers = st.lists(
    st.builds(
        lambda x, y, radius, from_hour, hours, most, skills, certified, spent, booked: helper(
            0,
            x,
            y,
            radius_metres=radius,
            free=((from_hour * 60, (from_hour + hours) * 60),),
            most_minutes=most,
            skills=skills,
            certified=certified,
            spent_minutes=spent,
            stops=(booked,) if booked else (),
        ),
        metres,
        metres,
        st.sampled_from((500.0, 2000.0, 6000.0)),
        st.integers(6, 14),
        st.integers(2, 10),
        st.sampled_from((60, 120, 300)),
        st.frozensets(st.sampled_from(SKILLS)),
        st.frozensets(st.sampled_from(SKILLS)),
        st.sampled_from((0, 0, 30)),
        st.one_of(
            st.none(),
            st.builds(
                lambda x, y, begins: Stop(uuid.UUID(int=9999), x, y, begins, begins + 60, 60),
                metres,
                metres,
                st.integers(8, 20).map(lambda hour: hour * 60),
            ),
        ),
    ),
    max_size=8,
).map(
    lambda made: [
        replace(each, volunteer_id=uuid.UUID(int=2000 + number)) for number, each in enumerate(made)
    ]
)


def numbered(made: Task, number: int) -> Task:
    stop = replace(made.stop, request_id=uuid.UUID(int=number))
    return replace(made, stop=stop, elder_id=uuid.UUID(int=1000 + number))


def ways(plan: DayPlan) -> dict[uuid.UUID, list[Task]]:
    found = defaultdict(list)
    for line in plan.lines:
        if line.volunteer_id is not None:
            found[line.volunteer_id].append(line.task)
    return found


@settings(max_examples=60)
@given(tasks=tasks, helpers=helpers)
def test_no_plan_breaks_a_rule(tasks: list[Task], helpers: list[Helper]) -> None:
    plan = plan_day(tasks, helpers, RULES, solve)
    assert [line.task for line in plan.lines] == tasks
    people = {each.volunteer_id: each for each in helpers}
    walking = 0.0
    for volunteer_id, given_tasks in ways(plan).items():
        person = people[volunteer_id]
        for each in given_tasks:
            assert may_come(each, person)
            way = hypot(each.stop.x - person.x, each.stop.y - person.y)
            assert way <= person.radius_metres
        stops = sorted([each.stop for each in given_tasks] + list(person.stops), key=begins_of)
        assert sum(stop.minutes for stop in stops) + person.spent_minutes <= person.most_minutes
        for stop, following in pairwise(stops):
            if following.request_id.int != 9999 or stop.request_id.int != 9999:
                way = hypot(stop.x - following.x, stop.y - following.y)
                assert following.begins - stop.ends >= TRAVEL.minutes(way)
        walking += way_metres(person.x, person.y, stops)
        walking -= way_metres(person.x, person.y, list(person.stops))
    assert abs(plan.walking_metres - walking) <= 1


@settings(max_examples=60)
@given(tasks=tasks, helpers=helpers, data=st.data())
def test_of_a_plan_any_part_in_any_order_still_fits_the_day_that_it_was_made_for(
    tasks: list[Task], helpers: list[Helper], data: st.DataObject
) -> None:
    plan = plan_day(tasks, helpers, RULES, solve)
    planned = [line for line in plan.lines if line.volunteer_id is not None]
    days = DaysWays(helpers, RULES.travel)
    for line in data.draw(st.permutations(planned)):
        if data.draw(st.booleans()):
            assert line.volunteer_id is not None
            days.add(line.task, line.volunteer_id)


def begins_of(stop: Stop) -> int:
    return stop.begins


@settings(max_examples=60)
@given(tasks=tasks, helpers=helpers)
def test_no_fewer_are_served_than_first_come_first_served_and_then_nobody_walks_more(
    tasks: list[Task], helpers: list[Helper]
) -> None:
    """Where no request counts more than another; else who is served may be another matter."""
    alike = [replace(each, is_special=False, waiting_days=0) for each in tasks]
    plan = plan_day(alike, helpers, RULES, solve)
    turns = first_come_first_served(alike, helpers, RULES)
    assert plan.served >= turns.served
    if plan.served == turns.served:
        assert plan.walking_metres <= turns.walking_metres + 1


@settings(max_examples=40)
@given(tasks=tasks, helpers=helpers)
def test_whoever_is_left_unserved_is_told_why_and_could_not_simply_be_added(
    tasks: list[Task], helpers: list[Helper]
) -> None:
    plan = plan_day(tasks, helpers, RULES, solve)
    graph = Graph(tasks, helpers)
    for line in plan.lines:
        assert (line.unserved is None) == (line.volunteer_id is not None)
        if line.unserved is Unserved.ALL_TAKEN:
            assert graph.nearest(line.task, len(helpers))
        elif line.unserved is not None:
            assert not graph.nearest(line.task, len(helpers))


@settings(max_examples=40)
@given(tasks=tasks, helpers=helpers)
def test_the_same_day_gives_the_same_plan(tasks: list[Task], helpers: list[Helper]) -> None:
    assert plan_day(tasks, helpers, RULES, solve) == plan_day(tasks, helpers, RULES, solve)


def test_special_groups_go_first_and_then_whoever_has_waited_longest() -> None:
    only = helper(0, most_minutes=60)
    asked = [task(0, waiting_days=9), task(1, waiting_days=2, is_special=True), task(2)]
    assert [line.volunteer_id for line in plan_day(asked, [only], RULES, solve).lines] == [
        None,
        only.volunteer_id,
        None,
    ]
    asked = [task(0, waiting_days=2), task(1, waiting_days=9)]
    plan = plan_day(asked, [only], RULES, solve)
    assert [line.unserved for line in plan.lines] == [Unserved.ALL_TAKEN, None]


def test_a_later_wish_moves_an_earlier_one_to_somebody_else_rather_than_stay_unserved() -> None:
    """First come, first served gives the only one who can drive to whoever asked first."""
    driver, other = helper(0, skills=frozenset({"driving"})), helper(1, x=900)
    asked = [task(0), task(1, skill="driving")]
    assert first_come_first_served(asked, [driver, other], RULES).served == 1
    plan = plan_day(asked, [driver, other], RULES, solve)
    assert [line.volunteer_id for line in plan.lines] == [other.volunteer_id, driver.volunteer_id]


def test_one_volunteer_does_two_visits_in_the_same_house_in_passing() -> None:
    near, far = helper(0, x=1000), helper(1, x=-1500)
    asked = [task(0, begins=540), task(1, begins=660)]
    plan = plan_day(asked, [near, far], RULES, solve)
    assert {line.volunteer_id for line in plan.lines} == {near.volunteer_id}
    assert plan.walking_metres == 2000


def test_a_familiar_volunteer_may_walk_a_little_further() -> None:
    known, stranger = helper(0, x=500), helper(1, x=400)
    asked = [task(0, known=frozenset({known.volunteer_id}))]
    assert plan_day(asked, [known, stranger], RULES, solve).lines[0].volunteer_id == (
        known.volunteer_id
    )
    closer = replace(stranger, x=300.0)
    assert plan_day(asked, [known, closer], RULES, solve).lines[0].volunteer_id == (
        closer.volunteer_id
    )


@pytest.mark.parametrize(
    ("person", "why"),
    [
        ({"x": 6000}, Unserved.NOBODY_NEAR),
        ({"free": ((0, 600),)}, Unserved.NOBODY_FREE),
        ({"skills": frozenset({"nursing"})}, Unserved.NOBODY_SKILLED),
        ({"certified": frozenset({"nursing"})}, Unserved.NOBODY_SPEAKS),
        (
            {
                "certified": frozenset({"nursing"}),
                "languages": frozenset({"hokkien"}),
                "spent_minutes": 480,
            },
            Unserved.ALL_TAKEN,
        ),
    ],
)
def test_a_line_says_what_stood_in_the_way(person: dict[str, Any], why: Unserved) -> None:
    asked = [task(0, skill="nursing", certificate_needed=True, language="hokkien")]
    if why in (Unserved.NOBODY_NEAR, Unserved.NOBODY_FREE):
        asked = [task(0)]
    assert plan_day(asked, [helper(0, **person)], RULES, solve).lines[0].unserved is why


def test_nobody_is_sent_to_themselves() -> None:
    self_help = replace(helper(0), volunteer_id=uuid.UUID(int=1000))
    assert plan_day([task(0)], [self_help], RULES, solve).served == 0


def test_an_empty_day_is_a_plan_without_lines() -> None:
    assert plan_day([], [helper(0)], RULES, solve).lines == ()
    assert plan_day([task(0)], [], RULES, solve).lines[0].unserved is Unserved.NOBODY_NEAR


@given(
    costs=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 500)), max_size=20
    )
)
def test_the_solver_leaves_as_few_unserved_as_any_matching_and_takes_the_cheapest(
    costs: list[tuple[int, int, int]],
) -> None:
    choices = {(row, column): float(cost) for row, column, cost in costs}
    given_choices = [Choice(row, column, cost) for (row, column), cost in choices.items()]
    found = solve(given_choices, dict.fromkeys(range(6), 1e6))
    taken = [column for column in found.values() if column is not None]
    assert len(taken) == len(set(taken))
    total = sum(choices[row, column] for row, column in found.items() if column is not None)
    total += 1e6 * (6 - len(taken))
    assert abs(total - cheapest(choices, 0, frozenset())) < 1


def cheapest(choices: dict[tuple[int, int], float], row: int, used: frozenset[int]) -> float:
    """By trying everything."""
    if row == 6:
        return 0.0
    best = 1e6 + cheapest(choices, row + 1, used)
    for column in range(6):
        if (row, column) in choices and column not in used:
            cost = choices[row, column] + cheapest(choices, row + 1, used | {column})
            best = min(best, cost)
    return best


def test_riding_is_taken_only_where_it_is_faster() -> None:
    travel = Travel(
        way_factor=1, walking_metres_a_minute=50, bus_metres_a_minute=200, bus_wait_minutes=10
    )
    assert [travel.minutes(way) for way in (0, 1, 500, 1000, 4000)] == [0, 1, 10, 15, 30]


@given(near=st.floats(0, 20_000), far=st.floats(0, 20_000))
def test_leaving_a_visit_out_never_makes_the_way_longer(near: float, far: float) -> None:
    assert TRAVEL.minutes(near + far) <= TRAVEL.minutes(near) + TRAVEL.minutes(far)


def test_the_rules_are_the_policys() -> None:
    assert isinstance(RULES, DispatchRules)
    assert VALUES["dispatch"]["special_group_metres"] == RULES.special_group_metres
