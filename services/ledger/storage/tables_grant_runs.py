"""Grant runs (S16) as tables."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.ledger.storage.tables import Base


class GrantRunRow(Base):  # type: ignore[misc, valid-type]
    """One list of grants and how far it has come; the same list for the same purpose is one run."""

    __tablename__ = "grant_runs"
    __table_args__ = (
        CheckConstraint(
            "state in ('prepared', 'running', 'finished', 'cancelled')", name="grant_runs_state"
        ),
        CheckConstraint(
            "lines > 0 and least(total_minutes, refused_lines, granted_lines, granted_minutes) >= 0"
            " and granted_minutes <= total_minutes and granted_lines + refused_lines <= lines"
            " and (state <> 'finished' or granted_lines + refused_lines = lines)",
            name="grant_runs_add_up",
        ),
        CheckConstraint(
            "(started_by is null) = (started_at is null)"
            " and (state not in ('running', 'finished') or started_at is not null)"
            " and (state <> 'prepared' or started_at is null)"
            " and (started_at is not null or granted_lines = 0)"
            " and (ended_at is not null) = (state in ('finished', 'cancelled'))",
            name="grant_runs_times",
        ),
        # What was cancelled before it granted anything may be prepared anew.
        Index(
            "grant_runs_once",
            "purpose_id",
            "digest",
            unique=True,
            postgresql_where=text("state <> 'cancelled' or granted_lines > 0"),
        ),
        Index("grant_runs_running", "run_id", postgresql_where=text("state = 'running'")),
        Index("grant_runs_of_district", "district", "run_id"),
    )

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    district: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    purpose_id: Mapped[UUID]
    digest: Mapped[str] = mapped_column(Text)
    prepared_by: Mapped[UUID]
    prepared_at: Mapped[datetime]
    lines: Mapped[int]
    total_minutes: Mapped[int] = mapped_column(BigInteger)
    refused_lines: Mapped[int]
    granted_lines: Mapped[int]
    granted_minutes: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    started_by: Mapped[UUID | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    correlation_id: Mapped[str | None] = mapped_column(Text)


class GrantRunLineRow(Base):  # type: ignore[misc, valid-type]
    """One line of a run; a granted one names its transfer, which names no other line."""

    __tablename__ = "grant_run_lines"
    __table_args__ = (
        CheckConstraint(
            "case state"
            " when 'accepted' then refusal is null and transfer_id is null"
            " when 'granted' then refusal is null and transfer_id is not null"
            " when 'refused' then refusal is not null and transfer_id is null"
            " else false end",
            name="grant_run_lines_state",
        ),
        CheckConstraint(
            "state = 'refused' or (person_id is not null and minutes is not null)",
            name="grant_run_lines_whole",
        ),
        CheckConstraint("minutes > 0", name="grant_run_lines_minutes"),
        Index(
            "grant_run_lines_person_once",
            "run_id",
            "person_id",
            unique=True,
            postgresql_where=text("state <> 'refused'"),
        ),
        Index(
            "grant_run_lines_granted_once",
            "purpose_id",
            "person_id",
            unique=True,
            postgresql_where=text("state = 'granted'"),
        ),
        Index(
            "grant_run_lines_next", "run_id", "line", postgresql_where=text("state = 'accepted'")
        ),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("grant_runs.run_id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purpose_id: Mapped[UUID]
    person_id: Mapped[UUID | None]
    minutes: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    refusal: Mapped[str | None] = mapped_column(Text)
    # A block is written after the records that tell of it.
    transfer_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("transfers.transfer_id", deferrable=True, initially="DEFERRED"), unique=True
    )
