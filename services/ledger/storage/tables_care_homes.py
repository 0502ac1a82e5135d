"""A copy of the public care homes, fed by identity's events."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.ledger.storage.tables import Base


class CareHomeRow(Base):  # type: ignore[misc, valid-type]
    """One home; ``sequence`` tells how new the word of it is."""

    __tablename__ = "care_homes"
    __table_args__ = (
        CheckConstraint("places > 0", name="care_homes_places"),
        Index("care_homes_of_district", "district", "name"),
    )

    care_home_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    district: Mapped[str] = mapped_column(Text)
    places: Mapped[int]
    is_open: Mapped[bool]
    sequence: Mapped[int] = mapped_column(BigInteger)
