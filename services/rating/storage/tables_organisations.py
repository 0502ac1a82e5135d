"""A copy of organisations, their projects and who belongs to them, fed by identity's events."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Date, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.rating.storage.tables import Base


class OrganisationRow(Base):  # type: ignore[misc, valid-type]
    """An organisation as it is now; ``sequence`` tells how new that is."""

    __tablename__ = "organisations"
    __table_args__ = (Index("organisations_of_district", "district", "kind"),)

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    district: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    sequence: Mapped[int] = mapped_column(BigInteger)


class ProjectRow(Base):  # type: ignore[misc, valid-type]
    """A project as it is now."""

    __tablename__ = "projects"
    __table_args__ = (Index("projects_of_organisation", "organisation_id"),)

    project_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    sequence: Mapped[int] = mapped_column(BigInteger)


class StaffStepRow(Base):  # type: ignore[misc, valid-type]
    """A step of somebody's as staff of an organisation: only ever added."""

    __tablename__ = "staff_steps"
    __table_args__ = (
        Index("staff_steps_of_organisation", "organisation_id"),
        Index("staff_steps_of_person", "person_id"),
    )

    staff_id: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    organisation_id: Mapped[UUID]
    person_id: Mapped[UUID]
    is_lead: Mapped[bool]
    state: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
