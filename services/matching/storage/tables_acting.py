"""Copies of who leads whom and who acts for whom, fed by identity's events."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.matching.storage.tables import Base


class GuardianshipRow(Base):  # type: ignore[misc, valid-type]
    """A confirmed guardianship; one that has ended stays, lest a late word of it revive it."""

    __tablename__ = "guardianships"
    __table_args__ = (
        CheckConstraint("kind in ('minor', 'adult')", name="guardianships_kind"),
        Index("guardianships_of_ward", "ward_id", postgresql_where=text("not is_ended")),
    )

    guardianship_id: Mapped[UUID] = mapped_column(primary_key=True)
    ward_id: Mapped[UUID]
    guardian_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    is_ended: Mapped[bool]


class ConsentRow(Base):  # type: ignore[misc, valid-type]
    """An elder's consent; ``until`` is unknown of one of which only the end has been told."""

    __tablename__ = "consents"
    __table_args__ = (
        Index("consents_of_elder", "elder_id", "agent_id", postgresql_where=text("not is_ended")),
        CheckConstraint("is_ended or until is not null", name="consents_until"),
    )

    consent_id: Mapped[UUID] = mapped_column(primary_key=True)
    elder_id: Mapped[UUID]
    agent_id: Mapped[UUID]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    until: Mapped[datetime | None]
    is_ended: Mapped[bool]
