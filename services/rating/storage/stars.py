"""Proven service and stars: each visit counts once, each star is reached once."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.rating.domain.stars import Served, ServiceChange, Star, proven
from services.rating.storage.tables_disputes import ServiceChangeRow
from services.rating.storage.tables_stars import ServedRow, ServedVisitRow, StarRow


SERVED = tuple(Served.__dataclass_fields__)
CHANGE = tuple(ServiceChange.__dataclass_fields__)
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
    """What is proven by now: the recount and certificates go by this, so a correction shows."""
    query = select(ServedVisitRow).where(ServedVisitRow.volunteer_id == volunteer_id)
    told = [
        Served(**{name: getattr(row, name) for name in SERVED}) for row in session.scalars(query)
    ]
    return proven(told, service_changes(session, volunteer_id))


def save_change(session: Session, change: ServiceChange) -> int:
    """Keep what a dispute changes instead of what it changed before; the difference.

    The caller holds the volunteer's service locked.
    """
    former = session.get(ServiceChangeRow, change.dispute_id, populate_existing=True)
    earlier = former.minutes if former else 0
    row = insert(ServiceChangeRow).values(vars(change))
    newer = {name: row.excluded[name] for name in ("minutes", "settled_at")}
    session.execute(row.on_conflict_do_update(index_elements=["dispute_id"], set_=newer))
    return change.minutes - earlier


def service_changes(session: Session, volunteer_id: UUID) -> list[ServiceChange]:
    query = select(ServiceChangeRow).where(ServiceChangeRow.volunteer_id == volunteer_id)
    return [
        ServiceChange(**{name: getattr(row, name) for name in CHANGE})
        for row in session.scalars(query)
    ]


def change_of_visit(session: Session, visit_id: UUID) -> int:
    """What its disputes have changed so far of the minutes that a visit proved."""
    query = select(func.coalesce(func.sum(ServiceChangeRow.minutes), 0))
    return int(session.scalar(query.where(ServiceChangeRow.visit_id == visit_id)) or 0)


def add_star(session: Session, star: Star) -> None:
    session.execute(insert(StarRow).values(vars(star)))


def stars_of(session: Session, volunteer_id: UUID) -> list[Star]:
    """In their order."""
    query = select(StarRow).where(StarRow.volunteer_id == volunteer_id).order_by(StarRow.star)
    return [Star(**{name: getattr(row, name) for name in STAR}) for row in session.scalars(query)]
