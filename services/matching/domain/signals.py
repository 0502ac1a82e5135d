"""What puts a visit before a clerk: pure looks at the visit and at those around it.

None of these refuses anything. Each says what was found, so that the clerk can judge.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.kernel.calendar import CITY_TIME
from services.matching.contract import ExceptionReason
from services.matching.domain.places import haversine_metres
from services.matching.domain.proofs import Signal
from services.matching.domain.rules_of_visits import IntegrityRules, VisitRules


HOUR_SECONDS = 3600.0
METRES_A_KM = 1000.0
R = ExceptionReason
# What is looked at around a visit, and again when its end becomes known.
LOOKED_AT = frozenset(
    {
        R.OVERLAP,
        R.OVER_LONG,
        R.IMPOSSIBLE_TRAVEL,
        R.UNUSUAL_HOURS,
        R.SAME_DEVICE,
        R.BOTH_SIDES,
        R.ROUND_TRIP,
        R.RING,
    }
)


@dataclass(frozen=True)
class Around:
    """A visit as those around it see it; ``ended_at`` is None while it is under way."""

    visit_id: UUID
    request_id: UUID
    elder_id: UUID
    volunteer_id: UUID
    started_at: datetime
    ended_at: datetime | None
    place: tuple[float, float]


@dataclass(frozen=True)
class Facts:
    """What matching knows around a visit that has just ended."""

    planned_minutes: int
    # Visits of the volunteer or of the elder that are going on at the same time.
    same_time: Sequence[Around] = ()
    # The volunteer's visits that ended last before this one, and began first after it.
    neighbours: Sequence[Around] = ()
    # How often the elder has served the volunteer within the policy's days.
    served_back: int = 0
    # Who has served whom within the policy's days, from the elder on.
    served: Sequence[tuple[UUID, UUID]] = ()
    # The ends of this visit at which the volunteer's device was one that the elder uses.
    elders_device_at: Sequence[str] = ()
    # In which ways the volunteer stands on the elder's side as well.
    elders_side: Sequence[str] = ()


def signals_of(
    visit: Around, facts: Facts, rules: VisitRules, integrity: IntegrityRules
) -> list[Signal]:
    """All that a clerk should see of a visit that has ended, in the order of the reasons."""
    looks: tuple[Callable[[], Iterable[Signal]], ...] = (
        lambda: overlap(visit, facts.same_time),
        lambda: over_long(visit, facts.planned_minutes, rules),
        lambda: impossible_travel(visit, facts.neighbours, rules, integrity),
        lambda: unusual_hours(visit, integrity),
        lambda: same_device(facts.elders_device_at),
        lambda: both_sides(facts.elders_side),
        lambda: round_trip(facts.served_back, integrity),
        lambda: ring(visit, facts.served, integrity),
    )
    return [signal for look in looks for signal in look()]


def end_of(visit: Around) -> datetime:
    assert visit.ended_at is not None, "only a visit that has ended is looked at"
    return visit.ended_at


def overlap(visit: Around, others: Iterable[Around]) -> Iterable[Signal]:
    """The volunteer was elsewhere at the same time, or the elder had somebody else there.

    Several volunteers of one request, as at a lecture, are there together rightly.
    """
    found = []
    for other in others:
        ended_at = other.ended_at or end_of(visit)
        begins, ends = max(visit.started_at, other.started_at), min(end_of(visit), ended_at)
        if other.request_id == visit.request_id or begins >= ends:
            continue
        of = "volunteer" if other.volunteer_id == visit.volunteer_id else "elder"
        minutes = (ends - begins) // timedelta(minutes=1)
        found.append({"visit_id": str(other.visit_id), "of": of, "minutes": minutes})
    return [Signal(R.OVERLAP, {"visits": found, "count": len(found)})] if found else []


def over_long(visit: Around, planned_minutes: int, rules: VisitRules) -> Iterable[Signal]:
    served = (end_of(visit) - visit.started_at) // timedelta(minutes=1)
    if served <= planned_minutes + rules.over_long_minutes:
        return []
    return [Signal(R.OVER_LONG, {"minutes": served, "planned_minutes": planned_minutes})]


def impossible_travel(
    visit: Around, neighbours: Iterable[Around], rules: VisitRules, integrity: IntegrityRules
) -> Iterable[Signal]:
    """Nobody gets from one place to the next so fast; both ends may err by the geofence."""
    for other in neighbours:
        if other.ended_at is None:
            continue
        first, second = sorted((visit, other), key=lambda each: each.started_at)
        gap = (second.started_at - end_of(first)).total_seconds()
        if gap < 0:
            continue  # an overlap, which is a reason of its own
        metres = haversine_metres(*first.place, *second.place) - 2 * rules.geofence_metres
        needed = max(0.0, metres) / METRES_A_KM / integrity.travel_kmh * HOUR_SECONDS
        if gap < needed:
            distance = round(haversine_metres(*first.place, *second.place))
            evidence = {"visit_id": str(other.visit_id), "distance_metres": distance}
            evidence["gap_minutes"] = int(gap // 60)
            return [Signal(R.IMPOSSIBLE_TRAVEL, evidence)]
    return []


def unusual_hours(visit: Around, integrity: IntegrityRules) -> Iterable[Signal]:
    """A visit that began or ended at night, by the clock of the city."""
    for moment in (visit.started_at, end_of(visit)):
        local = moment.astimezone(CITY_TIME)
        hour = local.hour + local.minute / 60
        if not integrity.usual_from_hour <= hour <= integrity.usual_until_hour:
            return [Signal(R.UNUSUAL_HOURS, {"time": f"{local:%H:%M}"})]
    return []


def same_device(ends: Sequence[str]) -> Iterable[Signal]:
    return [Signal(R.SAME_DEVICE, {"ends": list(ends)})] if ends else []


def both_sides(ways: Sequence[str]) -> Iterable[Signal]:
    """Who asks, acts for the elder, is their ward, or issued the card, says both sides' words."""
    return [Signal(R.BOTH_SIDES, {"roles": list(ways)})] if ways else []


