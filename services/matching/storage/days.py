"""A day of an area as dispatch needs it: open requests, willing volunteers, what is booked."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from math import hypot
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from services.kernel.calendar import CITY_TIME, age_on, city_date
from services.matching.contract import RequestState
from services.matching.domain import BookingState, VisitState
from services.matching.domain.candidates import Task
from services.matching.domain.finding_policy import PlanningPolicy
from services.matching.domain.routes import Helper, Stop, flat
from services.matching.domain.volunteers import free_on
from services.matching.storage.finding import may_serve
from services.matching.storage.globe import around, on_globe
from services.matching.storage.profiles import certificates_of, profile_from
from services.matching.storage.tables import BookingRow, PersonRow, RequestRow, VisitRow
from services.matching.storage.tables_volunteers import VolunteerRow


# A district has fewer, and a plan of more would take longer than anybody waits.
MOST_REQUESTS = 10_000
MOST_VOLUNTEERS = 50_000
SECONDS_A_MINUTE = 60
COUNTED = (BookingState.ACCEPTED, BookingState.UNDERWAY, BookingState.EXCEPTED)


def midnight_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=CITY_TIME)


def requests_of_day(session: Session, area: str, day: date, now: datetime) -> list[RequestRow]:
    """The area's open requests that begin on the day, in the order in which they were made."""
    midnight = midnight_of(day)
    in_area = RequestRow.district == area if len(area) == 6 else RequestRow.street == area
    query = (
        select(RequestRow)
        .where(
            RequestRow.state == RequestState.OPEN,
            RequestRow.starts_at >= max(midnight, now),
            RequestRow.starts_at < midnight + timedelta(days=1),
            RequestRow.district == area[:6],
            in_area,
        )
        .order_by(RequestRow.created_at, RequestRow.request_id)
        .limit(MOST_REQUESTS)
    )
    return list(session.scalars(query))


class Ground:
    """The plane on which a day is planned: metres from the middle, minutes from midnight."""

    def __init__(self, latitude: float, longitude: float, day: date):
        self.latitude, self.longitude = latitude, longitude
        self.midnight = midnight_of(day)

    @staticmethod
    def of(requests: list[RequestRow], day: date) -> "Ground":
        latitude = sum(row.latitude for row in requests) / len(requests)
        longitude = sum(row.longitude for row in requests) / len(requests)
        return Ground(latitude, longitude, day)

    def reach(self, requests: list[RequestRow]) -> float:
        """How far the furthest of them is from the middle."""
        return max(hypot(*self.place(row)) for row in requests)

    def place(self, row: Any) -> tuple[float, float]:
        return flat(row.latitude, row.longitude, self.latitude, self.longitude)

    def stop(self, row: RequestRow, minutes: int) -> Stop:
        """Part minutes are counted against whoever plans: as begun before, as ended after."""
        begins = (row.starts_at - self.midnight).total_seconds() // SECONDS_A_MINUTE
        ends = -((self.midnight - row.ends_at).total_seconds() // SECONDS_A_MINUTE)
        x, y = self.place(row)
        return Stop(row.request_id, x, y, int(begins), int(ends), minutes)


def tasks_of(
    session: Session, requests: list[RequestRow], ground: Ground, special: set[UUID], now: datetime
) -> list[Task]:
    """The requests as dispatch sees them, with the volunteers whom each elder knows."""
    elders = {row.elder_id for row in requests}
    known: dict[UUID, set[UUID]] = {}
    visited = select(VisitRow.elder_id, VisitRow.volunteer_id).where(
        VisitRow.elder_id.in_(elders), VisitRow.state == VisitState.COMPLETED
    )
    for elder_id, volunteer_id in session.execute(visited.distinct()):
        known.setdefault(elder_id, set()).add(volunteer_id)
    for row in requests:
        if row.preferred_volunteer_id is not None:
            known.setdefault(row.elder_id, set()).add(row.preferred_volunteer_id)
    return [
        Task(
            ground.stop(row, row.minutes),
            row.elder_id,
            row.skill,
            row.certificate_needed,
            row.language,
            row.elder_id in special,
            (now - row.created_at).days,
            frozenset(known.get(row.elder_id, ())),
        )
        for row in requests
    ]


def around_here(ground: Ground, metres: float) -> ColumnElement[bool]:
    here = on_globe(ground.latitude, ground.longitude)
    return around(on_globe(VolunteerRow.latitude, VolunteerRow.longitude), here, metres)


def among(volunteers: Iterable[UUID]) -> ColumnElement[bool]:
    return VolunteerRow.person_id.in_(list(volunteers))


def helpers_of(
    session: Session,
    which: ColumnElement[bool],
    ground: Ground,
    day: date,
    furthest_metres: int,
    policy: PlanningPolicy,
) -> list[Helper]:
    """Those of the volunteers who may be planned for and give hours of the day, with their ways.

    Nobody under age is: whether their guardian has time, no plan knows.
    """
    query = (
        select(VolunteerRow, PersonRow.birth_date)
        .join(PersonRow, PersonRow.person_id == VolunteerRow.person_id)
        .where(
            VolunteerRow.dispatchable,
            which,
            *may_serve(),
        )
        .order_by(VolunteerRow.person_id)
        .limit(MOST_VOLUNTEERS)
    )
    rows = [row for row, born in session.execute(query) if age_on(born, day) >= policy.adult_age]
    ids = [row.person_id for row in rows]
    certificates = certificates_of(session, ids, day)
    stops, spent = booked_stops(session, ids, ground, day)
    helpers = []
    for row in rows:
        profile = profile_from(row, certificates.get(row.person_id, ()))
        free = free_on(profile, day)
        if not free:
            continue
        x, y = ground.place(row)
        helpers.append(
            Helper(
                row.person_id,
                x,
                y,
                min(row.radius_metres, furthest_metres),
                free,
                min(row.most_minutes_a_day, policy.most_minutes_a_day),
                profile.skills,
                profile.certified,
                profile.languages,
                spent.get(row.person_id, 0),
                tuple(stops.get(row.person_id, ())),
            )
        )
    return helpers


def booked_stops(
    session: Session, volunteers: Iterable[UUID], ground: Ground, day: date
) -> tuple[dict[UUID, list[Stop]], dict[UUID, int]]:
    """By volunteer, the visits ahead on the day, and the minutes of those made already."""
    ends = ground.midnight + timedelta(days=1)
    query = (
        select(BookingRow.volunteer_id, RequestRow)
        .join(RequestRow, RequestRow.request_id == BookingRow.request_id)
        .where(
            BookingRow.volunteer_id.in_(list(volunteers)),
            BookingRow.state.in_(COUNTED),
            BookingRow.starts_at < ends,
            BookingRow.ends_at > ground.midnight,
        )
    )
    stops: dict[UUID, list[Stop]] = {}
    for volunteer_id, row in session.execute(query):
        # What reaches over midnight counts to the day on which it begins.
        minutes = row.minutes if city_date(row.starts_at) == day else 0
        stops.setdefault(volunteer_id, []).append(ground.stop(row, minutes))
    made = (
        select(VisitRow.volunteer_id, func.sum(VisitRow.minutes))
        .where(
            VisitRow.volunteer_id.in_(list(volunteers)),
            VisitRow.state == VisitState.COMPLETED,
            and_(VisitRow.started_at >= ground.midnight, VisitRow.started_at < ends),
        )
        .group_by(VisitRow.volunteer_id)
    )
    spent = {volunteer: int(minutes or 0) for volunteer, minutes in session.execute(made)}
    return stops, spent
