"""Submitted drafts of the policy, and the visits of a day to try them on."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.matching.domain import VisitState
from services.matching.domain.dry_runs import Past
from services.matching.storage.days import midnight_of
from services.matching.storage.tables import RequestRow, VisitRow
from services.matching.storage.tables_policies import ProposalRow


# A day of the whole city has fewer; more are not read, and the answer says so.
MOST_VISITS = 100_000
CLERK = "clerk"


def save_proposal(
    session: Session,
    draft_id: UUID,
    base_version: int,
    effective_from: datetime,
    values: dict[str, Any],
    sequence: int,
) -> None:
    """Keep a draft as it was submitted last; an older word of it changes nothing."""
    row = insert(ProposalRow).values(
        draft_id=draft_id,
        base_version=base_version,
        effective_from=effective_from,
        values=values,
        sequence=sequence,
    )
    newer = {
        "base_version": row.excluded.base_version,
        "effective_from": row.excluded.effective_from,
        "values": row.excluded["values"],
        "sequence": row.excluded.sequence,
    }
    session.execute(
        row.on_conflict_do_update(
            index_elements=["draft_id"],
            set_=newer,
            where=ProposalRow.sequence < row.excluded.sequence,
        )
    )


def find_proposal(session: Session, draft_id: UUID) -> ProposalRow | None:
    return session.get(ProposalRow, draft_id)


def completed_on(session: Session, day: date) -> list[Past]:
    """The visits begun on a day of the city and completed, as they ended; one more than the most
    when there are too many."""
    midnight = midnight_of(day)
    query = (
        select(
            VisitRow.volunteer_id,
            RequestRow.district,
            VisitRow.started_at,
            VisitRow.ended_at,
            RequestRow.minutes.label("planned"),
            VisitRow.minutes,
            VisitRow.explanation,
        )
        .join(RequestRow, RequestRow.request_id == VisitRow.request_id)
        .where(
            VisitRow.state == VisitState.COMPLETED,
            VisitRow.started_at >= midnight,
            VisitRow.started_at < midnight + timedelta(days=1),
        )
        .order_by(VisitRow.ended_at, VisitRow.visit_id)
        .limit(MOST_VISITS + 1)
    )
    return [
        Past(
            row.volunteer_id,
            row.district,
            row.started_at,
            row.ended_at,
            row.planned,
            row.minutes,
            is_by_clerk(row.explanation),
        )
        for row in session.execute(query)
    ]


def is_by_clerk(explanation: list[dict[str, Any]] | None) -> bool:
    return any(step["rule"] == CLERK for step in explanation or ())


def credited_before(session: Session, volunteers: Iterable[UUID], day: date) -> dict[UUID, int]:
    """What each volunteer had been credited in all when a day of the city began."""
    query = (
        select(VisitRow.volunteer_id, func.sum(VisitRow.minutes))
        .where(
            VisitRow.volunteer_id.in_(set(volunteers)),
            VisitRow.state == VisitState.COMPLETED,
            VisitRow.started_at < midnight_of(day),
        )
        .group_by(VisitRow.volunteer_id)
    )
    return {volunteer_id: int(minutes or 0) for volunteer_id, minutes in session.execute(query)}