def round_trip(served_back: int, integrity: IntegrityRules) -> Iterable[Signal]:
    """The elder serves the volunteer as well, again and again."""
    if served_back < integrity.round_trips:
        return []
    evidence = {"count": served_back, "days": integrity.round_trip_days}
    return [Signal(R.ROUND_TRIP, evidence)]


def ring(
    visit: Around, served: Iterable[tuple[UUID, UUID]], integrity: IntegrityRules
) -> Iterable[Signal]:
    """Each served the next, and the last one this volunteer: A→B→C→A."""
    path = shortest_path(visit.elder_id, visit.volunteer_id, served, integrity.ring_longest - 1)
    # Two who serve each other are no ring but a round trip, with a measure of its own.
    if path is None or len(path) <= 2:
        return []
    people = [str(person) for person in (visit.volunteer_id, *path[:-1])]
    return [Signal(R.RING, {"people": people, "count": len(people), "days": integrity.ring_days})]


def shortest_path(
    start: UUID, goal: UUID, edges: Iterable[tuple[UUID, UUID]], most_edges: int
) -> list[UUID] | None:
    """People from start to goal, each having served the next; the direct edge is left out.

    >>> a, b, c = (UUID(int=n) for n in range(3))
    >>> shortest_path(b, a, [(b, c), (c, a)], 3) == [b, c, a]
    True
    """
    after: dict[UUID, list[UUID]] = {}
    for giver, receiver in edges:
        after.setdefault(giver, []).append(receiver)
    paths, seen = [[start]], {start}
    for _ in range(most_edges):
        longer = []
        for path in paths:
            for person in after.get(path[-1], ()):
                if person == goal and len(path) > 1:
                    return [*path, goal]
                if person not in seen and person != goal:
                    seen.add(person)
                    longer.append([*path, person])
        paths = longer
    return None
