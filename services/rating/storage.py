"""Rating's tables, and what loads and saves them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, Text, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from services.kernel.contract import NotFound
from services.kernel.database import new_base
from services.rating import domain
from services.rating.contract import AlreadyRated, Channel


Base = new_base()


class VisitRow(Base):  # type: ignore[misc, valid-type]
    """A copy of what matching told of a completed visit."""

    __tablename__ = "visits"
    __table_args__ = (CheckConstraint("elder_id <> volunteer_id", name="visits_two_people"),)

    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    elder_id: Mapped[UUID]
    volunteer_id: Mapped[UUID]
    street: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime]


class RatingRow(Base):  # type: ignore[misc, valid-type]
    """A rating as it was given: rows are only ever added, one for a visit."""

    __tablename__ = "ratings"
    __table_args__ = (
        CheckConstraint("stars between 1 and 5", name="ratings_stars"),
        CheckConstraint(
            "channel in ('platform', 'phone_call', 'home_visit', 'paper_form')",
            name="ratings_channel",
        ),
        CheckConstraint("(rated_by = elder_id) = (channel = 'platform')", name="ratings_acted"),
        CheckConstraint("rated_by <> volunteer_id", name="ratings_not_by_volunteer"),
        Index("ratings_of_volunteer", "volunteer_id"),
    )

    rating_id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.visit_id"), unique=True)
    elder_id: Mapped[UUID]
    volunteer_id: Mapped[UUID]
    stars: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    rated_by: Mapped[UUID]
    rated_at: Mapped[datetime]


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


def save_visit(session: Session, visit: domain.Visit) -> None:
    """Keep a visit; one that is known already stays as it is."""
    session.execute(insert(VisitRow).values(vars(visit)).on_conflict_do_nothing())


def find_visit(session: Session, visit_id: UUID) -> domain.Visit:
    """Raises NotFound when no such visit has been completed, as far as rating knows."""
    row = session.get(VisitRow, visit_id)
    if row is None:
        raise NotFound("There is no completed visit of this id.")
    return domain.Visit(row.visit_id, row.elder_id, row.volunteer_id, row.street, row.ended_at)


def is_rated(session: Session, visit_id: UUID) -> bool:
    query = select(RatingRow.rating_id).where(RatingRow.visit_id == visit_id)
    return session.scalar(query) is not None


def add_rating(session: Session, rating: domain.Rating) -> None:
    """Raises AlreadyRated when the visit has a rating, be it one that commits at this moment."""
    row = insert(RatingRow).values(vars(rating) | {"channel": rating.channel.value})
    once = row.on_conflict_do_nothing(index_elements=["visit_id"]).returning(RatingRow.rating_id)
    if session.scalar(once) is None:
        raise AlreadyRated


def find_rating(session: Session, visit_id: UUID) -> domain.Rating:
    """Raises NotFound when the visit has not been rated."""
    row = session.scalar(select(RatingRow).where(RatingRow.visit_id == visit_id))
    if row is None:
        raise NotFound("This visit has not been rated.")
    return domain.Rating(
        row.rating_id,
        row.visit_id,
        row.elder_id,
        row.volunteer_id,
        row.stars,
        row.words,
        Channel(row.channel),
        row.rated_by,
        row.rated_at,
    )


def lock_reputation(session: Session, volunteer_id: UUID) -> domain.Reputation:
    """The reputation as nobody else can change it until this transaction ends."""
    nothing = insert(ReputationRow).values(vars(domain.Reputation(volunteer_id)))
    session.execute(nothing.on_conflict_do_nothing())
    query = select(ReputationRow).where(ReputationRow.volunteer_id == volunteer_id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    return _reputation(session.scalars(locked).one())


def save_reputation(session: Session, reputation: domain.Reputation) -> None:
    row = session.get_one(ReputationRow, reputation.volunteer_id)
    row.ratings, row.stars_sum = reputation.ratings, reputation.stars_sum


def find_reputation(session: Session, volunteer_id: UUID) -> domain.Reputation:
    """Of somebody without ratings: nothing yet."""
    row = session.get(ReputationRow, volunteer_id)
    return _reputation(row) if row else domain.Reputation(volunteer_id)


def _reputation(row: ReputationRow) -> domain.Reputation:
    return domain.Reputation(row.volunteer_id, row.ratings, row.stars_sum)
