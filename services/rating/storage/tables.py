"""Rating's tables, and the rules that the database itself keeps."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.database import new_base


Base = new_base()


class VisitRow(Base):  # type: ignore[misc, valid-type]
    """A copy of what matching told of a completed visit."""

    __tablename__ = "visits"
    __table_args__ = (
        CheckConstraint("elder_id <> volunteer_id", name="visits_two_people"),
        Index("visits_by_time", "ended_at"),
    )

    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    elder_id: Mapped[UUID]
    volunteer_id: Mapped[UUID]
    street: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime]
    category: Mapped[str] = mapped_column(Text, server_default="")


class RatingRow(Base):  # type: ignore[misc, valid-type]
    """A rating as it was said at one time: rows are only ever added, an edit adds a version."""

    __tablename__ = "ratings"
    __table_args__ = (
        CheckConstraint("stars between 1 and 5", name="ratings_stars"),
        CheckConstraint(
            "channel in ('platform', 'phone_call', 'home_visit', 'paper_form')",
            name="ratings_channel",
        ),
        CheckConstraint("rated_by <> elder_id or channel = 'platform'", name="ratings_acted"),
        CheckConstraint("rated_by <> volunteer_id", name="ratings_not_by_volunteer"),
        CheckConstraint("version >= 1", name="ratings_version"),
        CheckConstraint(
            "coalesce(punctual, 1) between 1 and 5 and coalesce(attitude, 1) between 1 and 5"
            " and coalesce(skill, 1) between 1 and 5 and coalesce(safety, 1) between 1 and 5",
            name="ratings_dimensions",
        ),
        UniqueConstraint("visit_id", "version", name="ratings_one_of_a_version"),
        Index("ratings_of_volunteer", "volunteer_id"),
    )

    rating_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, server_default="1")
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.visit_id"))
    elder_id: Mapped[UUID]
    volunteer_id: Mapped[UUID]
    stars: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    rated_by: Mapped[UUID]
    rated_at: Mapped[datetime]
    punctual: Mapped[int | None] = mapped_column(SmallInteger)
    attitude: Mapped[int | None] = mapped_column(SmallInteger)
    skill: Mapped[int | None] = mapped_column(SmallInteger)
    safety: Mapped[int | None] = mapped_column(SmallInteger)
    again: Mapped[bool | None]
    wants_to_complain: Mapped[bool] = mapped_column(server_default=false())
    policy_version: Mapped[int | None]


class ReputationRow(Base):  # type: ignore[misc, valid-type]
    """What a volunteer's ratings add up to, kept in the transaction of each rating."""

    __tablename__ = "reputation"
    __table_args__ = (
        CheckConstraint("ratings >= 0", name="reputation_ratings"),
        CheckConstraint("stars_sum between ratings and 5 * ratings", name="reputation_stars"),
    )

    volunteer_id: Mapped[UUID] = mapped_column(primary_key=True)
    ratings: Mapped[int] = mapped_column(BigInteger)
    stars_sum: Mapped[int] = mapped_column(BigInteger)
