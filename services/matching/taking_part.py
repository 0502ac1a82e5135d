"""Who took part in a visit beside the two whom it concerns: so that none of them judges it."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.matching import storage
from services.matching.storage import BookingRow, RequestRow, VisitRow


def acted_by(
    session: Session, row: RequestRow, volunteer_id: UUID, visit: VisitRow | None
) -> list[UUID]:
    """Who asked for it or reviewed it, led the pupil, proved an end, or settled a doubt."""
    acted = {row.submitted_by, row.reviewed_by}
    acted.add(storage.confirmed_guardian(session, volunteer_id))
    if visit is not None:
        marks = storage.marks_of(session, [visit.visit_id]).get(visit.visit_id, {})
        acted |= {mark.recorded_by for mark in marks.values()}
        exception = storage.find_exception(session, visit.visit_id)
        acted.add(exception.decided_by if exception else None)
    return sorted(acted - {None, row.elder_id, volunteer_id})  # type: ignore[arg-type]


def settling_facts(session: Session, row: RequestRow, visit: VisitRow) -> dict[str, Any]:
    """Who took part in a visit, and when what was in doubt about it was settled."""
    exception = storage.find_exception(session, visit.visit_id)
    return {
        "acted_by": acted_by(session, row, visit.volunteer_id, visit),
        "decided_at": exception.decided_at if exception else None,
    }


def missed_facts(session: Session, row: RequestRow, booking: BookingRow) -> dict[str, Any]:
    """What a visit that did not take place should have been."""
    return {
        "street": row.street,
        "category": row.category,
        "ended_at": row.ends_at,
        "planned_minutes": row.minutes,
        "acted_by": acted_by(session, row, booking.volunteer_id, None),
    }
