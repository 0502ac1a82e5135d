"""Void tokens: each carries its person's generation, and a revocation begins the next one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.storage.tables_sessions import SessionGenerationRow


FIRST_GENERATION = 0
# Longer than a transaction takes from its revocation to its commit: a reader who comes again asks
# for this much once more, so that it misses none that was being committed.
OVERLAP = timedelta(seconds=60)
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Page:
    """Revocations in the order of their time, and from where to ask for what follows."""

    rows: list[SessionGenerationRow]
    has_more: bool
    position: tuple[datetime, UUID]


def revoke_sessions(session: Session, *person_ids: UUID) -> None:
    """Make every token void that these people have got; call it with the change that is the reason.

    A token that is being made at the same time is either made void too, or knows of the change.
    """
    # In one order, so that two who revoke the same people never wait for each other.
    for person_id in sorted(set(person_ids)):
        row = insert(SessionGenerationRow).values(
            person_id=person_id,
            generation=FIRST_GENERATION + 1,
            revoked_at=func.clock_timestamp(),
        )
        session.execute(
            row.on_conflict_do_update(
                index_elements=["person_id"],
                set_={
                    "generation": SessionGenerationRow.generation + 1,
                    "revoked_at": func.clock_timestamp(),
                },
            )
        )


def generation_of(session: Session, person_id: UUID) -> int:
    """Read it before the roles that go into the token: then a revocation between is not missed."""
    found = session.scalar(
        select(SessionGenerationRow.generation).where(SessionGenerationRow.person_id == person_id)
    )
    return FIRST_GENERATION if found is None else found


def revocations_since(
    session: Session, position: tuple[datetime, UUID] | None, kept: timedelta, limit: int
) -> Page:
    """A page of what was revoked after a position, or as long ago as a token may be old."""
    now = session.scalar(select(func.clock_timestamp()))
    assert now is not None, "PostgreSQL knows the time"
    after = position or (now - kept, NOBODY)
    place: Any = tuple_(SessionGenerationRow.revoked_at, SessionGenerationRow.person_id)
    rows = list(
        session.scalars(
            select(SessionGenerationRow)
            .where(place > tuple_(literal(after[0]), literal(after[1])))
            .order_by(SessionGenerationRow.revoked_at, SessionGenerationRow.person_id)
            .limit(limit + 1)
        )
    )
    if len(rows) > limit:
        last = rows[limit - 1]
        return Page(rows[:limit], True, (last.revoked_at, last.person_id))
    return Page(rows, False, (max(after[0], now - OVERLAP), NOBODY))
