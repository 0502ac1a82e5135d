"""Secrets of codes, cards, used codes and wrong tries."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.matching.storage.tables_codes import (
    CodeCardRow,
    UsedCodeRow,
    VisitCodeRow,
    WrongCodeRow,
)


def save_visit_code(session: Session, **columns: Any) -> None:
    row = insert(VisitCodeRow).values(**columns)
    newer = {name: row.excluded[name] for name in columns if name != "person_id"}
    session.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=newer))


def find_visit_code(session: Session, person_id: UUID) -> VisitCodeRow | None:
    query = select(VisitCodeRow).where(VisitCodeRow.person_id == person_id)
    return session.scalar(query.execution_options(populate_existing=True))


def replace_card(session: Session, **columns: Any) -> CodeCardRow:
    """The new card counts from now on, and no other of the person."""
    session.execute(
        update(CodeCardRow)
        .where(CodeCardRow.person_id == columns["person_id"], CodeCardRow.voided_at.is_(None))
        .values(voided_at=columns["issued_at"])
    )
    row = CodeCardRow(**columns)
    session.add(row)
    session.flush()
    return row


def find_card(session: Session, person_id: UUID) -> CodeCardRow | None:
    query = select(CodeCardRow).where(
        CodeCardRow.person_id == person_id, CodeCardRow.voided_at.is_(None)
    )
    return session.scalar(query)


def use_code(
    session: Session, person_id: UUID, code_key: str, booking_id: UUID, now: datetime
) -> bool:
    """Whether the code is used for the first time; two at once are settled by the database."""
    row = insert(UsedCodeRow).values(
        person_id=person_id, code_key=code_key, booking_id=booking_id, used_at=now
    )
    first = row.on_conflict_do_nothing().returning(UsedCodeRow.code_key)
    return session.execute(first).first() is not None


def note_wrong_code(session: Session, booking_id: UUID, now: datetime) -> None:
    session.execute(
        insert(WrongCodeRow).values(try_id=uuid4(), booking_id=booking_id, tried_at=now)
    )


def wrong_codes_since(session: Session, booking_id: UUID, since: datetime) -> int:
    query = select(func.count()).where(
        WrongCodeRow.booking_id == booking_id, WrongCodeRow.tried_at > since
    )
    return session.scalar(query) or 0
