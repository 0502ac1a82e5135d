"""What volunteers say: an answer to a rating, and how safe it was there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.rating.storage.tables import Base


class ReplyRow(Base):  # type: ignore[misc, valid-type]
    """The volunteer's answer: one for a visit, only ever added."""

    __tablename__ = "replies"
    __table_args__ = (CheckConstraint("words <> ''", name="replies_words"),)

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.visit_id"), primary_key=True)
    rating_id: Mapped[UUID]
    words: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime]
    policy_version: Mapped[int | None]


class ConditionsRow(Base):  # type: ignore[misc, valid-type]
    """How safe the volunteer found it: one for a visit, only ever added."""

    __tablename__ = "conditions"
    __table_args__ = (CheckConstraint("safety between 1 and 5", name="conditions_safety"),)

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.visit_id"), primary_key=True)
    elder_id: Mapped[UUID]
    volunteer_id: Mapped[UUID]
    safety: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str] = mapped_column(Text)
    rated_at: Mapped[datetime]
    policy_version: Mapped[int | None]
