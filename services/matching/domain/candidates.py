"""Which helpers come into question for a task: the sparse graph that a day's dispatch solves."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import nsmallest
from math import hypot
from uuid import UUID

from services.matching.domain.routes import Helper, Stop, Travel


CELL_METRES = 500.0
# What a task asks of a helper: an hour, a skill, its certificate, a language.
Need = tuple[int, str | None, bool, str | None]


class Unserved(StrEnum):
    """Why nobody is planned for a request."""

    NOBODY_NEAR = "nobody_near"
    NOBODY_SKILLED = "nobody_skilled"
    NOBODY_SPEAKS = "nobody_speaks"
    NOBODY_FREE = "nobody_free"
    ALL_TAKEN = "all_taken"


@dataclass(frozen=True, slots=True)
class Task:
    """An open request of the day: the stop that it asks for, and what it needs."""

    stop: Stop
    elder_id: UUID
    skill: str | None = None
    certificate_needed: bool = False
    language: str | None = None
    is_special: bool = False
    waiting_days: int = 0
    # Volunteers whom the elder knows from visits.
    known: frozenset[UUID] = frozenset()


def has_skill(task: Task, helper: Helper) -> bool:
    """A certificate where one is needed; else it is enough to say that one can."""
    if task.skill is None or task.skill in helper.certified:
        return True
    return not task.certificate_needed and task.skill in helper.skills


def speaks(task: Task, helper: Helper) -> bool:
    return task.language is None or task.language in helper.languages


def is_free(task: Task, helper: Helper) -> bool:
    """Whether the visit lies within the hours that the helper gave; their bookings aside."""
    begins, ends = task.stop.begins, task.stop.ends
    return any(free <= begins and ends <= until for free, until in helper.free)


def may_come(task: Task, helper: Helper) -> bool:
    """All that does not depend on what else the helper does that day, but for the distance."""
    return (
        is_free(task, helper)
        and has_skill(task, helper)
        and speaks(task, helper)
        and helper.volunteer_id != task.elder_id
    )


def reaches(task: Task, helper: Helper) -> bool:
    metres = hypot(helper.x - task.stop.x, helper.y - task.stop.y)
    return metres <= helper.radius_metres


class Grid:
    """Things by the square they are in, to be looked up by nearness."""

    def __init__(self, places: Sequence[tuple[float, float]], numbers: Iterable[int]):
        self.cells: dict[tuple[int, int], list[int]] = {}
        for number in numbers:
            self.cells.setdefault(cell_of(*places[number]), []).append(number)

    def rings(self, x: float, y: float, most_metres: float) -> Iterator[tuple[float, list[int]]]:
        """Ring after ring of squares: what is in it, and below which distance all has come."""
        column, row = cell_of(x, y)
        for ring in range(int(most_metres // CELL_METRES) + 2):
            found: list[int] = []
            for cell in ring_of(column, row, ring):
                found += self.cells.get(cell, ())
            yield ring * CELL_METRES, found


def cell_of(x: float, y: float) -> tuple[int, int]:
    return int(x // CELL_METRES), int(y // CELL_METRES)


def ring_of(column: int, row: int, ring: int) -> Iterator[tuple[int, int]]:
    """The squares that are so many squares away.

    >>> len(list(ring_of(0, 0, 0))), len(list(ring_of(0, 0, 1))), len(list(ring_of(0, 0, 2)))
    (1, 8, 16)
    """
    if ring == 0:
        yield column, row
        return
    for across in range(-ring, ring + 1):
        yield column + across, row - ring
        yield column + across, row + ring
    for down in range(1 - ring, ring):
        yield column - ring, row + down
        yield column + ring, row + down


class Graph:
    """For each task the nearest helpers who may come, and the tasks that lie near it."""

    def __init__(self, tasks: Sequence[Task], helpers: Sequence[Helper]):
        self.tasks, self.helpers = tasks, helpers
        self.radius = [helper.radius_metres for helper in helpers]
        self.furthest = max(self.radius, default=0.0)
        self.number_of = {helper.volunteer_id: n for n, helper in enumerate(helpers)}
        self.places = [(helper.x, helper.y) for helper in helpers]
        self.grid = Grid(self.places, range(len(helpers)))
        # Looked up before distances are: who is there in an hour, and who of those has what is
        # needed. A day has few such kinds, and most helpers are none of theirs.
        self.by_hour: dict[int, list[int]] = {}
        self.by_need: dict[Need, Grid] = {}

    def there_in(self, hour: int) -> list[int]:
        """The helpers who are free at some time of an hour of the day."""
        if hour not in self.by_hour:
            begins, ends = hour * 60, hour * 60 + 60
            self.by_hour[hour] = [
                number
                for number, helper in enumerate(self.helpers)
                if any(free < ends and begins < until for free, until in helper.free)
            ]
        return self.by_hour[hour]

    def suitable(self, task: Task) -> Grid:
        """A grid of those who are there at the beginning and have what the task needs."""
        hour = task.stop.begins // 60
        need = (hour, task.skill, task.certificate_needed, task.language)
        if need not in self.by_need:
            numbers = [
                number
                for number in self.there_in(hour)
                if has_skill(task, self.helpers[number]) and speaks(task, self.helpers[number])
            ]
            self.by_need[need] = Grid(self.places, numbers)
        return self.by_need[need]

    def nearest(self, task: Task, most: int) -> list[int]:
        """At most so many helpers who may come, the nearest by their base."""
        x, y = task.stop.x, task.stop.y
        helpers, places, radius = self.helpers, self.places, self.radius
        own = self.number_of.get(task.elder_id)
        found: list[tuple[float, int]] = []
        for complete, members in self.suitable(task).rings(x, y, self.furthest):
            for number in members:
                there = places[number]
                metres = hypot(there[0] - x, there[1] - y)
                # The others of may_come's questions are answered by being in this grid.
                if metres <= radius[number] and number != own and is_free(task, helpers[number]):
                    found.append((metres, number))
            if len(found) >= most > 0:
                found = nsmallest(most, found)
                if found[-1][0] <= complete:
                    break
        return [number for _, number in nsmallest(most, found)]

    def neighbours(self, most: int, travel: Travel) -> list[list[int]]:
        """For each task the nearest others that one helper could do before or after it."""
        numbers = range(len(self.tasks))
        grid = Grid([(task.stop.x, task.stop.y) for task in self.tasks], numbers)
        return [self._neighbours(number, grid, most, travel) for number in numbers]

    def _neighbours(self, number: int, grid: Grid, most: int, travel: Travel) -> list[int]:
        stop = self.tasks[number].stop
        found: list[tuple[float, int]] = []
        for complete, members in grid.rings(stop.x, stop.y, self.furthest):
            for other in members:
                there = self.tasks[other].stop
                metres = hypot(there.x - stop.x, there.y - stop.y)
                if other != number and follows(stop, there, metres, travel):
                    found.append((metres, other))
            if len(found) >= most > 0:
                found = nsmallest(most, found)
                if found[-1][0] <= complete:
                    break
        return [other for _, other in nsmallest(most, found)]

    def why_unserved(self, task: Task) -> Unserved:
        """What stood in the way of a task that nobody was planned for."""
        near = [
            self.helpers[number]
            for _, members in self.grid.rings(task.stop.x, task.stop.y, self.furthest)
            for number in members
            if reaches(task, self.helpers[number])
            and self.helpers[number].volunteer_id != task.elder_id
        ]
        for reason, test in (
            (Unserved.NOBODY_NEAR, None),
            (Unserved.NOBODY_SKILLED, has_skill),
            (Unserved.NOBODY_SPEAKS, speaks),
            (Unserved.NOBODY_FREE, is_free),
        ):
            near = [helper for helper in near if test is None or test(task, helper)]
            if not near:
                return reason
        return Unserved.ALL_TAKEN


def follows(stop: Stop, other: Stop, metres: float, travel: Travel) -> bool:
    """Whether one helper could do both, in either order."""
    between = max(other.begins - stop.ends, stop.begins - other.ends)
    return between >= travel.minutes(metres)
