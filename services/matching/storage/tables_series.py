"""Weekly series and the dates that are left out of them."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, Time, text
from sqlalchemy.orm import Mapped, mapped_column

from services.matching.storage.tables import DOOR_IS_SEALED, Base


class SeriesRow(Base):  # type: ignore[misc, valid-type]
    """A series. Up to the day ``made_until`` its requests are made; none is made anew."""

    __tablename__ = "series"
    __table_args__ = (
        CheckConstraint("state in ('active', 'paused', 'ended')", name="series_state"),
        CheckConstraint("(pause_reason is not null) = (state = 'paused')", name="series_pause"),
        CheckConstraint("weekday between 1 and 7", name="series_weekday"),
        CheckConstraint("minutes > 0 and minutes <= window_minutes", name="series_minutes"),
        CheckConstraint("refusals >= 0", name="series_refusals"),
        CheckConstraint(DOOR_IS_SEALED, name="series_sealed"),
        Index("series_of_elder", "elder_id", "created_at", "series_id"),
        Index("series_to_make", "made_until", postgresql_where=text("state = 'active'")),
    )

    series_id: Mapped[UUID] = mapped_column(primary_key=True)
    elder_id: Mapped[UUID]
    submitted_by: Mapped[UUID]
    category: Mapped[str] = mapped_column(Text)
    item_code: Mapped[str] = mapped_column(Text)
    weekday: Mapped[int]
    time_of_day: Mapped[time] = mapped_column(Time)
    window_minutes: Mapped[int]
    minutes: Mapped[int]
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    made_until: Mapped[date] = mapped_column(Date)
    street: Mapped[str] = mapped_column(Text)
    district: Mapped[str] = mapped_column(Text)
    latitude: Mapped[float]
    longitude: Mapped[float]
    # Sealed, as a request's.
    address: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(Text)
    preferred_volunteer_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(Text)
    pause_reason: Mapped[str | None] = mapped_column(Text)
    # How many requests in a row the ledger has refused.
    refusals: Mapped[int]
    ended_by: Mapped[UUID | None]
    end_reason: Mapped[str | None] = mapped_column(Text)
    continues_id: Mapped[UUID | None] = mapped_column(ForeignKey("series.series_id"), unique=True)
    version: Mapped[int]
    created_at: Mapped[datetime]


class SkipRow(Base):  # type: ignore[misc, valid-type]
    """A date that a series leaves out."""

    __tablename__ = "series_skips"

    series_id: Mapped[UUID] = mapped_column(ForeignKey("series.series_id"), primary_key=True)
    occurs_on: Mapped[date] = mapped_column(Date, primary_key=True)
    skipped_by: Mapped[UUID]
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
