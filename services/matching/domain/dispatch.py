"""A day's dispatch: everybody who can be served is served, with as little walking as possible.

It begins as a good clerk would: by priority, each to whom it is the least way. Then it takes a
part of the visits back, again and again, and gives them out anew all at once by a minimum-cost
matching; what was before is among the choices, so no step makes a plan worse. The matching itself
is done by a solver that is given in.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.candidates import Graph, Task, Unserved, may_come, reaches
from services.matching.domain.routes import Helper, Route, Travel, route_of


# More than all the ways that serving one more request could ever lengthen.
UNSERVED_METRES = 10_000_000.0


@dataclass(frozen=True, slots=True)
class DispatchRules:
    """The policy's numbers for a dispatch; what counts more is said in metres of walking."""

    travel: Travel
    nearest_volunteers: int
    near_requests: int
    most_sweeps: int
    enough_gain: float
    special_group_metres: int
    waiting_day_metres: int
    most_waiting_days: int
    unknown_volunteer_metres: int


@dataclass(frozen=True, slots=True)
class Choice:
    """That a task may be given to a helper, and what it would cost."""

    task: int
    helper: int
    cost: float


# Given the choices and what leaving each task unserved costs: the helper of each task, or None.
Solver = Callable[[Sequence[Choice], dict[int, float]], dict[int, int | None]]


@dataclass(frozen=True, slots=True)
class Line:
    """One request of a plan: who comes and how much further they walk for it, or why nobody."""

    task: Task
    volunteer_id: UUID | None
    metres: int | None
    unserved: Unserved | None


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What a clerk gets to see: a line for each request, and the walking for all of them."""

    lines: tuple[Line, ...]
    walking_metres: int
    sweeps: int

    @property
    def served(self) -> int:
        return sum(line.volunteer_id is not None for line in self.lines)


def priority(task: Task, rules: DispatchRules) -> float:
    """How many metres of walking it is worth to serve this request rather than another."""
    days = min(task.waiting_days, rules.most_waiting_days)
    special = rules.special_group_metres if task.is_special else 0
    return float(special + days * rules.waiting_day_metres)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Tasks that are given out together, and the helper who had them."""

    numbers: tuple[int, ...]
    former: int | None


