"""Strikes of volunteers and elders."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.matching.storage.tables import Base


class StrikeRow(Base):  # type: ignore[misc, valid-type]
    """One strike, once for each booking and kind; a clerk may waive it, with a reason."""

    __tablename__ = "strikes"
    __table_args__ = (
        CheckConstraint(
            "(side, kind) in (('volunteer', 'no_show'), ('volunteer', 'late_release'),"
            " ('elder', 'late_cancel'), ('elder', 'elder_absent'))",
            name="strikes_kind",
        ),
        CheckConstraint("state in ('given', 'waived')", name="strikes_state"),
        CheckConstraint(
            "(state = 'waived') = (waived_by is not null) and"
            " (waived_by is null) = (waive_reason is null)",
            name="strikes_waived",
        ),
        UniqueConstraint("booking_id", "kind", name="strikes_once"),
        Index("strikes_of_person", "person_id", "given_at"),
    )

    strike_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    side: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime]
    request_id: Mapped[UUID] = mapped_column(ForeignKey("requests.request_id"))
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.booking_id"))
    street: Mapped[str] = mapped_column(Text)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    waived_by: Mapped[UUID | None]
    waived_at: Mapped[datetime | None]
    waive_reason: Mapped[str | None] = mapped_column(Text)
