"""Kinships: each stored once, in its canonical direction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.contract import KinshipDecided
from services.identity.domain.kinship import Kinship, KinshipState
from services.identity.domain.people import Person
from services.identity.storage.people import lock_person
from services.identity.storage.tables import KinshipRow
from services.kernel.contract import NotFound


def kinship_from(row: KinshipRow) -> Kinship:
    return Kinship(row.person_id, row.relative_id, row.relation)


def add_claim(
    session: Session, kinship_id: UUID, kinship: Kinship, now: datetime, claimed_by: UUID | None
) -> KinshipRow:
    """Raises KinshipDecided when it is claimed already, or the two are confirmed as some kin."""
    stored = kinship.canonical()
    if confirmed_between(session, stored):
        raise KinshipDecided
    row = insert(KinshipRow).values(
        kinship_id=kinship_id,
        person_id=stored.person_id,
        relative_id=stored.relative_id,
        relation=stored.relation,
        state=KinshipState.CLAIMED,
        claimed_at=now,
        claimed_by=claimed_by,
    )
    added = session.scalar(row.on_conflict_do_nothing().returning(KinshipRow))
    if added is None:
        raise KinshipDecided
    return added


def confirmed_between(session: Session, kinship: Kinship) -> bool:
    pair = (kinship.person_id, kinship.relative_id)
    found = session.scalar(
        select(KinshipRow.kinship_id)
        .where(KinshipRow.person_id.in_(pair), KinshipRow.relative_id.in_(pair))
        .where(KinshipRow.state == KinshipState.CONFIRMED)
    )
    return found is not None


def lock_with_people(session: Session, kinship_id: UUID) -> tuple[KinshipRow, Person, Person]:
    """The kinship, its person and its relative, locked by id so that two clerks never deadlock."""
    row = session.get(KinshipRow, kinship_id)
    if row is None:
        raise NotFound
    pair = (row.person_id, row.relative_id)
    locked = {person_id: lock_person(session, person_id) for person_id in sorted(pair)}
    session.refresh(row, with_for_update=True)
    return row, locked[row.person_id], locked[row.relative_id]


def save_confirmed(
    session: Session, row: KinshipRow, now: datetime, confirmed_by: UUID | None
) -> None:
    """Call with both people locked: then no other claim of the pair is confirmed meanwhile."""
    if confirmed_between(session, kinship_from(row)):
        raise KinshipDecided
    row.state = KinshipState.CONFIRMED
    row.confirmed_at = now
    row.confirmed_by = confirmed_by
    session.flush()


def kinships_of(session: Session, person_id: UUID) -> list[KinshipRow]:
    return list(
        session.scalars(
            select(KinshipRow)
            .where(or_(KinshipRow.person_id == person_id, KinshipRow.relative_id == person_id))
            .order_by(KinshipRow.claimed_at, KinshipRow.kinship_id)
        )
    )
