"""The copy of completed visits, fed by matching's events."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.kernel.contract import NotFound
from services.rating import domain
from services.rating.storage.tables import VisitRow


def save_visit(session: Session, visit: domain.Visit) -> None:
    """Keep a visit; one that is known already stays as it is."""
    session.execute(insert(VisitRow).values(vars(visit)).on_conflict_do_nothing())


def find_visit(session: Session, visit_id: UUID) -> domain.Visit:
    """Raises NotFound when no such visit has been completed, as far as rating knows."""
    row = session.get(VisitRow, visit_id)
    if row is None:
        raise NotFound("There is no completed visit of this id.")
    return _visit(row)


def find_visits(session: Session, visit_ids: list[UUID]) -> dict[UUID, domain.Visit]:
    """Those of the visits that have been completed, as far as rating knows."""
    query = select(VisitRow).where(VisitRow.visit_id.in_(visit_ids))
    return {row.visit_id: _visit(row) for row in session.scalars(query)}


def _visit(row: VisitRow) -> domain.Visit:
    return domain.Visit(
        row.visit_id, row.elder_id, row.volunteer_id, row.street, row.ended_at, row.category
    )
