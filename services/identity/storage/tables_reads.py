"""Who has read personal data of whom, unmasked: rows are only ever added."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.storage.tables import Base


class ReadRow(Base):
    """One unmasked read: of whom, by whom in which role, what, why, in which story."""

    __tablename__ = "reads"
    __table_args__ = (
        CheckConstraint("person_id <> read_by", name="reads_by_another"),
        CheckConstraint("cardinality(fields_read) > 0", name="reads_something"),
        Index("reads_of_person", "person_id", "read_at", "read_id"),
    )

    read_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"))
    read_by: Mapped[UUID]
    role: Mapped[str] = mapped_column(Text)
    fields_read: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reason: Mapped[str] = mapped_column(Text)
    read_at: Mapped[datetime]
    correlation_id: Mapped[str] = mapped_column(Text)
