"""Suspended accounts, and roles that were taken back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.contract import Role
from services.identity.storage.tables import Base, words


class SuspensionRow(Base):
    """That an account was stopped, why, and how it was let go on; one at a time stands."""

    __tablename__ = "suspensions"
    __table_args__ = (
        Index(
            "suspensions_one_stands",
            "person_id",
            unique=True,
            postgresql_where=text("reinstated_at IS NULL"),
        ),
        Index("suspensions_of_person", "person_id", "suspended_at"),
        CheckConstraint(
            "(reinstated_at IS NULL) = (reinstated_by IS NULL)"
            " AND (reinstated_at IS NULL) = (reinstated_because IS NULL)",
            name="suspensions_ended_whole",
        ),
        CheckConstraint("suspended_by <> person_id", name="suspensions_by_another"),
    )

    suspension_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"))
    reason: Mapped[str] = mapped_column(Text)
    suspended_at: Mapped[datetime]
    suspended_by: Mapped[UUID]
    reinstated_at: Mapped[datetime | None]
    reinstated_by: Mapped[UUID | None]
    reinstated_because: Mapped[str | None] = mapped_column(Text)


class EndedRoleRow(Base):
    """A role that somebody held once: from when, until when, and who took it back."""

    __tablename__ = "ended_roles"
    __table_args__ = (Index("ended_roles_of_person", "person_id", "ended_at"),)

    ended_role_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"))
    role: Mapped[Role] = mapped_column(words(Role, "ended_roles_role"))
    area: Mapped[str] = mapped_column(Text)
    assigned_at: Mapped[datetime]
    assigned_by: Mapped[UUID | None]
    ended_at: Mapped[datetime]
    ended_by: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(Text)
