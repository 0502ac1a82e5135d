"""How the ends of visits were proven, and which guardians said that they were there."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.matching.domain import End
from services.matching.storage.tables_visits import MarkRow, PresenceRow


def add_mark(session: Session, **columns: Any) -> MarkRow:
    row = MarkRow(**columns)
    session.add(row)
    session.flush()
    return row


def marks_of(session: Session, visit_ids: Iterable[UUID]) -> dict[UUID, dict[End, MarkRow]]:
    """By visit, its ends as far as they are known."""
    found: dict[UUID, dict[End, MarkRow]] = {}
    for row in session.scalars(select(MarkRow).where(MarkRow.visit_id.in_(list(visit_ids)))):
        found.setdefault(row.visit_id, {})[End(row.end_name)] = row
    return found


def save_presence(session: Session, **columns: Any) -> None:
    """The guardian's last word counts."""
    row = insert(PresenceRow).values(**columns)
    keys = ("booking_id", "guardian_id")
    latest = {name: row.excluded[name] for name in columns if name not in keys}
    session.execute(row.on_conflict_do_update(index_elements=list(keys), set_=latest))


def find_presence(session: Session, booking_id: UUID, guardian_id: UUID) -> PresenceRow | None:
    return session.get(PresenceRow, (booking_id, guardian_id))
