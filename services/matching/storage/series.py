"""Weekly series: one, an elder's, those that are due; the days they leave out."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy import tuple_ as row_of
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.matching.contract import SeriesState
from services.matching.storage.tables import RequestRow
from services.matching.storage.tables_series import SeriesRow, SkipRow


DUE_SERIES_BATCH = 100
MOST_OCCURRENCES_SHOWN = 60


def add_series(session: Session, **columns: Any) -> SeriesRow:
    row = SeriesRow(**columns)
    session.add(row)
    session.flush()
    return row


def find_series(session: Session, series_id: UUID) -> SeriesRow | None:
    return session.get(SeriesRow, series_id)


def lock_series(session: Session, series_id: UUID) -> SeriesRow | None:
    """The series, which nobody else changes or makes requests of until the end."""
    query = select(SeriesRow).where(SeriesRow.series_id == series_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def lock_due_series(session: Session, horizon: date, today: date) -> list[SeriesRow]:
    """Active series with a day to make or at their end; those another works on are left out."""
    has_days = SeriesRow.made_until < func.least(SeriesRow.last_on, horizon)
    query = select(SeriesRow).where(
        SeriesRow.state == SeriesState.ACTIVE, or_(has_days, SeriesRow.last_on < today)
    )
    query = query.order_by(SeriesRow.made_until, SeriesRow.series_id).limit(DUE_SERIES_BATCH)
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def lock_series_of(session: Session, elder_id: UUID) -> list[SeriesRow]:
    """An elder's series that have not ended."""
    query = select(SeriesRow).where(
        SeriesRow.elder_id == elder_id, SeriesRow.state != SeriesState.ENDED
    )
    query = query.order_by(SeriesRow.series_id).with_for_update()
    return list(session.scalars(query.execution_options(populate_existing=True)))


def series_page(
    session: Session, elder_id: UUID, most: int, before: tuple[datetime, UUID] | None
) -> list[SeriesRow]:
    """A page of an elder's series, newest first."""
    query = select(SeriesRow).where(SeriesRow.elder_id == elder_id)
    if before is not None:
        query = query.where(row_of(SeriesRow.created_at, SeriesRow.series_id) < before)
    order = (SeriesRow.created_at.desc(), SeriesRow.series_id.desc())
    return list(session.scalars(query.order_by(*order).limit(most)))


def skip_day(session: Session, **columns: Any) -> None:
    """Leave a day out; doing so again changes nothing."""
    session.execute(insert(SkipRow).values(**columns).on_conflict_do_nothing())


def skipped_days(session: Session, series_id: UUID) -> frozenset[date]:
    query = select(SkipRow.occurs_on).where(SkipRow.series_id == series_id)
    return frozenset(session.scalars(query))


def requests_of_series(session: Session, series_id: UUID) -> list[RequestRow]:
    """The latest requests that a series has made, by day, the latest first."""
    query = select(RequestRow).where(RequestRow.series_id == series_id)
    query = query.order_by(RequestRow.occurs_on.desc()).limit(MOST_OCCURRENCES_SHOWN)
    return list(session.scalars(query))


def lock_requests_of_series(session: Session, series_id: UUID, after: date) -> list[RequestRow]:
    """The requests that a series has made for days after one."""
    query = select(RequestRow).where(
        RequestRow.series_id == series_id, RequestRow.occurs_on > after
    )
    query = query.order_by(RequestRow.occurs_on).with_for_update()
    return list(session.scalars(query.execution_options(populate_existing=True)))


def lock_occurrence(session: Session, series_id: UUID, occurs_on: date) -> RequestRow | None:
    query = select(RequestRow).where(
        RequestRow.series_id == series_id, RequestRow.occurs_on == occurs_on
    )
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))
