"""Volunteers' profiles: what they can, when and how far they come; and what was certified."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, Text, func, literal_column
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.matching.storage.tables import Base


class VolunteerRow(Base):  # type: ignore[misc, valid-type]
    """One volunteer's profile. Their base is where they set out from: home, unless they say so."""

    __tablename__ = "volunteers"
    __table_args__ = (
        CheckConstraint("most_minutes_a_day > 0", name="volunteers_minutes"),
        CheckConstraint("radius_metres > 0", name="volunteers_radius"),
        Index(
            "volunteers_places",
            func.on_globe(literal_column("latitude"), literal_column("longitude")),
            postgresql_using="gist",
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"), primary_key=True)
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text))
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    free_times: Mapped[list[Any]] = mapped_column(JSON)
    days_off: Mapped[list[date]] = mapped_column(ARRAY(Date))
    most_minutes_a_day: Mapped[int]
    radius_metres: Mapped[int]
    dispatchable: Mapped[bool]
    at_home: Mapped[bool]
    latitude: Mapped[float]
    longitude: Mapped[float]
    changed_at: Mapped[datetime]


class CertificateRow(Base):  # type: ignore[misc, valid-type]
    """A clerk has seen the certificate of a skill; a withdrawn one stays, with the reason."""

    __tablename__ = "certificates"
    __table_args__ = (
        CheckConstraint(
            "(withdrawn_by is null) = (withdrawn_at is null)"
            " and (withdrawn_by is null) = (withdraw_reason is null)",
            name="certificates_withdrawn",
        ),
        Index(
            "certificates_one_of_a_skill",
            "person_id",
            "skill",
            unique=True,
            postgresql_where=literal_column("withdrawn_at is null"),
        ),
    )

    certificate_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"))
    skill: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    certified_by: Mapped[UUID]
    certified_at: Mapped[datetime]
    valid_until: Mapped[date | None] = mapped_column(Date)
    withdrawn_by: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]
    withdraw_reason: Mapped[str | None] = mapped_column(Text)
