"""Invitations: sent, answered, lapsed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy import tuple_ as row_of
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.matching.contract import InvitationState, RequestState
from services.matching.storage.tables import RequestRow
from services.matching.storage.tables_finding import InvitationRow


DUE_BATCH = 200


def add_invitation(session: Session, **columns: Any) -> InvitationRow | None:
    """None when this volunteer has been asked for this request before."""
    row = insert(InvitationRow).values(**columns).on_conflict_do_nothing()
    added = session.scalar(row.returning(InvitationRow.invitation_id))
    return find_invitation(session, added) if added else None


def find_invitation(session: Session, invitation_id: UUID) -> InvitationRow | None:
    return session.get(InvitationRow, invitation_id)


def lock_invitation(session: Session, invitation_id: UUID) -> InvitationRow | None:
    query = select(InvitationRow).where(InvitationRow.invitation_id == invitation_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def standing_invitations(session: Session, request_id: UUID) -> list[InvitationRow]:
    """Those of a request that wait for their answer; whoever locks the request may change them."""
    query = select(InvitationRow).where(
        InvitationRow.request_id == request_id, InvitationRow.state == InvitationState.INVITED
    )
    ordered = query.order_by(InvitationRow.invitation_id)
    return list(session.scalars(ordered.execution_options(populate_existing=True)))


def invited_to(session: Session, request_id: UUID) -> set[UUID]:
    """Everybody who was ever asked for a request."""
    query = select(InvitationRow.volunteer_id).where(InvitationRow.request_id == request_id)
    return set(session.scalars(query))


def is_invited(session: Session, request_id: UUID, volunteer_id: UUID) -> bool:
    query = select(InvitationRow.invitation_id).where(
        InvitationRow.request_id == request_id, InvitationRow.volunteer_id == volunteer_id
    )
    return session.scalar(query) is not None


def invitations_page(
    session: Session,
    request_id: UUID | None,
    volunteer_id: UUID | None,
    most: int,
    before: tuple[datetime, UUID] | None,
) -> list[InvitationRow]:
    """Newest first."""
    query = select(InvitationRow)
    if request_id is not None:
        query = query.where(InvitationRow.request_id == request_id)
    if volunteer_id is not None:
        query = query.where(InvitationRow.volunteer_id == volunteer_id)
    if before is not None:
        query = query.where(row_of(InvitationRow.sent_at, InvitationRow.invitation_id) < before)
    order = (InvitationRow.sent_at.desc(), InvitationRow.invitation_id.desc())
    return list(session.scalars(query.order_by(*order).limit(most)))


def due_invitations(session: Session, now: datetime) -> Iterable[tuple[UUID, UUID]]:
    """(invitation, request) of some whose time is over, or whose request is; not locked."""
    is_over = or_(InvitationRow.answer_by <= now, RequestRow.state != RequestState.OPEN)
    query = (
        select(InvitationRow.invitation_id, InvitationRow.request_id)
        .join(RequestRow, RequestRow.request_id == InvitationRow.request_id)
        .where(InvitationRow.state == InvitationState.INVITED, is_over)
        .order_by(InvitationRow.answer_by)
        .limit(DUE_BATCH)
    )
    return [(invitation_id, request_id) for invitation_id, request_id in session.execute(query)]
