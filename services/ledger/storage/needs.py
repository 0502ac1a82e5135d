"""Needs as rows: who receives donations by name."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.kernel.bulk import texts
from services.ledger.domain import Need
from services.ledger.storage.tables_charity import NeedRow
from services.ledger.storage.upserts import write


NEEDS = NeedRow.__table__
NEED_TYPES = {
    "person_id": "uuid",
    "published": "boolean",
    "reason": "text",
    "changed_by": "uuid",
    "changed_at": "timestamptz",
}
CHANGING = ("published", "reason", "changed_by", "changed_at")


def find_needs(session: Session, person_ids: Sequence[UUID]) -> dict[UUID, Need]:
    rows = session.execute(select(NEEDS).where(NEEDS.c.person_id.in_(person_ids)))
    return {row.person_id: Need(*row) for row in rows}


def save_needs(session: Session, needs: Sequence[Need]) -> None:
    columns: dict[str, Sequence[Any]] = {
        "person_id": texts([need.person_id for need in needs]),
        "published": [need.published for need in needs],
        "reason": [need.reason for need in needs],
        "changed_by": texts([need.changed_by for need in needs]),
        "changed_at": [need.changed_at for need in needs],
    }
    write(session, "needs", NEED_TYPES, CHANGING, columns)
