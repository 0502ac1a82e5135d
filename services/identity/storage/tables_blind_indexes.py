"""By what people are found again and kept from coming twice: keyed hashes of what is sealed."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.storage.tables import Base


class BlindIndexRow(Base):
    """The keyed hash of one field of one person, by one data key.

    While a key is being exchanged, each field has a row for the old key and one for the new, so
    that processes that know either of them find the same people and never let one in twice.
    """

    __tablename__ = "blind_indexes"
    __table_args__ = (
        Index("blind_indexes_once_a_key", "person_id", "field", "key_id", unique=True),
    )

    field: Mapped[str] = mapped_column(Text, primary_key=True)
    value_index: Mapped[str] = mapped_column(Text, primary_key=True)
    key_id: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"))
