"""Copies of who is suspended and who belongs to which special group."""

from uuid import UUID

from sqlalchemy import BigInteger, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.matching.storage.tables import Base


class SuspensionRow(Base):  # type: ignore[misc, valid-type]
    """Whether somebody is suspended; it may be told before they are known as verified."""

    __tablename__ = "suspensions"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    is_suspended: Mapped[bool]
    sequence: Mapped[int] = mapped_column(BigInteger)


class SpecialGroupRow(Base):  # type: ignore[misc, valid-type]
    """One membership of a special group (S16); once ended it never comes back."""

    __tablename__ = "special_groups"
    __table_args__ = (
        Index("special_groups_standing", "person_id", postgresql_where=text("not is_ended")),
    )

    membership_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    group_name: Mapped[str] = mapped_column(Text)
    is_ended: Mapped[bool]
