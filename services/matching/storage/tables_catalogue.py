"""The catalogue's items: every version stays, for requests keep the one they were made with."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.matching.storage.tables import Base


class ItemRow(Base):  # type: ignore[misc, valid-type]
    """One version of an item. ``district`` is the city's code for what is offered everywhere."""

    __tablename__ = "items"
    __table_args__ = (
        CheckConstraint("version > 0", name="items_version"),
        CheckConstraint(
            "smallest_minutes > 0 and largest_minutes > 0 and smallest_minutes <= largest_minutes",
            name="items_minutes",
        ),
        CheckConstraint(
            "smallest_group > 0 and smallest_group <= largest_group", name="items_group"
        ),
        CheckConstraint(
            "not certificate_needed or needed_skill is not null", name="items_certificate"
        ),
        Index("items_of_district", "district", "category"),
    )

    item_code: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(Text)
    district: Mapped[str] = mapped_column(Text)
    name_zh: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    needed_skill: Mapped[str | None] = mapped_column(Text)
    certificate_needed: Mapped[bool]
    smallest_minutes: Mapped[int | None]
    largest_minutes: Mapped[int | None]
    smallest_group: Mapped[int]
    largest_group: Mapped[int]
    needs_review: Mapped[bool]
    retired: Mapped[bool]
    in_force_from: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(Text)
