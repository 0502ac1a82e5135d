"""Attempts to log in, counted for each phone number whether or not it is known."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from services.identity.domain.rules import Rules
from services.identity.domain.sessions import (
    PENDING_SECONDS,
    Attempts,
    AttemptState,
    counted_since,
    may_try,
)
from services.identity.storage.tables import LogInAttemptRow


def begin_attempt(
    session: Session, attempt_id: UUID, phone_index: str, now: datetime, rules: Rules
) -> bool:
    """Note the attempt before the password is checked; False while too many are being checked."""
    lock = text("select pg_advisory_xact_lock(hashtextextended(:phone, 0))")
    session.execute(lock, {"phone": phone_index})
    if not may_try(count_attempts(session, phone_index, now, rules), rules):
        return False
    session.add(
        LogInAttemptRow(
            attempt_id=attempt_id,
            phone_index=phone_index,
            state=AttemptState.PENDING,
            attempted_at=now,
        )
    )
    return True


def count_attempts(session: Session, phone_index: str, now: datetime, rules: Rules) -> Attempts:
    stale = LogInAttemptRow.attempted_at < now - timedelta(seconds=PENDING_SECONDS)
    has_failed = (LogInAttemptRow.state == AttemptState.FAILED) | stale
    failed, pending = session.execute(
        select(func.count().filter(has_failed), func.count().filter(~has_failed))
        .where(LogInAttemptRow.phone_index == phone_index)
        .where(LogInAttemptRow.attempted_at > counted_since(now, rules))
    ).one()
    return Attempts(failed, pending)


def fail_attempt(session: Session, attempt_id: UUID) -> None:
    session.execute(
        update(LogInAttemptRow)
        .where(LogInAttemptRow.attempt_id == attempt_id)
        .values(state=AttemptState.FAILED)
    )


def forget_attempts(session: Session, phone_index: str, attempt_id: UUID) -> None:
    """The right password clears what went wrong before; checks still under way stay."""
    session.execute(
        delete(LogInAttemptRow)
        .where(LogInAttemptRow.phone_index == phone_index)
        .where(
            (LogInAttemptRow.state == AttemptState.FAILED)
            | (LogInAttemptRow.attempt_id == attempt_id)
        )
    )


def delete_old_attempts(session: Session, before: datetime) -> None:
    session.execute(delete(LogInAttemptRow).where(LogInAttemptRow.attempted_at < before))
