"""Requests: one, a person's, those nearby, those that time has overtaken."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    and_,
    exists,
    or_,
    select,
)
from sqlalchemy import tuple_ as row_of
from sqlalchemy.orm import Session

from services.matching.contract import DeviceKind, DeviceState, RequestState
from services.matching.domain import BookingState
from services.matching.domain.rules_of_visits import VisitRules
from services.matching.storage.tables import BookingRow, RequestRow
from services.matching.storage.tables_devices import DeviceRow


DUE_BATCH = 200


def add_request(session: Session, **columns: Any) -> RequestRow:
    row = RequestRow(**columns)
    session.add(row)
    session.flush()
    return row


def find_request(session: Session, request_id: UUID) -> RequestRow | None:
    return session.get(RequestRow, request_id)


def lock_request(session: Session, request_id: UUID) -> RequestRow | None:
    """The request, which nobody else changes until the end."""
    query = select(RequestRow).where(RequestRow.request_id == request_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def lock_requests(session: Session, request_ids: Sequence[UUID]) -> dict[UUID, RequestRow]:
    """Several requests by their id, locked in the order of their ids."""
    query = select(RequestRow).where(RequestRow.request_id.in_(request_ids))
    query = query.order_by(RequestRow.request_id).with_for_update()
    rows = session.scalars(query.execution_options(populate_existing=True))
    return {row.request_id: row for row in rows}


def requests_page(
    session: Session,
    elder_id: UUID | None,
    volunteer_id: UUID | None,
    most: int,
    before: tuple[datetime, UUID] | None,
) -> list[RequestRow]:
    """A page of the requests of an elder, or booked by a volunteer; newest first.

    What the volunteer withdrew from is left out: it is another's now.
    """
    query = select(RequestRow)
    if elder_id is not None:
        query = query.where(RequestRow.elder_id == elder_id)
    if volunteer_id is not None:
        booked = select(BookingRow.request_id).where(
            BookingRow.volunteer_id == volunteer_id, BookingRow.state != BookingState.RELEASED
        )
        query = query.where(RequestRow.request_id.in_(booked))
    position = row_of(RequestRow.created_at, RequestRow.request_id)
    if before is not None:
        query = query.where(position < before)
    order = (RequestRow.created_at.desc(), RequestRow.request_id.desc())
    return list(session.scalars(query.order_by(*order).limit(most)))


def may_come_late(now: datetime, rules: VisitRules) -> ColumnElement[bool]:
    """Whether a check-in may still be handed in that was recorded without a network.

    By the volunteer's own phone as long as the policy takes it; by a terminal of the street's
    agency until the evening.
    """
    oldest = now - timedelta(hours=rules.offline_oldest_hours)
    late = now - timedelta(hours=rules.offline_late_hours)
    phone = (
        select(DeviceRow.device_id)
        .join(BookingRow, BookingRow.volunteer_id == DeviceRow.owner_id)
        .where(
            BookingRow.request_id == RequestRow.request_id,
            BookingRow.state == BookingState.ACCEPTED,
            DeviceRow.kind == DeviceKind.PHONE,
            DeviceRow.state == DeviceState.ACTIVE,
        )
    )
    terminal = select(DeviceRow.device_id).where(
        DeviceRow.street == RequestRow.street, DeviceRow.state == DeviceState.ACTIVE
    )
    return or_(
        and_(RequestRow.ends_at > oldest, exists(phone)),
        and_(RequestRow.ends_at > late, exists(terminal)),
    )


def due_requests(
    session: Session, now: datetime, missing_check_out: timedelta, rules: VisitRules
) -> list[RequestRow]:
    """Requests that time has overtaken, locked; those that another is at work on are left out."""
    waiting = (RequestState.SUBMITTED, RequestState.IN_REVIEW, RequestState.OPEN)
    due = or_(
        and_(RequestRow.state.in_(waiting), RequestRow.starts_at <= now),
        and_(
            RequestRow.state == RequestState.ACCEPTED,
            RequestRow.ends_at <= now,
            ~may_come_late(now, rules),
        ),
        and_(
            RequestRow.state == RequestState.UNDERWAY,
            RequestRow.ends_at < now - missing_check_out,
        ),
    )
    # All of them have started; saying so lets the index leave out what lies ahead.
    query = select(RequestRow).where(RequestRow.starts_at <= now, due)
    query = query.order_by(RequestRow.starts_at).limit(DUE_BATCH)
    return list(session.scalars(query.with_for_update(skip_locked=True)))
