"""Kinships: each stored once, in its canonical direction; and the family around somebody."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.contract import (
    FamilyTooLarge,
    KinshipDecided,
    KinshipEnd,
    Paper,
    Relation,
    Way,
)
from services.identity.domain.family import MOST_STEPS, Family, Standing
from services.identity.domain.kinship import Kinship, KinshipState, moved
from services.identity.domain.people import Person
from services.identity.storage.people import lock_person
from services.identity.storage.tables import KinshipRow
from services.kernel.contract import NotFound


# Any number that no other lock of identity's database has.
KINSHIPS_LOCK = 7_310_155
# A family of four generations with all who married into it has a tenth of that.
MOST_KINSHIPS = 400


def kinship_from(row: KinshipRow) -> Kinship:
    return Kinship(row.person_id, row.relative_id, row.relation)


def lock_kinships(session: Session) -> None:
    """One at a time changes what is confirmed in the city; call it before anything is locked.

    Two confirmations with nobody in common can together make two people kin. Each would look at
    the family as it was, and neither would tell of it.
    """
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": KINSHIPS_LOCK})


def add_claim(
    session: Session, claim: Standing, now: datetime, claimed_by: UUID | None
) -> KinshipRow:
    """Raises KinshipDecided when it is claimed already."""
    row = insert(KinshipRow).values(
        kinship_id=claim.kinship_id,
        **vars(claim.kinship),
        state=KinshipState.CLAIMED,
        claimed_at=now,
        claimed_by=claimed_by,
    )
    added = session.scalar(row.on_conflict_do_nothing().returning(KinshipRow))
    if added is None:
        raise KinshipDecided
    return added


def family_around(
    session: Session, people: Iterable[UUID], most: int | None = MOST_KINSHIPS
) -> Family:
    """The confirmed kinships as far from these people as any path goes that leads over them.

    Raises FamilyTooLarge for more than ``most``.
    """
    edges: dict[UUID, Standing] = {}
    seen: set[UUID] = set()
    reached = set(people)
    for _ in range(MOST_STEPS):
        rows = standing_kinships(session, reached - seen)
        seen |= reached
        for row in rows:
            edges[row.kinship_id] = Standing(row.kinship_id, kinship_from(row))
            if row.relation is not Relation.SIBLING:
                reached |= {row.person_id, row.relative_id}
        if most is not None and len(edges) > most:
            raise FamilyTooLarge
        if reached == seen:
            break
    return Family(frozenset(edges.values()))


def standing_kinships(session: Session, people: Collection[UUID]) -> Sequence[KinshipRow]:
    touches = or_(KinshipRow.person_id.in_(people), KinshipRow.relative_id.in_(people))
    query = select(KinshipRow).where(touches, KinshipRow.state == KinshipState.CONFIRMED)
    return session.scalars(query).all()


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
    session: Session,
    row: KinshipRow,
    now: datetime,
    confirmed_by: UUID | None,
    way: Way,
    paper: Paper | None,
) -> None:
    """Call with both people locked: then no other claim of the pair is confirmed meanwhile."""
    row.state = moved(row.state, KinshipState.CONFIRMED)
    row.confirmed_at, row.confirmed_by = now, confirmed_by
    row.confirmed_way, row.paper = way, paper
    session.flush()


def save_closed(
    session: Session,
    row: KinshipRow,
    now: datetime,
    closed_by: UUID | None,
    note: str,
    end_reason: KinshipEnd | None = None,
) -> None:
    """Ended for a reason, or refused when there is none."""
    row.state = moved(row.state, KinshipState.ENDED if end_reason else KinshipState.REFUSED)
    row.closed_at, row.closed_by, row.close_note = now, closed_by, note
    row.end_reason = end_reason
    session.flush()


def kinships_of(session: Session, person_id: UUID) -> list[KinshipRow]:
    return list(
        session.scalars(
            select(KinshipRow)
            .where(or_(KinshipRow.person_id == person_id, KinshipRow.relative_id == person_id))
            .order_by(KinshipRow.claimed_at, KinshipRow.kinship_id)
        )
    )
