"""How often each person's tokens were made void."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.storage.tables import Base


class SessionGenerationRow(Base):
    """Tokens of an earlier generation than this are void; who has no row is at generation 0.

    ``revoked_at`` is the database's clock, also in a demonstration: readers ask for what is new.
    """

    __tablename__ = "session_generations"
    __table_args__ = (Index("session_generations_revoked", "revoked_at", "person_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"), primary_key=True)
    generation: Mapped[int]
    revoked_at: Mapped[datetime]
