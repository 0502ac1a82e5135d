"""Proven service, and the stars that it brought."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.rating.storage.tables import Base


class ServedVisitRow(Base):  # type: ignore[misc, valid-type]
    """The minutes that a visit proved: only ever added, once a visit."""

    __tablename__ = "served_visits"
    __table_args__ = (
        CheckConstraint("minutes >= 0", name="served_visits_minutes"),
        Index("served_visits_of_volunteer", "volunteer_id"),
        Index("served_visits_by_time", "ended_at"),
    )

    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    volunteer_id: Mapped[UUID]
    minutes: Mapped[int]
    ended_at: Mapped[datetime]
    category: Mapped[str] = mapped_column(Text, server_default="")
    street: Mapped[str] = mapped_column(Text, server_default="")


class ServedRow(Base):  # type: ignore[misc, valid-type]
    """Their sum; who changes anything of a volunteer locks this row first."""

    __tablename__ = "served"
    __table_args__ = (CheckConstraint("minutes >= 0", name="served_minutes"),)

    volunteer_id: Mapped[UUID] = mapped_column(primary_key=True)
    minutes: Mapped[int] = mapped_column(BigInteger)


class StarRow(Base):  # type: ignore[misc, valid-type]
    """A star that was reached: only ever added, once a volunteer."""

    __tablename__ = "stars"
    __table_args__ = (
        CheckConstraint("star >= 1", name="stars_star"),
        CheckConstraint("minutes >= 60 * hours", name="stars_hours"),
    )

    volunteer_id: Mapped[UUID] = mapped_column(primary_key=True)
    star: Mapped[int] = mapped_column(primary_key=True)
    hours: Mapped[int]
    minutes: Mapped[int] = mapped_column(BigInteger)
    ratings: Mapped[int] = mapped_column(BigInteger)
    stars_sum: Mapped[int] = mapped_column(BigInteger)
    policy_version: Mapped[int]
    reached_at: Mapped[datetime]
