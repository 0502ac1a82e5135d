"""Finding: open requests near a volunteer, and volunteers near a request."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, Numeric, Text, and_, cast, func, literal, or_, select
from sqlalchemy import tuple_ as row_of
from sqlalchemy.dialects.postgresql import TSTZMULTIRANGE, insert
from sqlalchemy.orm import Session

from services.kernel.calendar import city_date
from services.matching.contract import RequestState
from services.matching.domain import EARTH_RADIUS_METRES, BookingState, VisitState
from services.matching.storage.globe import (
    around,
    chord,
    chord_of,
    metres_of,
    nearest_first,
    on_globe,
)
from services.matching.storage.tables import BookingRow, PersonRow, RequestRow, VisitRow
from services.matching.storage.tables_finding import ReputationRow
from services.matching.storage.tables_standing import SuspensionRow
from services.matching.storage.tables_volunteers import CertificateRow, VolunteerRow


Span = tuple[datetime, datetime]
# What is rounded as far lies in a square of about a hundred metres.
SQUARE_DECIMALS, SQUARE_METRES = 3, 100
ACTIVE_STATES = (BookingState.ACCEPTED, BookingState.UNDERWAY)
# A volunteer has fewer bookings ahead, as one a day for as far as anybody plans shows.
MOST_BOOKINGS_AHEAD = 500


@dataclass(frozen=True)
class Looked:
    """What a volunteer looks for, and from where."""

    latitude: float
    longitude: float
    radius_metres: int
    category: str | None = None
    item_code: str | None = None
    skill: str | None = None
    language: str | None = None
    starts_from: datetime | None = None
    ends_until: datetime | None = None


@dataclass(frozen=True)
class Able:
    """What a request may ask for to fit somebody, and when they are free for it."""

    free: Sequence[Span]
    skills: Sequence[str]
    certified: Sequence[str]
    languages: Sequence[str]


def nearby_requests(
    session: Session,
    looked: Looked,
    able: Able | None,
    not_of: UUID,
    now: datetime,
    most: int,
    after: tuple[float, UUID] | None,
) -> list[tuple[RequestRow, float, float]]:
    """Open requests with their way through the globe and their metres, nearest first.

    Measured is the place that all may see: distances to the exact one, asked for from three
    positions, would lead to the door.
    """
    here = on_globe(looked.latitude, looked.longitude)
    place = on_globe(RequestRow.public_latitude, RequestRow.public_longitude)
    straight = chord(place, here)
    conditions: list[ColumnElement[bool]] = [
        RequestRow.state == RequestState.OPEN,
        RequestRow.starts_at > now,
        RequestRow.elder_id != not_of,
        around(place, here, looked.radius_metres),
        straight <= chord_of(looked.radius_metres),
        *wishes(looked),
    ]
    if able is not None:
        conditions += abilities(able)
    if after is not None:
        conditions.append(row_of(straight, RequestRow.request_id) > after)
    nearest_first(session)
    query = select(RequestRow, straight).where(and_(*conditions))
    # The index knows the order by distance alone; who lives in one square comes in whole.
    nearest = session.execute(query.order_by(straight).fetch(most, with_ties=True))
    found = sorted(((row, way) for row, way in nearest), key=lambda pair: place_in_list(*pair))
    return [(row, way, metres_of(way)) for row, way in found[:most]]


def place_in_list(row: RequestRow, way: float) -> tuple[float, UUID]:
    return way, row.request_id


def wishes(looked: Looked) -> Iterable[ColumnElement[bool]]:
    for column, wish in (
        (RequestRow.category, looked.category),
        (RequestRow.item_code, looked.item_code),
        (RequestRow.skill, looked.skill),
        (RequestRow.language, looked.language),
    ):
        if wish is not None:
            yield column == wish
    if looked.starts_from is not None:
        yield RequestRow.starts_at >= looked.starts_from
    if looked.ends_until is not None:
        yield RequestRow.ends_at <= looked.ends_until


def abilities(able: Able) -> Iterable[ColumnElement[bool]]:
    window = func.tstzrange(RequestRow.starts_at, RequestRow.ends_at)
    yield window.op("<@")(spans_literal(able.free))
    skilled = and_(~RequestRow.certificate_needed, RequestRow.skill.in_(able.skills))
    certified = RequestRow.skill.in_(able.certified)
    yield or_(RequestRow.skill.is_(None), skilled, certified)
    yield or_(RequestRow.language.is_(None), RequestRow.language.in_(able.languages))


def spans_literal(spans: Sequence[Span]) -> ColumnElement[Any]:
    written = ",".join(f"[{start.isoformat()},{end.isoformat()})" for start, end in spans)
    return cast(literal("{" + written + "}", Text()), TSTZMULTIRANGE())


def booked_spans(session: Session, person_id: UUID, now: datetime) -> list[Span]:
    """When the volunteer has bookings ahead."""
    query = (
        select(BookingRow.starts_at, BookingRow.ends_at)
        .where(
            BookingRow.volunteer_id == person_id,
            BookingRow.state.in_(ACTIVE_STATES),
            BookingRow.ends_at > now,
        )
        .order_by(BookingRow.starts_at)
        .limit(MOST_BOOKINGS_AHEAD)
    )
    return [(start, end) for start, end in session.execute(query)]


@dataclass(frozen=True)
class NearVolunteer:
    """A volunteer near a request, with the name to show and the distance."""

    row: VolunteerRow
    name: str
    metres: float


def near_volunteers(
    session: Session, request: RequestRow, furthest_metres: int, most: int
) -> list[NearVolunteer]:
    """The nearest who come as far, may volunteer and have nothing else then.

    Measured is to the square they live in: distances to the home itself, and who is still within
    them, would lead to it from a few places that somebody asks for.
    """
    here = on_globe(request.latitude, request.longitude)
    place = on_globe(VolunteerRow.latitude, VolunteerRow.longitude)
    square = on_globe(rounded(VolunteerRow.latitude), rounded(VolunteerRow.longitude))
    straight = chord(square, here)
    busy = select(BookingRow.booking_id).where(
        BookingRow.volunteer_id == VolunteerRow.person_id,
        BookingRow.state.in_(ACTIVE_STATES),
        func.tstzrange(BookingRow.starts_at, BookingRow.ends_at).op("&&")(
            func.tstzrange(request.starts_at, request.ends_at)
        ),
    )
    conditions = [
        around(place, here, furthest_metres + SQUARE_METRES),
        straight <= chord_of(furthest_metres),
        straight * EARTH_RADIUS_METRES <= VolunteerRow.radius_metres,
        VolunteerRow.person_id != request.elder_id,
        *may_serve(),
        ~busy.exists(),
    ]
    if request.skill is not None:
        conditions.append(skilled(request.skill, request.certificate_needed, request.starts_at))
    nearest_first(session)
    query = (
        select(VolunteerRow, PersonRow.name, straight)
        .join(PersonRow, PersonRow.person_id == VolunteerRow.person_id)
        .where(and_(*conditions))
        .order_by(chord(place, here))
        .limit(most)
    )
    found = (NearVolunteer(row, name, metres_of(way)) for row, name, way in session.execute(query))
    return sorted(found, key=lambda each: each.metres)


def rounded(degrees: Any) -> ColumnElement[float]:
    return cast(func.round(cast(degrees, Numeric()), SQUARE_DECIMALS), Float())


def may_serve() -> tuple[Any, ...]:
    """Of a person: a volunteer who is verified, has not left, and is not suspended."""
    suspended = select(SuspensionRow.person_id).where(
        SuspensionRow.person_id == PersonRow.person_id, SuspensionRow.is_suspended
    )
    return (
        PersonRow.willing_and_healthy,
        PersonRow.verified,
        PersonRow.closed_on.is_(None),
        ~suspended.exists(),
    )


def skilled(skill: str, certificate_needed: bool, moment: datetime) -> ColumnElement[bool]:
    certified = (
        select(CertificateRow.certificate_id)
        .where(
            CertificateRow.person_id == VolunteerRow.person_id,
            CertificateRow.skill == skill,
            CertificateRow.withdrawn_at.is_(None),
            or_(
                CertificateRow.valid_until.is_(None),
                CertificateRow.valid_until >= city_date(moment),
            ),
        )
        .exists()
    )
    return (
        certified
        if certificate_needed
        else or_(literal(skill) == func.any(VolunteerRow.skills), certified)
    )


def save_reputation(
    session: Session, volunteer_id: UUID, ratings: int, stars_sum: int, sequence: int
) -> None:
    """Keep what is newer than what we have."""
    row = insert(ReputationRow).values(
        volunteer_id=volunteer_id, ratings=ratings, stars_sum=stars_sum, sequence=sequence
    )
    newer = {name: row.excluded[name] for name in ("ratings", "stars_sum", "sequence")}
    session.execute(
        row.on_conflict_do_update(
            index_elements=["volunteer_id"],
            set_=newer,
            where=ReputationRow.sequence < row.excluded.sequence,
        )
    )


def reputations_of(session: Session, volunteers: Iterable[UUID]) -> dict[UUID, tuple[int, int]]:
    """By volunteer, how many ratings and what they add up to."""
    query = select(ReputationRow).where(ReputationRow.volunteer_id.in_(list(volunteers)))
    return {row.volunteer_id: (row.ratings, row.stars_sum) for row in session.scalars(query)}


def visits_together(
    session: Session, volunteers: Iterable[UUID], elders: Iterable[UUID]
) -> dict[tuple[UUID, UUID], int]:
    """How many completed visits each volunteer has made to each of these elders."""
    query = (
        select(VisitRow.volunteer_id, VisitRow.elder_id, func.count())
        .where(
            VisitRow.volunteer_id.in_(list(volunteers)),
            VisitRow.elder_id.in_(list(elders)),
            VisitRow.state == VisitState.COMPLETED,
        )
        .group_by(VisitRow.volunteer_id, VisitRow.elder_id)
    )
    return {(volunteer, elder): count for volunteer, elder, count in session.execute(query)}


def minutes_since(session: Session, volunteers: Iterable[UUID], since: datetime) -> dict[UUID, int]:
    """What each volunteer was credited for visits begun since then."""
    query = (
        select(VisitRow.volunteer_id, func.sum(VisitRow.minutes))
        .where(
            VisitRow.volunteer_id.in_(list(volunteers)),
            VisitRow.state == VisitState.COMPLETED,
            VisitRow.started_at >= since,
        )
        .group_by(VisitRow.volunteer_id)
    )
    return {volunteer: int(minutes or 0) for volunteer, minutes in session.execute(query)}
