"""Why requests ended without a visit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.kernel.wire import plain
from services.matching.storage.tables_ends import EndRow


def keep_end(
    session: Session,
    subject_id: UUID,
    why: str,
    ended_at: datetime,
    policy_version: int | None,
    **facts: Any,
) -> None:
    """What ended a request or a place, once: what has ended does not end again."""
    row = insert(EndRow).values(
        subject_id=subject_id,
        why=why,
        policy_version=policy_version,
        facts=plain(facts),
        ended_at=ended_at,
    )
    session.execute(row.on_conflict_do_nothing())


def find_end(session: Session, subject_id: UUID) -> EndRow | None:
    return session.get(EndRow, subject_id)
