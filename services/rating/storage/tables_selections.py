"""Selections with their jury, nominations, shortlists, votes and winners."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.rating.storage.tables import Base


class SelectionRow(Base):  # type: ignore[misc, valid-type]
    """A selection through all its states; whoever changes anything of it locks this row first."""

    __tablename__ = "selections"
    __table_args__ = (
        CheckConstraint("kind in ('project', 'organisation')", name="selections_kind"),
        CheckConstraint(
            "state in ('draft', 'shortlisted', 'voting', 'decided', 'announced', 'cancelled')",
            name="selections_state",
        ),
        CheckConstraint("from_date <= until_date", name="selections_period"),
        CheckConstraint("winners >= 1", name="selections_winners"),
        CheckConstraint(
            "state not in ('shortlisted', 'voting', 'decided', 'announced')"
            " or (shortlist_version is not null and counted_at is not null)",
            name="selections_counted",
        ),
        CheckConstraint(
            "state not in ('voting', 'decided', 'announced') or voting_until is not null",
            name="selections_voted",
        ),
        CheckConstraint(
            "state not in ('decided', 'announced') or (decided_by is not null"
            " and decided_at >= voting_until"
            " and (coalesce(follows_votes, false) or decision_reason is not null))",
            name="selections_decided",
        ),
        CheckConstraint(
            "(state = 'announced') = (announced_at is not null)", name="selections_announced"
        ),
        CheckConstraint(
            "(state = 'cancelled') = (cancel_reason is not null)", name="selections_cancelled"
        ),
        Index("selections_of_area", "area", "opened_at", "selection_id"),
    )

    selection_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    area: Mapped[str] = mapped_column(Text)
    from_date: Mapped[date] = mapped_column(Date)
    until_date: Mapped[date] = mapped_column(Date)
    title_zh: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    winners: Mapped[int]
    nominated_only: Mapped[bool]
    state: Mapped[str] = mapped_column(Text)
    # The policy's rules as they were when the selection was opened.
    criteria: Mapped[dict[str, Any]] = mapped_column(JSON)
    policy_version: Mapped[int]
    opened_by: Mapped[UUID]
    opened_at: Mapped[datetime]
    shortlist_version: Mapped[int | None]
    counted_at: Mapped[datetime | None]
    voting_until: Mapped[datetime | None]
    follows_votes: Mapped[bool | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None] = mapped_column(Text)
    announced_by: Mapped[UUID | None]
    announced_at: Mapped[datetime | None]
    cancelled_by: Mapped[UUID | None]
    cancel_reason: Mapped[str | None] = mapped_column(Text)


class JurorRow(Base):  # type: ignore[misc, valid-type]
    """A member of a selection's jury, appointed by somebody else."""

    __tablename__ = "selection_jury"
    __table_args__ = (
        CheckConstraint("member_id <> appointed_by", name="selection_jury_by_another"),
    )

    selection_id: Mapped[UUID] = mapped_column(
        ForeignKey("selections.selection_id"), primary_key=True
    )
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    appointed_by: Mapped[UUID]
    appointed_at: Mapped[datetime]


class NominationRow(Base):  # type: ignore[misc, valid-type]
    """Who was put forward, by whom and why."""

    __tablename__ = "selection_nominations"

    selection_id: Mapped[UUID] = mapped_column(
        ForeignKey("selections.selection_id"), primary_key=True
    )
    candidate_id: Mapped[UUID] = mapped_column(primary_key=True)
    nominated_by: Mapped[UUID]
    nominated_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


class ShortlistRow(Base):  # type: ignore[misc, valid-type]
    """A candidate of a version of a shortlist, with figures and points: only ever added."""

    __tablename__ = "selection_shortlists"
    __table_args__ = (
        CheckConstraint("version >= 1", name="selection_shortlists_version"),
        CheckConstraint(
            "(rank is null) = (cardinality(lacking) > 0)", name="selection_shortlists_judged"
        ),
    )

    selection_id: Mapped[UUID] = mapped_column(
        ForeignKey("selections.selection_id"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)
    candidate_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(Text)
    organisation: Mapped[str] = mapped_column(Text)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    points: Mapped[dict[str, Any]] = mapped_column(JSON)
    lacking: Mapped[list[str]] = mapped_column(ARRAY(Text))
    rank: Mapped[int | None]


class VoteRow(Base):  # type: ignore[misc, valid-type]
    """A member's one vote, as it counts; only a member of the jury has one."""

    __tablename__ = "selection_votes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["selection_id", "member_id"],
            ["selection_jury.selection_id", "selection_jury.member_id"],
            name="selection_votes_of_jury",
        ),
        CheckConstraint("cardinality(candidate_ids) >= 1", name="selection_votes_for_somebody"),
    )

    selection_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    candidate_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    cast_at: Mapped[datetime]


class WinnerRow(Base):  # type: ignore[misc, valid-type]
    """Who won, of the shortlist that was voted on: only ever added."""

    __tablename__ = "selection_winners"
    __table_args__ = (
        ForeignKeyConstraint(
            ["selection_id", "version", "candidate_id"],
            [
                "selection_shortlists.selection_id",
                "selection_shortlists.version",
                "selection_shortlists.candidate_id",
            ],
            name="selection_winners_of_shortlist",
        ),
    )

    selection_id: Mapped[UUID] = mapped_column(primary_key=True)
    candidate_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
