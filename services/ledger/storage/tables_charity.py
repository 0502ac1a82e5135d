"""Which elders receive donations by name (S11)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.ledger.storage.tables import Base


class NeedRow(Base):  # type: ignore[misc, valid-type]
    """The last word of an officer on whether somebody's need is published."""

    __tablename__ = "needs"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    published: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[UUID]
    changed_at: Mapped[datetime]
