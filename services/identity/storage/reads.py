"""The read log: written in the transaction of the read, shown to the person."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from services.identity.contract import SealedField
from services.identity.storage.tables_reads import ReadRow


def add_read(
    session: Session,
    person_id: UUID,
    read_by: UUID,
    role: str,
    fields_read: Iterable[SealedField],
    reason: str,
    now: datetime,
    correlation_id: str,
) -> ReadRow:
    row = ReadRow(
        read_id=uuid4(),
        person_id=person_id,
        read_by=read_by,
        role=role,
        fields_read=[field.value for field in fields_read],
        reason=reason,
        read_at=now,
        correlation_id=correlation_id,
    )
    session.add(row)
    session.flush()
    return row


def reads_page(
    session: Session, person_id: UUID, most: int, before: tuple[datetime, UUID] | None
) -> list[ReadRow]:
    """A page of the reads of a person's data, newest first."""
    position = tuple_(ReadRow.read_at, ReadRow.read_id)
    query = select(ReadRow).where(ReadRow.person_id == person_id)
    if before is not None:
        query = query.where(position < before)
    order = (ReadRow.read_at.desc(), ReadRow.read_id.desc())
    return list(session.scalars(query.order_by(*order).limit(most)))