class Dispatch:
    """The plan as it grows: who has which task, and everybody's way."""

    def __init__(self, tasks: Sequence[Task], helpers: Sequence[Helper], rules: DispatchRules):
        self.tasks, self.helpers, self.rules = tasks, helpers, rules
        self.graph = Graph(tasks, helpers)
        self.routes: dict[int, Route] = {}
        self.given: list[int | None] = [None] * len(tasks)
        self.of_helper: dict[int, list[int]] = {}
        self.nearest: list[list[int]] = []
        self.neighbours: list[list[int]] = []

    def run(self, solve: Solver) -> DayPlan:
        rules = self.rules
        self.nearest = [self.graph.nearest(task, rules.nearest_volunteers) for task in self.tasks]
        self.neighbours = self.graph.neighbours(rules.near_requests, rules.travel)
        for number in self.by_priority():
            self.give_to_nearest(number, self.helpers_for(number))
        sweeps = self.sweep(solve)
        for number in self.by_priority():
            if self.given[number] is None:
                everybody = self.graph.nearest(self.tasks[number], len(self.helpers))
                self.give_to_nearest(number, everybody)
        return self.outcome(sweeps)

    def by_priority(self) -> list[int]:
        """Those who matter most first; among equals, whoever asked first."""
        order = range(len(self.tasks))
        return sorted(order, key=lambda number: -priority(self.tasks[number], self.rules))

    def route(self, helper: int) -> Route:
        route = self.routes.get(helper)
        if route is None:
            route = self.routes[helper] = route_of(self.helpers[helper])
        return route

    def helpers_for(self, number: int) -> list[int]:
        """The nearest by their base, and those who are in the neighbourhood anyhow."""
        task = self.tasks[number]
        found = dict.fromkeys(self.nearest[number])
        for other in self.neighbours[number]:
            helper = self.given[other]
            if helper is not None and helper not in found and self.suits(task, helper):
                found[helper] = None
        return list(found)

    def suits(self, task: Task, helper: int) -> bool:
        person = self.helpers[helper]
        return may_come(task, person) and reaches(task, person)

    def cost(self, number: int, helper: int) -> float | None:
        task = self.tasks[number]
        route = self.routes.get(helper) or self.route(helper)
        metres = route.place(task.stop, self.rules.travel)
        if metres is None or not task.known:
            return metres
        is_known = self.helpers[helper].volunteer_id in task.known
        return metres if is_known else metres + self.rules.unknown_volunteer_metres

    def give_to_nearest(self, number: int, helpers: Iterable[int]) -> None:
        costs = ((self.cost(number, helper), helper) for helper in helpers)
        possible = [(cost, helper) for cost, helper in costs if cost is not None]
        if possible:
            self.give(number, min(possible)[1])

    def give(self, number: int, helper: int) -> None:
        self.route(helper).add(self.tasks[number].stop)
        self.given[number] = helper
        self.of_helper.setdefault(helper, []).append(number)

    def take_back(self, number: int) -> int:
        helper = self.given[number]
        assert helper is not None
        self.route(helper).remove(self.tasks[number].stop)
        self.of_helper[helper].remove(number)
        self.given[number] = None
        return helper

    def sweep(self, solve: Solver) -> int:
        """Give out anew until it hardly helps any more; how often that was."""
        before = self.total()
        for turn in range(self.rules.most_sweeps):
            self.give_out_anew(self.single_visits(turn, 0), solve)
            self.give_out_anew(self.single_visits(turn, 1), solve)
            self.give_out_anew(self.whole_ways(), solve)
            now = self.total()
            if before - now <= self.rules.enough_gain * sum(self.cost_of_ways()):
                return turn + 1
            before = now
        return self.rules.most_sweeps

    def single_visits(self, turn: int, half: int) -> list[Bundle]:
        """One visit each of half of the helpers, and all that nobody has.

        The other half stays on its way, so that a visit can be done in passing; who belongs to
        which half is another digit of their number in each turn.
        """
        bundles = [
            Bundle((number,), None) for number, helper in enumerate(self.given) if helper is None
        ]
        for helper, numbers in self.of_helper.items():
            if numbers and (helper >> turn) % 2 == half:
                bundles.append(Bundle((numbers[turn % len(numbers)],), helper))
        return bundles

    def whole_ways(self) -> list[Bundle]:
        """All that each helper has, to be taken over by another as a whole."""
        return [
            Bundle(tuple(numbers), helper) for helper, numbers in self.of_helper.items() if numbers
        ]

    def give_out_anew(self, bundles: Sequence[Bundle], solve: Solver) -> None:
        """Take these back and match them with helpers all at once; each helper takes one at most.

        Whoever had a bundle is among the choices for it, so the sum of all costs cannot grow.
        """
        for bundle in bundles:
            if bundle.former is not None:
                for number in bundle.numbers:
                    self.take_back(number)
        choices: list[Choice] = []
        left: dict[int, float] = {}
        for index, bundle in enumerate(bundles):
            left[index] = sum(self.cost_unserved(number) for number in bundle.numbers)
            for helper in self.helpers_for_all(bundle):
                cost = self.cost_of_all(bundle.numbers, helper)
                if cost is not None:
                    choices.append(Choice(index, helper, cost))
        for index, chosen in solve(choices, left).items():
            if chosen is not None:
                for number in bundles[index].numbers:
                    self.give(number, chosen)

    def helpers_for_all(self, bundle: Bundle) -> list[int]:
        """Those near one of its tasks who may come to every one; whoever had it is among them."""
        found: dict[int, None] = {}
        for number in bundle.numbers:
            found |= dict.fromkeys(self.helpers_for(number))
        helpers = list(found)
        if len(bundle.numbers) > 1:
            tasks = [self.tasks[number] for number in bundle.numbers]
            helpers = [each for each in helpers if all(self.suits(task, each) for task in tasks)]
        if bundle.former is not None and bundle.former not in helpers:
            helpers.append(bundle.former)
        return helpers

    def cost_of_all(self, numbers: Sequence[int], helper: int) -> float | None:
        """What all of these together cost with one helper; None when they do not all fit."""
        if len(numbers) == 1:
            return self.cost(numbers[0], helper)
        route, total = self.route(helper), 0.0
        placed = []
        for number in numbers:
            cost = self.cost(number, helper)
            if cost is None:
                break
            total += cost
            route.add(self.tasks[number].stop)
            placed.append(number)
        for number in placed:
            route.remove(self.tasks[number].stop)
        return total if len(placed) == len(numbers) else None

    def cost_unserved(self, number: int) -> float:
        return UNSERVED_METRES + priority(self.tasks[number], self.rules)

    def total(self) -> float:
        """What is to become as little as possible: walking, and what is left undone."""
        walking = sum(self.cost_of_ways())
        return walking + sum(
            self.cost_unserved(number) for number, helper in enumerate(self.given) if helper is None
        )

    def cost_of_ways(self) -> Iterable[float]:
        for helper, numbers in self.of_helper.items():
            if numbers:
                yield self.route(helper).metres - route_of(self.helpers[helper]).metres
            for number in numbers:
                known = self.tasks[number].known
                if known and self.helpers[helper].volunteer_id not in known:
                    yield float(self.rules.unknown_volunteer_metres)

    def outcome(self, sweeps: int) -> DayPlan:
        walking = sum(
            self.route(helper).metres - route_of(self.helpers[helper]).metres
            for helper, numbers in self.of_helper.items()
            if numbers
        )
        lines = tuple(self.line(number) for number in range(len(self.tasks)))
        return DayPlan(lines, round(walking), sweeps)

    def line(self, number: int) -> Line:
        task, helper = self.tasks[number], self.given[number]
        if helper is None:
            return Line(task, None, None, self.graph.why_unserved(task))
        route = self.route(helper)
        # What this visit adds to the way, all the others being there.
        route.remove(task.stop)
        metres = route.place(task.stop, self.rules.travel)
        route.add(task.stop)
        return Line(task, self.helpers[helper].volunteer_id, round(metres or 0), None)


def plan_day(
    tasks: Sequence[Task], helpers: Sequence[Helper], rules: DispatchRules, solve: Solver
) -> DayPlan:
    """The plan of a day; ``tasks`` in the order in which they were asked for."""
    return Dispatch(tasks, helpers, rules).run(solve)


def first_come_first_served(
    tasks: Sequence[Task], helpers: Sequence[Helper], rules: DispatchRules
) -> DayPlan:
    """What a plan is held against: each request, in the order asked, to whom it is the least way.

    It is the strong form: all who may come are looked at, and those already on their way may take
    it in passing.
    """
    dispatch = Dispatch(tasks, helpers, rules)
    for number, task in enumerate(tasks):
        dispatch.give_to_nearest(number, dispatch.graph.nearest(task, len(helpers)))
    return dispatch.outcome(0)
