"""A volunteer's way through a day: from the base to visit after visit, and home again.

Places are metres on a plane, times are whole minutes from the day's beginning.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, cos, hypot, radians
from uuid import UUID

from services.matching.domain.places import EARTH_RADIUS_METRES


@dataclass(frozen=True, slots=True)
class Travel:
    """How long a way takes: on foot, or by bus when that is faster."""

    way_factor: float
    walking_metres_a_minute: float
    bus_metres_a_minute: float
    bus_wait_minutes: float

    def minutes(self, metres: float) -> int:
        """
        >>> Travel(1.3, 70, 200, 10).minutes(500), Travel(1.3, 70, 200, 10).minutes(5000)
        (10, 43)
        """
        way = metres * self.way_factor
        by_bus = self.bus_wait_minutes + way / self.bus_metres_a_minute
        return ceil(min(way / self.walking_metres_a_minute, by_bus))


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit that somebody is to make, planned now or booked before."""

    request_id: UUID
    x: float
    y: float
    begins: int
    ends: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Helper:
    """A volunteer on the day: from where, when, how far, how much, and what they can."""

    volunteer_id: UUID
    x: float
    y: float
    radius_metres: float
    free: tuple[tuple[int, int], ...]
    most_minutes: int
    skills: frozenset[str] = frozenset()
    certified: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    # Of visits that count to this day and are not among the stops, as those already made.
    spent_minutes: int = 0
    stops: tuple[Stop, ...] = ()


@dataclass(slots=True)
class Route:
    """The stops of one helper in order of time, and what they add up to."""

    x: float
    y: float
    stops: list[Stop]
    left_minutes: int

    def place(self, stop: Stop, travel: Travel) -> float | None:
        """How many metres longer the way becomes by this stop; None when it does not fit."""
        if stop.minutes > self.left_minutes:
            return None
        stops = self.stops
        if not stops:
            return 2 * hypot(stop.x - self.x, stop.y - self.y)
        after = 0
        while after < len(stops) and stops[after].begins < stop.begins:
            after += 1
        from_x, from_y, to_x, to_y = self.x, self.y, self.x, self.y
        latest = earliest = None
        if after:
            before = stops[after - 1]
            from_x, from_y = before.x, before.y
            earliest = stop.begins - before.ends
            if earliest < 0:
                return None
        if after < len(stops):
            behind = stops[after]
            to_x, to_y = behind.x, behind.y
            latest = behind.begins - stop.ends
            if latest < 0:
                return None
        there = hypot(stop.x - from_x, stop.y - from_y)
        if earliest is not None and travel.minutes(there) > earliest:
            return None
        onward = hypot(to_x - stop.x, to_y - stop.y)
        if latest is not None and travel.minutes(onward) > latest:
            return None
        return there + onward - hypot(to_x - from_x, to_y - from_y)

    def add(self, stop: Stop) -> None:
        after = 0
        while after < len(self.stops) and self.stops[after].begins < stop.begins:
            after += 1
        self.stops.insert(after, stop)
        self.left_minutes -= stop.minutes

    def remove(self, stop: Stop) -> None:
        self.stops.remove(stop)
        self.left_minutes += stop.minutes

    @property
    def metres(self) -> float:
        return way_metres(self.x, self.y, self.stops)


def route_of(helper: Helper) -> Route:
    """The way as it is booked already."""
    stops = sorted(helper.stops, key=lambda stop: stop.begins)
    left = helper.most_minutes - helper.spent_minutes - sum(stop.minutes for stop in stops)
    return Route(helper.x, helper.y, stops, left)


def way_metres(x: float, y: float, stops: Sequence[Stop]) -> float:
    """From a base by these stops and back.

    >>> way_metres(0, 0, [Stop(UUID(int=1), 3, 4, 0, 60, 60)])
    10.0
    """
    total, at_x, at_y = 0.0, x, y
    for stop in stops:
        total += hypot(stop.x - at_x, stop.y - at_y)
        at_x, at_y = stop.x, stop.y
    return total + hypot(x - at_x, y - at_y) if stops else 0.0


def flat(
    latitude: float, longitude: float, about_latitude: float, about_longitude: float
) -> tuple[float, float]:
    """A position as metres east and north of another; a city is flat to a thousandth.

    >>> [round(metres) for metres in flat(39.9087, 116.3975, 39.9042, 116.4074)]
    [-844, 500]
    """
    east = radians(longitude - about_longitude) * cos(radians(about_latitude))
    north = radians(latitude - about_latitude)
    return east * EARTH_RADIUS_METRES, north * EARTH_RADIUS_METRES
