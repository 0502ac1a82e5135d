"""Jobs at providers outside, which no transaction may wait for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.domain.jobs import JobKind, JobState
from services.identity.storage.tables import Base, words


class JobRow(Base):
    """A job, written with the change that wants it done.

    Who works on it holds a lease; what it found counts only while the lease is still theirs.
    ``due_at`` is empty for a job that nobody has tried yet.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("(lease IS NULL) = (leased_until IS NULL)", name="jobs_lease_whole"),
        CheckConstraint(
            "state = 'open' OR (lease IS NULL AND sealed_text IS NULL)", name="jobs_ended_clean"
        ),
        Index(
            "jobs_one_verification",
            "person_id",
            unique=True,
            postgresql_where=text("kind = 'verification' AND state = 'open'"),
        ),
        Index("jobs_open", "kind", "job_id", postgresql_where=text("state = 'open'")),
        Index("jobs_person", "person_id"),
        Index("jobs_ended", "ended_at", postgresql_where=text("state <> 'open'")),
    )

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[JobKind] = mapped_column(words(JobKind, "jobs_kind"))
    state: Mapped[JobState] = mapped_column(words(JobState, "jobs_state"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.person_id"))
    sealed_text: Mapped[str | None] = mapped_column(Text)
    tries: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime | None]
    useful_until: Mapped[datetime | None]
    lease: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    trouble: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
