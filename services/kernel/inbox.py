"""Each event has its effect once, however often it is delivered."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.kernel.tables import inbox


def is_new(session: Session, handler: str, event_id: UUID) -> bool:
    """Record the delivery in the handler's own transaction; False when it was handled before."""
    row = insert(inbox).values(handler=handler, event_id=event_id)
    inserted = session.execute(row.on_conflict_do_nothing().returning(inbox.c.event_id))
    return inserted.first() is not None
