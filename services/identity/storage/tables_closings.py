"""Accounts that have ended, why, and since when nothing but the index is left of the ID number."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.contract import ClosingReason
from services.identity.storage.tables import Base, words


class ClosingRow(Base):
    """How an account ended; ``sealed_paper`` names the paper that was seen."""

    __tablename__ = "closings"
    __table_args__ = (
        CheckConstraint("reason <> 'death' OR sealed_paper IS NOT NULL", name="closings_paper"),
        Index(
            "closings_id_number_kept",
            "closed_at",
            postgresql_where=text("id_number_erased_at IS NULL"),
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"), primary_key=True)
    reason: Mapped[ClosingReason] = mapped_column(words(ClosingReason, "closings_reason"))
    closed_on: Mapped[date]
    closed_at: Mapped[datetime]
    closed_by: Mapped[UUID]
    sealed_paper: Mapped[str | None] = mapped_column(Text)
    id_number_erased_at: Mapped[datetime | None]
