"""What lies around a visit: those at the same time, before and after, and who served whom."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.matching.contract import SeatState
from services.matching.domain import Around, VisitState, end_of
from services.matching.storage.tables import RequestRow, VisitRow
from services.matching.storage.tables_activities import SeatRow
from services.matching.storage.tables_devices import SeenDeviceRow


# More of one person at one time, or served by one, are enough to be seen by their count.
MOST_AT_ONCE = 20
MOST_SERVED = 500
# In a visit that waits for a clerk without a check-out nobody is thought to be still; it counts as
# long as was planned.
PLANNED_END = VisitRow.started_at + func.make_interval(0, 0, 0, 0, 0, RequestRow.minutes)
ENDED_AT = func.coalesce(
    VisitRow.ended_at, case((VisitRow.state == VisitState.EXCEPTED, PLANNED_END))
)


def around() -> Select[VisitRow, float, float, datetime]:
    """Visits with their place, and with their end as far as it is known."""
    return select(VisitRow, RequestRow.latitude, RequestRow.longitude, ENDED_AT).join(
        RequestRow, RequestRow.request_id == VisitRow.request_id
    )


def found_around(session: Session, query: Select[VisitRow, float, float, datetime]) -> list[Around]:
    return [as_around(row, (lat, lon), ended) for row, lat, lon, ended in session.execute(query)]


def as_around(row: VisitRow, place: tuple[float, float], ended_at: datetime | None) -> Around:
    return Around(
        row.visit_id,
        row.request_id,
        row.elder_id,
        row.volunteer_id,
        row.started_at,
        ended_at,
        place,
    )


def visits_at_the_same_time(session: Session, seen: Around, is_activity: bool) -> list[Around]:
    """Others of the volunteer or the elder, also those still under way.

    Whoever organises activities has many at once: there only the volunteer is looked at. An elder
    with a place in one is noticed at home.
    """
    of_elder = or_(
        and_(VisitRow.elder_id == seen.elder_id, ~RequestRow.is_activity),
        VisitRow.request_id.in_(activities_of(seen.elder_id)),
    )
    of_volunteer = VisitRow.volunteer_id == seen.volunteer_id
    query = around().where(
        of_volunteer if is_activity else or_(of_volunteer, of_elder),
        VisitRow.visit_id != seen.visit_id,
        VisitRow.started_at < end_of(seen),
        or_(ENDED_AT.is_(None), seen.started_at < ENDED_AT),
    )
    return found_around(session, query.order_by(VisitRow.started_at.desc()).limit(MOST_AT_ONCE))


def activities_of(elder_id: UUID) -> Select[UUID]:
    """The activities in which an elder has a place and was not marked as absent."""
    return select(SeatRow.request_id).where(
        SeatRow.elder_id == elder_id,
        SeatRow.state.in_((SeatState.HELD, SeatState.ATTENDED)),
        ~SeatRow.is_absent,
    )


def neighbours(session: Session, seen: Around) -> list[Around]:
    """The volunteer's visit just before, and the one just after if that is known already."""
    mine = around().where(
        VisitRow.volunteer_id == seen.volunteer_id, VisitRow.visit_id != seen.visit_id
    )
    before = mine.where(VisitRow.started_at <= seen.started_at, VisitRow.ended_at.is_not(None))
    after = mine.where(VisitRow.started_at > seen.started_at)
    return [
        *found_around(session, before.order_by(VisitRow.started_at.desc()).limit(1)),
        *found_around(session, after.order_by(VisitRow.started_at).limit(1)),
    ]


def of_one_elder() -> ColumnElement[bool]:
    """Not a group activity, whose request names who organises it."""
    activities = select(RequestRow.request_id).where(
        RequestRow.request_id == VisitRow.request_id, RequestRow.is_activity
    )
    return ~exists(activities)


def times_served(session: Session, giver_id: UUID, receiver_id: UUID, since: datetime) -> int:
    query = select(func.count()).where(
        VisitRow.volunteer_id == giver_id,
        VisitRow.elder_id == receiver_id,
        VisitRow.started_at >= since,
        of_one_elder(),
    )
    return session.scalar(query) or 0


def served_from(
    session: Session, person_id: UUID, since: datetime, most_edges: int
) -> list[tuple[UUID, UUID]]:
    """Who served whom, from one person on, so many steps far; a bounded search."""
    edges: set[tuple[UUID, UUID]] = set()
    known, frontier = {person_id}, {person_id}
    for _ in range(most_edges):
        query = (
            select(VisitRow.volunteer_id, VisitRow.elder_id)
            .where(
                VisitRow.volunteer_id.in_(frontier), VisitRow.started_at >= since, of_one_elder()
            )
            .distinct()
            .limit(MOST_SERVED)
        )
        steps = {(giver, receiver) for giver, receiver in session.execute(query)}
        edges |= steps
        frontier = {receiver for _, receiver in steps} - known
        known |= frontier
        if not frontier:
            break
    return sorted(edges)


def note_device(session: Session, person_id: UUID, device_index: str | None, now: datetime) -> None:
    """Remember that somebody used this phone, and when last."""
    if device_index is None:
        return
    row = insert(SeenDeviceRow).values(person_id=person_id, device_index=device_index, seen_at=now)
    latest = func.greatest(SeenDeviceRow.seen_at, row.excluded.seen_at)
    keys = ["person_id", "device_index"]
    session.execute(row.on_conflict_do_update(index_elements=keys, set_={"seen_at": latest}))


def devices_used(
    session: Session, person_id: UUID, among: Iterable[str], since: datetime
) -> set[str]:
    """Which of these phones the person has used since then."""
    query = select(SeenDeviceRow.device_index).where(
        SeenDeviceRow.person_id == person_id,
        SeenDeviceRow.device_index.in_(list(among)),
        SeenDeviceRow.seen_at >= since,
    )
    return set(session.scalars(query))
