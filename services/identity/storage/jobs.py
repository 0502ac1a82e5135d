"""Jobs at providers: asked for, taken by lease, ended once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from services.identity.domain.jobs import LEASE_SECONDS, JobKind, JobState, ended
from services.identity.storage.tables_jobs import JobRow
from services.identity.storage.vault import Vault


TEXT = "job_text"
TROUBLE_LETTERS = 300


@dataclass(frozen=True)
class Job:
    """A job that we hold the lease of, with its text opened."""

    job_id: UUID
    kind: JobKind
    lease: UUID
    tries: int
    person_id: UUID | None
    text: str | None = field(repr=False)
    useful_until: datetime | None


def add_job(
    session: Session,
    vault: Vault,
    job_id: UUID,
    kind: JobKind,
    person_id: UUID | None = None,
    text: str | None = None,
    useful_for: timedelta | None = None,
    wanted: bool = True,
) -> None:
    """A job lives in the world outside, so its times are real ones, whatever the call's clock.

    One that is not wanted is written all the same and never done, so that it takes as long.
    """
    sealed = vault.seal(text, TEXT, job_id) if text else None
    session.add(
        JobRow(
            job_id=job_id,
            kind=kind,
            state=JobState.OPEN if wanted else JobState.DROPPED,
            person_id=person_id,
            sealed_text=sealed if wanted else None,
            tries=0,
            useful_until=func.now() + useful_for if useful_for else None,
            ended_at=None if wanted else func.now(),
        )
    )
    session.flush()


def take_jobs(
    session: Session, vault: Vault, kind: JobKind, now: datetime, lease: UUID, most: int
) -> list[Job]:
    """Up to ``most`` jobs that are due and that nobody works on, oldest first, now ours to do.

    Others skip what we are taking. What a dead process held is due again when its lease ends.
    """
    rows = session.scalars(
        select(JobRow)
        .where(JobRow.kind == kind, JobRow.state == JobState.OPEN)
        .where(or_(JobRow.due_at.is_(None), JobRow.due_at <= now))
        .where(or_(JobRow.leased_until.is_(None), JobRow.leased_until <= now))
        .order_by(JobRow.job_id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.lease, row.leased_until = lease, now + timedelta(seconds=LEASE_SECONDS)
        row.tries += 1
    return [job_from(vault, row, lease) for row in rows]


def job_from(vault: Vault, row: JobRow, lease: UUID) -> Job:
    opened = vault.open(row.sealed_text, TEXT, row.job_id) if row.sealed_text else None
    return Job(row.job_id, row.kind, lease, row.tries, row.person_id, opened, row.useful_until)


def lock_if_ours(session: Session, job: Job) -> JobRow | None:
    """The job's row, if it is still open and the lease still ours: else others have it in hand."""
    return session.scalar(
        select(JobRow)
        .where(JobRow.job_id == job.job_id, JobRow.lease == job.lease)
        .where(JobRow.state == JobState.OPEN)
        .with_for_update()
    )


def end_job(row: JobRow, state: JobState, now: datetime, trouble: str | None = None) -> None:
    """Whatever it carried is forgotten; that it was done stays for a while."""
    row.state, row.ended_at, row.sealed_text = ended(row.state, state), now, None
    row.lease = row.leased_until = None
    row.trouble = trouble and trouble[:TROUBLE_LETTERS]


def put_off(row: JobRow, due_at: datetime, trouble: str) -> None:
    row.due_at, row.trouble = due_at, trouble[:TROUBLE_LETTERS]
    row.lease = row.leased_until = None


def drop_jobs(session: Session, person_id: UUID, kinds: Sequence[JobKind], now: datetime) -> None:
    """Nobody wants these done any more; what is under way will find that out at its end."""
    session.execute(
        update(JobRow)
        .where(JobRow.person_id == person_id, JobRow.kind.in_(kinds))
        .where(JobRow.state == JobState.OPEN)
        .values(dropped(now))
    )


def dropped(now: datetime) -> dict[str, Any]:
    return {
        "state": JobState.DROPPED,
        "ended_at": now,
        "sealed_text": None,
        "lease": None,
        "leased_until": None,
    }


def has_open_job(session: Session, person_id: UUID, kind: JobKind) -> bool:
    found = session.scalar(
        select(JobRow.job_id).where(
            JobRow.person_id == person_id, JobRow.kind == kind, JobRow.state == JobState.OPEN
        )
    )
    return found is not None


def delete_ended_jobs(session: Session, before: datetime) -> None:
    session.execute(delete(JobRow).where(JobRow.ended_at < before))
