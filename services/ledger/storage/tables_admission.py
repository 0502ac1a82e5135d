"""Applications to public care homes (S9) as tables."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.ledger.storage.tables import Base


class ApplicationRow(Base):  # type: ignore[misc, valid-type]
    """One application and where it stands; a person has one open application at most."""

    __tablename__ = "applications"
    __table_args__ = (
        CheckConstraint(
            "state in ('applied', 'reviewed', 'offered', 'admitted', 'declined', 'withdrawn')",
            name="applications_state",
        ),
        CheckConstraint("minutes > 0", name="applications_minutes"),
        CheckConstraint(
            "(home is null) = (answer_by is null)"
            " and (state not in ('offered', 'admitted') or home is not null)"
            " and (state not in ('applied', 'reviewed') or home is null)",
            name="applications_offer",
        ),
        CheckConstraint("care_home_id is null or home is not null", name="applications_home"),
        Index(
            "applications_in_home",
            "care_home_id",
            postgresql_where=text("state in ('offered', 'admitted')"),
        ),
        Index(
            "applications_open_once",
            "person_id",
            unique=True,
            postgresql_where=text("state in ('applied', 'reviewed', 'offered')"),
        ),
        Index("applications_of_district", "district", "applied_at", "application_id"),
        Index(
            "applications_queue",
            "district",
            "applied_at",
            "application_id",
            postgresql_where=text("state = 'reviewed'"),
        ),
    )

    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    district: Mapped[str] = mapped_column(Text)
    need: Mapped[str] = mapped_column(Text)
    minutes: Mapped[int] = mapped_column(BigInteger)
    applied_at: Mapped[datetime]
    applied_by: Mapped[UUID]
    state: Mapped[str] = mapped_column(Text)
    home: Mapped[str | None] = mapped_column(Text)
    answer_by: Mapped[datetime | None]
    care_home_id: Mapped[UUID | None] = mapped_column(ForeignKey("care_homes.care_home_id"))


class ApplicationStepRow(Base):  # type: ignore[misc, valid-type]
    """How, when and by whom an application came into a state; never changed."""

    __tablename__ = "application_steps"

    application_id: Mapped[UUID] = mapped_column(
        ForeignKey("applications.application_id"), primary_key=True
    )
    state: Mapped[str] = mapped_column(Text, primary_key=True)
    move: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    acted_by: Mapped[UUID]
    reason: Mapped[str | None] = mapped_column(Text)
