"""The copy of completed visits, fed by matching's events."""

from uuid import UUID

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
    return domain.Visit(row.visit_id, row.elder_id, row.volunteer_id, row.street, row.ended_at)
