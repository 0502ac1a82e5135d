"""A copy of verified people, fed by identity's events."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Date, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.rating.storage.tables import Base


class PersonRow(Base):  # type: ignore[misc, valid-type]
    """Name and street of a verified person; ``sequence`` tells how new it is."""

    __tablename__ = "people"
    __table_args__ = (Index("people_by_street", "street"),)

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    birth_date: Mapped[date] = mapped_column(Date)
    street: Mapped[str] = mapped_column(Text)
    sequence: Mapped[int] = mapped_column(BigInteger)
