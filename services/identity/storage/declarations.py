"""Acceptances of declarations: kept for good, taken back by a mark."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.contract import Declaration, NothingDeclared
from services.identity.domain.declarations import Acceptance
from services.identity.storage.tables_declarations import AcceptanceRow


def acceptances_of(session: Session, person_id: UUID) -> list[Acceptance]:
    """All there have been, oldest first."""
    rows = session.scalars(
        select(AcceptanceRow)
        .where(AcceptanceRow.person_id == person_id)
        .order_by(AcceptanceRow.accepted_at, AcceptanceRow.acceptance_id)
        .execution_options(populate_existing=True)
    )
    return [
        Acceptance(
            row.declaration,
            row.version,
            row.accepted_at,
            row.accepted_by,
            row.withdrawn_at,
            row.withdrawn_by,
        )
        for row in rows
    ]


def acceptance_values(
    person_id: UUID,
    declaration: Declaration,
    version: int,
    now: datetime,
    accepted_by: UUID | None,
) -> dict[str, Any]:
    return {
        "acceptance_id": uuid4(),
        "person_id": person_id,
        "declaration": declaration,
        "version": version,
        "accepted_at": now,
        "accepted_by": accepted_by,
    }


def add_acceptances(session: Session, rows: Iterable[dict[str, Any]]) -> None:
    """Keep acceptances; one that stands already stays as it is."""
    values = list(rows)
    if values:
        session.execute(insert(AcceptanceRow).on_conflict_do_nothing(), values)


def withdraw(
    session: Session,
    person_id: UUID,
    declaration: Declaration,
    reason: str | None,
    now: datetime,
    withdrawn_by: UUID,
) -> None:
    """Take back every version that stands; raises NothingDeclared when none does."""
    taken_back = session.execute(
        update(AcceptanceRow)
        .where(AcceptanceRow.person_id == person_id, AcceptanceRow.declaration == declaration)
        .where(AcceptanceRow.withdrawn_at.is_(None))
        .values(withdrawn_at=now, withdrawn_by=withdrawn_by, withdraw_reason=reason)
        .returning(AcceptanceRow.acceptance_id)
    ).all()
    if not taken_back:
        raise NothingDeclared
