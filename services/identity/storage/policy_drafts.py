"""Drafts of the policy: kept, locked while something is decided, with each step written down."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.identity.contract import DraftState
from services.identity.storage.policies import MOST_SHOWN
from services.identity.storage.tables_policies import PolicyDraftRow, PolicyDraftStepRow
from services.kernel.contract import NotFound


def add_draft(session: Session, row: PolicyDraftRow) -> None:
    session.add(row)
    session.flush()
    add_step(session, row, row.drafted_at, row.author_id)


def get_draft(session: Session, draft_id: UUID, lock: bool = False) -> PolicyDraftRow:
    """Raises NotFound; with ``lock`` nobody else decides about it until the end."""
    query = select(PolicyDraftRow).where(PolicyDraftRow.draft_id == draft_id)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound("No such draft.")
    return row


def newest_drafts(session: Session) -> list[PolicyDraftRow]:
    newest_first = (PolicyDraftRow.drafted_at.desc(), PolicyDraftRow.draft_id)
    return list(session.scalars(select(PolicyDraftRow).order_by(*newest_first).limit(MOST_SHOWN)))


def save_state(
    session: Session,
    row: PolicyDraftRow,
    state: DraftState,
    now: datetime,
    acted_by: UUID,
    reason: str | None = None,
) -> None:
    """Keep what a draft has become, with the step that led there; the draft is locked."""
    row.state = state
    session.flush()
    add_step(session, row, now, acted_by, reason)


def add_step(
    session: Session, row: PolicyDraftRow, at: datetime, by: UUID, reason: str | None = None
) -> None:
    taken = select(func.count()).where(PolicyDraftStepRow.draft_id == row.draft_id)
    number = (session.scalar(taken) or 0) + 1
    session.add(
        PolicyDraftStepRow(
            draft_id=row.draft_id, number=number, state=row.state, at=at, by=by, reason=reason
        )
    )
    session.flush()


def steps_of(session: Session, draft_id: UUID) -> list[PolicyDraftStepRow]:
    """What became of a draft, in order; as many as people took."""
    query = (
        select(PolicyDraftStepRow)
        .where(PolicyDraftStepRow.draft_id == draft_id)
        .order_by(PolicyDraftStepRow.number.desc())
        .limit(MOST_SHOWN)
    )
    return list(reversed(session.scalars(query).all()))
