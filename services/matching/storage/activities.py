"""Activities and their places, always locked after the activity's request."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy import tuple_ as row_of
from sqlalchemy.orm import Session

from services.matching.domain.activities import BEFORE_IT_BEGINS, TAKEN
from services.matching.storage.tables import RequestRow
from services.matching.storage.tables_activities import ActivityRow, ProgrammeRow, SeatRow


def add_activity(session: Session, **columns: Any) -> ActivityRow:
    row = ActivityRow(**columns)
    session.add(row)
    session.flush()
    return row


def find_activity(session: Session, request_id: UUID) -> ActivityRow | None:
    return session.get(ActivityRow, request_id)


def add_programme(session: Session, **columns: Any) -> ProgrammeRow:
    row = ProgrammeRow(**columns)
    session.add(row)
    session.flush()
    return row


def find_programme(session: Session, programme_id: UUID) -> ProgrammeRow | None:
    return session.get(ProgrammeRow, programme_id)


def add_seat(session: Session, **columns: Any) -> SeatRow:
    row = SeatRow(**columns)
    session.add(row)
    session.flush()
    return row


def find_seat(session: Session, seat_id: UUID) -> SeatRow | None:
    return session.get(SeatRow, seat_id)


def seats_of(session: Session, request_id: UUID) -> list[SeatRow]:
    """Every place that was asked for, in the order of asking."""
    query = select(SeatRow).where(SeatRow.request_id == request_id)
    query = query.order_by(SeatRow.created_at, SeatRow.place, SeatRow.seat_id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def seats_taken_by(session: Session, elder_id: UUID) -> list[UUID]:
    """The places that an elder has in whatever is still to come, or goes on."""
    query = select(SeatRow.seat_id).where(SeatRow.elder_id == elder_id, SeatRow.state.in_(TAKEN))
    return list(session.scalars(query.order_by(SeatRow.request_id)))


def taken_counts(session: Session, request_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many places are taken, by activity."""
    query = select(SeatRow.request_id, func.count()).where(
        SeatRow.request_id.in_(request_ids), SeatRow.state.in_(TAKEN)
    )
    return {
        request_id: count
        for request_id, count in session.execute(query.group_by(SeatRow.request_id))
    }


def activities_page(
    session: Session, area: str, now: datetime, most: int, after: tuple[datetime, UUID] | None
) -> list[tuple[RequestRow, ActivityRow]]:
    """What is still to come in an area, soonest first."""
    query = (
        select(RequestRow, ActivityRow)
        .join(ActivityRow, ActivityRow.request_id == RequestRow.request_id)
        .where(
            RequestRow.is_activity,
            RequestRow.street.startswith(area),
            RequestRow.starts_at > now,
            RequestRow.state.in_(BEFORE_IT_BEGINS),
        )
        .order_by(RequestRow.starts_at, RequestRow.request_id)
    )
    if after is not None:
        query = query.where(row_of(RequestRow.starts_at, RequestRow.request_id) > after)
    return [(row, activity) for row, activity in session.execute(query.limit(most))]
