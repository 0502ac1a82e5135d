"""Requests that wait for a review, and what the policy's conditions ask about them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy import tuple_ as row_of
from sqlalchemy.orm import Session

from services.matching.contract import RequestState
from services.matching.storage.tables import RequestRow


CAME_TO_BE_OPEN = (
    RequestState.OPEN,
    RequestState.ACCEPTED,
    RequestState.UNDERWAY,
    RequestState.EXCEPTED,
    RequestState.COMPLETED,
    RequestState.NO_SHOW,
)


def requests_to_review(
    session: Session, area: str, most: int, after: tuple[datetime, UUID] | None
) -> list[RequestRow]:
    """Those of an area, the longest waiting first."""
    position = row_of(RequestRow.created_at, RequestRow.request_id)
    query = select(RequestRow).where(
        RequestRow.state == RequestState.IN_REVIEW, RequestRow.street.startswith(area)
    )
    if after is not None:
        query = query.where(position > after)
    query = query.order_by(RequestRow.created_at, RequestRow.request_id)
    return list(session.scalars(query.limit(most)))


def has_opened_before(session: Session, elder_id: UUID, but_for: UUID) -> bool:
    """Whether another request of the elder came to be open and was not given up."""
    query = select(RequestRow.request_id).where(
        RequestRow.elder_id == elder_id,
        RequestRow.request_id != but_for,
        RequestRow.state.in_(CAME_TO_BE_OPEN),
    )
    return bool(session.scalar(select(exists(query))))


def is_series_approved(session: Session, series_id: UUID | None) -> bool:
    """Whether a reviewer has opened an earlier request of the series."""
    if series_id is None:
        return False
    query = select(RequestRow.request_id).where(
        RequestRow.series_id == series_id,
        RequestRow.reviewed_at.is_not(None),
        RequestRow.state != RequestState.REFUSED,
    )
    return bool(session.scalar(select(exists(query))))


def lock_replacement(session: Session, replaced_id: UUID) -> RequestRow | None:
    """The request that was made instead of another, which nobody else changes until the end."""
    query = select(RequestRow).where(RequestRow.replaces_id == replaced_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))
