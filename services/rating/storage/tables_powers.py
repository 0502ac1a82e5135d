"""A copy of who may act for whom, fed by identity's events."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, false
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.rating.storage.tables import Base


class PowerRow(Base):  # type: ignore[misc, valid-type]
    """A consent, or a guardianship; one that has ended stays as a mark."""

    __tablename__ = "powers"
    __table_args__ = (
        Index("powers_of_person", "person_id", "agent_id"),
        Index("powers_of_agent", "agent_id"),
    )

    power_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    agent_id: Mapped[UUID]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    until: Mapped[datetime | None]
    is_ended: Mapped[bool]
    of_minor: Mapped[bool] = mapped_column(server_default=false())
