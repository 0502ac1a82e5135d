"""Ratings: one for a visit, with every version of what was said."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session, aliased

from services.kernel.contract import NotFound
from services.rating import domain
from services.rating.contract import AlreadyRated, Channel
from services.rating.domain.visits import DISTRICT_DIGITS
from services.rating.storage.tables import RatingRow, VisitRow


FIELDS = tuple(domain.Rating.__dataclass_fields__)


def add_rating(session: Session, rating: domain.Rating) -> None:
    """Raises AlreadyRated when that version is there, be it one that commits at this moment."""
    row = insert(RatingRow).values(vars(rating) | {"channel": rating.channel.value})
    once = row.on_conflict_do_nothing().returning(RatingRow.rating_id)
    if session.scalar(once) is None:
        raise AlreadyRated


def versions_of(session: Session, visit_id: UUID) -> list[domain.Rating]:
    """All that was said of a visit, oldest first; nothing while it has not been rated."""
    query = select(RatingRow).where(RatingRow.visit_id == visit_id).order_by(RatingRow.version)
    return [_rating(row) for row in session.scalars(query)]


def rated_versions(session: Session, visit_id: UUID) -> list[domain.Rating]:
    """Raises NotFound when the visit has not been rated."""
    versions = versions_of(session, visit_id)
    if not versions:
        raise NotFound("This visit has not been rated.")
    return versions


def rated_among(session: Session, visit_ids: list[UUID]) -> set[UUID]:
    return set(session.scalars(select(RatingRow.visit_id).where(RatingRow.visit_id.in_(visit_ids))))


def complaints_in(
    session: Session, area: str, most: int, before: tuple[datetime, UUID] | None
) -> list[domain.Rating]:
    """Newest first; who has said it anew without the wish is not among them."""
    newer = aliased(RatingRow)
    query = (
        select(RatingRow)
        .join(VisitRow, VisitRow.visit_id == RatingRow.visit_id)
        .where(
            VisitRow.street.startswith(area),
            RatingRow.wants_to_complain,
            ~exists().where(
                newer.visit_id == RatingRow.visit_id, newer.version > RatingRow.version
            ),
        )
        .order_by(RatingRow.rated_at.desc(), RatingRow.rating_id.desc())
        .limit(most)
    )
    if before is not None:
        query = query.where(tuple_(RatingRow.rated_at, RatingRow.rating_id) < tuple_(*before))
    return [_rating(row) for row in session.scalars(query)]


def counted_of(session: Session, volunteer_id: UUID) -> list[domain.Counted]:
    """Each rated visit of a volunteer with the stars that count now: its newest version's."""
    newest = (
        select(RatingRow.visit_id, RatingRow.stars)
        .where(RatingRow.volunteer_id == volunteer_id)
        .ext(distinct_on(RatingRow.visit_id))
        .order_by(RatingRow.visit_id, RatingRow.version.desc())
        .subquery()
    )
    query = select(VisitRow, newest.c.stars).join(newest, VisitRow.visit_id == newest.c.visit_id)
    return [
        domain.Counted(domain.Where(row.category, row.street[:DISTRICT_DIGITS]), stars)
        for row, stars in session.execute(query)
    ]


def _rating(row: RatingRow) -> domain.Rating:
    kept = domain.Rating(**{name: getattr(row, name) for name in FIELDS})
    return replace(kept, channel=Channel(row.channel))
