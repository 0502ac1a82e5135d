"""Memberships of special groups, and the lists by which a district enters many."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.contract import (
    GroupEnding,
    MembershipState,
    SheetFault,
    SheetState,
    SpecialGroup,
)
from services.identity.storage.tables import Base, words


STANDING = "state IN ('applied', 'entered', 'approved')"


class MembershipRow(Base):
    """That an elder belongs to a special group, or is said to; one of a kind stands at a time.

    ``entered_by`` is nobody for what was approved before this was kept. ``told_at`` is when the
    beginning was told: on the first day, not before.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        Index(
            "memberships_one_stands",
            "person_id",
            "group",
            unique=True,
            postgresql_where=text(STANDING),
        ),
        Index("memberships_of_person", "person_id", "entered_at"),
        Index("memberships_of_sheet", "sheet_id"),
        Index(
            "memberships_rechecks",
            "recheck_due_on",
            "membership_id",
            postgresql_where=text("state = 'approved'"),
        ),
        Index("memberships_by_state", "state", "entered_at", "membership_id"),
        CheckConstraint("approved_by <> entered_by", name="memberships_two_people"),
        CheckConstraint("approved_by <> person_id", name="memberships_by_another"),
        CheckConstraint(
            "state NOT IN ('approved', 'ended') OR (approved_by IS NOT NULL"
            " AND approved_at IS NOT NULL AND starts_on IS NOT NULL"
            " AND recheck_due_on IS NOT NULL)",
            name="memberships_approved_whole",
        ),
        CheckConstraint(
            "(state = 'ended') = (ended_on IS NOT NULL)"
            " AND (state = 'ended') = (ending IS NOT NULL)",
            name="memberships_ended_whole",
        ),
        CheckConstraint("state <> 'refused' OR reason IS NOT NULL", name="memberships_refused_why"),
        CheckConstraint("ends_on >= starts_on", name="memberships_term"),
    )

    membership_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"))
    group: Mapped[SpecialGroup] = mapped_column(words(SpecialGroup, "memberships_group"))
    state: Mapped[MembershipState] = mapped_column(words(MembershipState, "memberships_state"))
    sealed_evidence: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    recheck_due_on: Mapped[date | None]
    entered_at: Mapped[datetime]
    entered_by: Mapped[UUID | None]
    sheet_id: Mapped[UUID | None] = mapped_column(ForeignKey("group_sheets.sheet_id"))
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None]
    told_at: Mapped[datetime | None]
    rechecked_at: Mapped[datetime | None]
    rechecked_by: Mapped[UUID | None]
    ended_on: Mapped[date | None]
    ended_by: Mapped[UUID | None]
    ending: Mapped[GroupEnding | None] = mapped_column(words(GroupEnding, "memberships_ending"))
    reason: Mapped[str | None] = mapped_column(Text)


class SheetRow(Base):
    """A list of a district, as it was handed in; no ID number is kept."""

    __tablename__ = "group_sheets"
    __table_args__ = (
        CheckConstraint(
            "(state = 'entered') = (entered_by IS NOT NULL)", name="group_sheets_entered_whole"
        ),
    )

    sheet_id: Mapped[UUID] = mapped_column(primary_key=True)
    district: Mapped[str] = mapped_column(Text)
    state: Mapped[SheetState] = mapped_column(words(SheetState, "group_sheets_state"))
    prepared_at: Mapped[datetime]
    prepared_by: Mapped[UUID]
    entered_at: Mapped[datetime | None]
    entered_by: Mapped[UUID | None]


class SheetLineRow(Base):
    """One line: whom it is about if that was found, or what is wrong with it."""

    __tablename__ = "group_sheet_lines"
    __table_args__ = (
        CheckConstraint(
            'fault IS NOT NULL OR (person_id IS NOT NULL AND "group" IS NOT NULL)',
            name="group_sheet_lines_whole",
        ),
    )

    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("group_sheets.sheet_id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    masked_id_number: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.person_id"))
    group: Mapped[SpecialGroup | None] = mapped_column(
        words(SpecialGroup, "group_sheet_lines_group")
    )
    sealed_evidence: Mapped[str | None] = mapped_column(Text)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    fault: Mapped[SheetFault | None] = mapped_column(words(SheetFault, "group_sheet_lines_fault"))
    membership_id: Mapped[UUID | None] = mapped_column(ForeignKey("memberships.membership_id"))
