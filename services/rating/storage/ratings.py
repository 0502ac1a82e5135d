"""Ratings: one for a visit."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.kernel.contract import NotFound
from services.rating import domain
from services.rating.contract import AlreadyRated, Channel
from services.rating.storage.tables import RatingRow


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
