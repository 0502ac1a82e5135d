"""Secrets of one-time codes, sealed; printed cards; which codes were used; wrong tries."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.matching.storage.tables import Base


class VisitCodeRow(Base):  # type: ignore[misc, valid-type]
    """The secret from which a person's phone makes a code every half minute."""

    __tablename__ = "visit_codes"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    sealed_secret: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class CodeCardRow(Base):  # type: ignore[misc, valid-type]
    """A printed card: its codes follow from its secret; one card of a person counts at a time."""

    __tablename__ = "code_cards"
    __table_args__ = (
        Index(
            "code_cards_one_a_person",
            "person_id",
            unique=True,
            postgresql_where=text("voided_at is null"),
        ),
    )

    card_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    sealed_secret: Mapped[str] = mapped_column(Text)
    codes_count: Mapped[int]
    issued_by: Mapped[UUID]
    issued_at: Mapped[datetime]
    print_until: Mapped[datetime]
    voided_at: Mapped[datetime | None]


class UsedCodeRow(Base):  # type: ignore[misc, valid-type]
    """A code that has proven something; ``code_key`` names the half minute, or card and number."""

    __tablename__ = "used_codes"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    code_key: Mapped[str] = mapped_column(Text, primary_key=True)
    booking_id: Mapped[UUID]
    used_at: Mapped[datetime]


class WrongCodeRow(Base):  # type: ignore[misc, valid-type]
    """A wrong code was tried for a booking."""

    __tablename__ = "wrong_codes"
    __table_args__ = (Index("wrong_codes_of_booking", "booking_id", "tried_at"),)

    try_id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_id: Mapped[UUID]
    tried_at: Mapped[datetime]
