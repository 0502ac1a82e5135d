"""The catalogue of rewards and what was exchanged (S10) as tables."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.ledger.storage.tables import Base


class RewardRow(Base):  # type: ignore[misc, valid-type]
    """One item of the catalogue; the stock is never below zero."""

    __tablename__ = "rewards"
    __table_args__ = (
        CheckConstraint("points > 0", name="rewards_points"),
        CheckConstraint("stock >= 0", name="rewards_stock"),
    )

    reward_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    district: Mapped[str] = mapped_column(Text)
    name_zh: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    points: Mapped[int] = mapped_column(BigInteger)
    stock: Mapped[int] = mapped_column(BigInteger)


class ExchangeRow(Base):  # type: ignore[misc, valid-type]
    """What somebody exchanged points for, and who handed it over when."""

    __tablename__ = "exchanges"
    __table_args__ = (
        CheckConstraint("quantity > 0 and points > 0", name="exchanges_amounts"),
        CheckConstraint(
            "(handed_over_at is null) = (handed_over_by is null)", name="exchanges_handed_over"
        ),
        Index("exchanges_of_person", "person_id", "exchange_id"),
    )

    exchange_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    district: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    name_zh: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int] = mapped_column(BigInteger)
    points: Mapped[int] = mapped_column(BigInteger)
    exchanged_at: Mapped[datetime]
    exchanged_by: Mapped[UUID]
    handed_over_at: Mapped[datetime | None]
    handed_over_by: Mapped[UUID | None]
