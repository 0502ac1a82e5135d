"""The catalogue of rewards and what was exchanged (S10) as tables."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.ledger.storage.tables import Base


class RewardRow(Base):  # type: ignore[misc, valid-type]
    """One item of the catalogue; the stock is never below zero."""

    __tablename__ = "rewards"
    __table_args__ = (
        CheckConstraint("points > 0", name="rewards_points"),
        CheckConstraint("stock >= 0", name="rewards_stock"),
        CheckConstraint("most_a_person > 0", name="rewards_most_a_person"),
        CheckConstraint("state in ('active', 'withdrawn')", name="rewards_state"),
    )

    reward_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    district: Mapped[str] = mapped_column(Text)
    name_zh: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    points: Mapped[int] = mapped_column(BigInteger)
    stock: Mapped[int] = mapped_column(BigInteger)
    most_a_person: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)


class ExchangeRow(Base):  # type: ignore[misc, valid-type]
    """What somebody exchanged points for, and what became of it."""

    __tablename__ = "exchanges"
    __table_args__ = (
        CheckConstraint("quantity > 0 and points > 0", name="exchanges_amounts"),
        CheckConstraint(
            "(handed_over_at is null) = (handed_over_by is null)", name="exchanges_handed_over"
        ),
        CheckConstraint(
            "state in ('reserved', 'handed_over', 'cancelled', 'lapsed', 'returned')"
            " and (state in ('handed_over', 'returned')) = (handed_over_at is not null)"
            " and (state in ('cancelled', 'lapsed', 'returned')) = (ended_at is not null)"
            " and (state in ('cancelled', 'returned')) = (ended_by is not null)"
            " and (state <> 'returned' or end_reason is not null)"
            " and (state = 'returned' or not damaged)",
            name="exchanges_state",
        ),
        Index("exchanges_of_person", "person_id", "exchange_id"),
        Index(
            "exchanges_to_pick_up",
            "pickup_street",
            "exchange_id",
            postgresql_where=text("state = 'reserved'"),
        ),
        Index("exchanges_due", "pick_up_by", postgresql_where=text("state = 'reserved'")),
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
    pickup_street: Mapped[str] = mapped_column(Text)
    pick_up_by: Mapped[datetime]
    state: Mapped[str] = mapped_column(Text)
    return_by: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    end_reason: Mapped[str | None] = mapped_column(Text)
    damaged: Mapped[bool]
    wrong_codes: Mapped[int] = mapped_column(BigInteger)
    wrong_codes_since: Mapped[datetime | None]
