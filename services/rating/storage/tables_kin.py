"""A copy of who is whose relative, fed by identity's events."""

from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.rating.storage.tables import Base


class KinRow(Base):  # type: ignore[misc, valid-type]
    """A confirmed kinship; one that has ended stays, lest a word of before revive it."""

    __tablename__ = "kin"
    __table_args__ = (
        Index("kin_of_person", "person_id", "relative_id"),
        Index("kin_of_relative", "relative_id"),
    )

    kinship_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    relative_id: Mapped[UUID]
    is_ended: Mapped[bool]
    sequence: Mapped[int] = mapped_column(BigInteger)
