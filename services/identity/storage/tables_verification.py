"""What happened in each person's verification, step by step."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.contract import VerificationWay
from services.identity.domain.states import PersonState
from services.identity.storage.tables import Base, words


class VerificationStepRow(Base):
    """One step: which state it led to, how, why, and who acted. Steps are only ever added."""

    __tablename__ = "verification_steps"
    __table_args__ = (Index("verification_steps_person", "person_id", "number"),)

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"))
    state: Mapped[PersonState] = mapped_column(words(PersonState, "verification_steps_state"))
    way: Mapped[VerificationWay | None] = mapped_column(
        words(VerificationWay, "verification_steps_way")
    )
    reason: Mapped[str | None] = mapped_column(Text)
    sealed_words: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]
    acted_by: Mapped[UUID | None]
