"""Visits: from check-in to check-out."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from services.kernel.calendar import CITY_TIME, city_date
from services.matching.domain import Credited, VisitState
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


def credited_to(session: Session, volunteer_id: UUID, moment: datetime) -> Credited:
    """What the volunteer was credited: for visits begun on that day of the city, and in all."""
    midnight = datetime.combine(city_date(moment), time(), tzinfo=CITY_TIME)
    begun = VisitRow.started_at
    of_day = and_(begun >= midnight, begun < midnight + timedelta(days=1))
    minutes = func.sum(VisitRow.minutes)
    query = select(func.coalesce(minutes.filter(of_day), 0), func.coalesce(minutes, 0)).where(
        VisitRow.volunteer_id == volunteer_id, VisitRow.state == VisitState.COMPLETED
    )
    today, in_all = session.execute(query).one()
    return Credited(int(today or 0), int(in_all or 0))
