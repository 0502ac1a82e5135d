"""Visits: from check-in to check-out."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.kernel.calendar import CITY_TIME, city_date
from services.matching.domain import VisitState
from services.matching.storage.tables import VisitRow


def add_visit(session: Session, **columns: Any) -> VisitRow:
    row = VisitRow(**columns)
    session.add(row)
    session.flush()
    return row


def find_visit(session: Session, visit_id: UUID) -> VisitRow | None:
    return session.get(VisitRow, visit_id)


def lock_visit(session: Session, visit_id: UUID) -> VisitRow | None:
    query = select(VisitRow).where(VisitRow.visit_id == visit_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def visit_of_booking(session: Session, booking_id: UUID) -> VisitRow | None:
    query = select(VisitRow).where(VisitRow.booking_id == booking_id)
    return session.scalar(query.execution_options(populate_existing=True))


def credited_minutes_of_day(session: Session, volunteer_id: UUID, moment: datetime) -> int:
    """What the volunteer was credited for visits begun on that day of the city's calendar."""
    midnight = datetime.combine(city_date(moment), time(), tzinfo=CITY_TIME)
    query = select(func.coalesce(func.sum(VisitRow.minutes), 0)).where(
        VisitRow.volunteer_id == volunteer_id,
        VisitRow.state == VisitState.COMPLETED,
        VisitRow.started_at >= midnight,
        VisitRow.started_at < midnight + timedelta(days=1),
    )
    return int(session.scalar(query) or 0)
