"""The copy of people, fed by identity's events."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.matching.domain import Person
from services.matching.storage.profiles import move_base_with_home
from services.matching.storage.standing import groups_of, suspended_among
from services.matching.storage.tables import PersonRow


def save_person(session: Session, facts: dict[str, Any]) -> None:
    """Keep what is newer than what we have; ``facts`` are the columns by name."""
    row = insert(PersonRow).values(**facts)
    newer = {name: row.excluded[name] for name in facts if name != "person_id"}
    kept = session.execute(
        row.on_conflict_do_update(
            index_elements=[PersonRow.person_id],
            set_=newer,
            where=PersonRow.sequence < row.excluded.sequence,
        ).returning(PersonRow.person_id)
    )
    if kept.first() is not None:
        move_base_with_home(session, facts["person_id"], facts["latitude"], facts["longitude"])


def save_verification(session: Session, person_id: UUID, verified: bool, sequence: int) -> bool:
    """Whether the verification stands, unless we know newer; False for somebody unknown."""
    session.execute(
        update(PersonRow)
        .where(PersonRow.person_id == person_id, PersonRow.verified_sequence < sequence)
        .values(verified=verified, verified_sequence=sequence)
    )
    return session.scalar(select(PersonRow.person_id).filter_by(person_id=person_id)) is not None


def person_from(session: Session, row: PersonRow | None) -> Person | None:
    if row is None:
        return None
    return Person(
        row.person_id,
        row.name,
        row.birth_date,
        row.street,
        row.willing_and_healthy,
        row.guardian_id,
        row.verified,
        bool(suspended_among(session, [row.person_id])),
        groups_of(session, [row.person_id]).get(row.person_id, frozenset()),
    )


def find_person(session: Session, person_id: UUID) -> Person | None:
    return person_from(session, session.get(PersonRow, person_id))


def lock_person(session: Session, person_id: UUID) -> Person | None:
    """The person, whose bookings and visits nobody else changes until the end."""
    query = select(PersonRow).where(PersonRow.person_id == person_id)
    return person_from(session, session.scalar(query.with_for_update()))


def lock_people(session: Session, *person_ids: UUID) -> None:
    """Lock several people in the one order that keeps two callers from waiting for each other."""
    query = select(PersonRow.person_id).where(PersonRow.person_id.in_(person_ids))
    session.execute(query.order_by(PersonRow.person_id).with_for_update())
