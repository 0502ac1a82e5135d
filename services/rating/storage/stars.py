"""Proven service and stars: each visit counts once, each star is reached once."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.rating.domain.stars import Served, Star
from services.rating.storage.tables_stars import ServedRow, ServedVisitRow, StarRow


SERVED = tuple(Served.__dataclass_fields__)
STAR = tuple(Star.__dataclass_fields__)


def lock_served(session: Session, volunteer_id: UUID) -> ServedRow:
    """The volunteer's sum, as nobody else can change it until this transaction ends."""
    nothing = insert(ServedRow).values(volunteer_id=volunteer_id, minutes=0)
    session.execute(nothing.on_conflict_do_nothing())
    query = select(ServedRow).where(ServedRow.volunteer_id == volunteer_id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(locked).one()


def add_served(session: Session, served: Served) -> bool:
    """Whether the visit is new; one that is known already stays as it is."""
    row = insert(ServedVisitRow).values(vars(served))
    once = row.on_conflict_do_nothing().returning(ServedVisitRow.visit_id)
    return session.scalar(once) is not None


def minutes_served(session: Session, volunteer_id: UUID) -> int:
    row = session.get(ServedRow, volunteer_id)
    return row.minutes if row else 0


def served_visits(session: Session, volunteer_id: UUID) -> list[Served]:
    """What is proven by now: the recount and certificates go by it, so a correction shows here."""
    query = select(ServedVisitRow).where(ServedVisitRow.volunteer_id == volunteer_id)
    return [
        Served(**{name: getattr(row, name) for name in SERVED}) for row in session.scalars(query)
    ]


def add_star(session: Session, star: Star) -> None:
    session.execute(insert(StarRow).values(vars(star)))


def stars_of(session: Session, volunteer_id: UUID) -> list[Star]:
    """In their order."""
    query = select(StarRow).where(StarRow.volunteer_id == volunteer_id).order_by(StarRow.star)
    return [Star(**{name: getattr(row, name) for name in STAR}) for row in session.scalars(query)]
