"""Organisations, the streets that confirm agencies, their staff and their projects."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.contract import OrganisationKind, OrganisationState, Role, StaffState
from services.identity.storage.tables import Base, words


class OrganisationRow(Base):
    """An organisation; of a kind and name one is open in a district."""

    __tablename__ = "organisations"
    __table_args__ = (
        Index(
            "organisations_known_once",
            "district",
            "kind",
            "name",
            unique=True,
            postgresql_where=text("state <> 'closed'"),
        ),
        CheckConstraint("(kind = 'care_home') = (places IS NOT NULL)", name="organisations_places"),
    )

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[OrganisationKind] = mapped_column(words(OrganisationKind, "organisations_kind"))
    name: Mapped[str] = mapped_column(Text)
    district: Mapped[str] = mapped_column(Text)
    state: Mapped[OrganisationState] = mapped_column(
        words(OrganisationState, "organisations_state")
    )
    places: Mapped[int | None]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"))


class OrganisationStreetRow(Base):
    """A street of an agency, and whether its officer, or the district's, has confirmed it."""

    __tablename__ = "organisation_streets"
    __table_args__ = (
        CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="organisation_streets_whole"
        ),
    )

    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisations.organisation_id"), primary_key=True
    )
    street: Mapped[str] = mapped_column(Text, primary_key=True)
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None]


class OrganisationStepRow(Base):
    """How an organisation came into a state: when, by whom and why."""

    __tablename__ = "organisation_steps"
    __table_args__ = (Index("organisation_steps_of", "organisation_id", "at"),)

    step_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.organisation_id"))
    state: Mapped[OrganisationState] = mapped_column(
        words(OrganisationState, "organisation_steps_state")
    )
    at: Mapped[datetime]
    acted_by: Mapped[UUID]
    reason: Mapped[str | None] = mapped_column(Text)


class StaffRow(Base):
    """That somebody works for an organisation; the role counts while both are in order."""

    __tablename__ = "staff"
    __table_args__ = (
        Index(
            "staff_known_once",
            "organisation_id",
            "person_id",
            text("coalesce(area, '')"),
            unique=True,
            postgresql_where=text("state <> 'ended'"),
        ),
        Index("staff_of_person", "person_id"),
        CheckConstraint("(role IS NULL) = (area IS NULL)", name="staff_role_whole"),
        CheckConstraint("added_by <> person_id", name="staff_added_by_another"),
    )

    staff_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.organisation_id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"))
    is_lead: Mapped[bool]
    role: Mapped[Role | None] = mapped_column(words(Role, "staff_role"))
    area: Mapped[str | None] = mapped_column(Text)
    state: Mapped[StaffState] = mapped_column(words(StaffState, "staff_state"))
    added_at: Mapped[datetime]
    added_by: Mapped[UUID]
    changed_at: Mapped[datetime | None]
    changed_by: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(Text)


class ProjectRow(Base):
    """A project of a volunteer organisation."""

    __tablename__ = "projects"
    __table_args__ = (
        Index("projects_of", "organisation_id", "starts_on"),
        CheckConstraint("ends_on >= starts_on", name="projects_term"),
    )

    project_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.organisation_id"))
    name: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    added_by: Mapped[UUID]
