"""Public programmes of the districts (S16)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.ledger.storage.tables import Base


class ProgrammeRow(Base):  # type: ignore[misc, valid-type]
    """One programme; its minutes stand on its account. Closed ones are never opened again."""

    __tablename__ = "programmes"
    __table_args__ = (
        CheckConstraint("state in ('open', 'closed')", name="programmes_state"),
        CheckConstraint(
            "(state = 'closed') = (closed_by is not null)"
            " and (closed_by is null) = (closed_at is null)"
            " and (closed_by is null) = (closing_reason is null)",
            name="programmes_closing",
        ),
        Index("programmes_of_district", "district", "opened_at", "programme_id"),
    )

    programme_id: Mapped[UUID] = mapped_column(primary_key=True)
    district: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    ends_on: Mapped[date | None] = mapped_column(Date)
    opened_by: Mapped[UUID]
    opened_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(Text)
    closed_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
    closing_reason: Mapped[str | None] = mapped_column(Text)
