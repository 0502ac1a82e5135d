"""Copies of what identity knows, fed by its events; the stale never overwrites the newer."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.contract import Relation
from services.ledger.domain import Kinship
from services.ledger.storage.tables import KinshipRow, PersonRow, SpecialGroupRow


DISTRICT_DIGITS = 6


@dataclass(frozen=True)
class Person:
    person_id: UUID
    birth_date: date
    street: str
    district: str


def find_person(session: Session, person_id: UUID) -> Person | None:
    row = session.get(PersonRow, person_id, populate_existing=True)
    return row and Person(row.person_id, row.birth_date, row.street, row.district)


def save_person(
    session: Session, person_id: UUID, birth_date: date, street: str, sequence: int
) -> None:
    new = insert(PersonRow).values(
        person_id=person_id,
        birth_date=birth_date,
        street=street,
        district=street[:DISTRICT_DIGITS],
        sequence=sequence,
    )
    newer = {name: new.excluded[name] for name in ("birth_date", "street", "district", "sequence")}
    session.execute(
        new.on_conflict_do_update(
            index_elements=["person_id"],
            set_=newer,
            where=PersonRow.sequence <= new.excluded.sequence,
        )
    )


def save_kinship(session: Session, kinship_id: UUID, kinship: Kinship) -> None:
    row = insert(KinshipRow).values(
        kinship_id=kinship_id,
        person_id=kinship.person_id,
        relative_id=kinship.relative_id,
        relation=kinship.relation,
    )
    session.execute(row.on_conflict_do_nothing())


def kinships_of(session: Session, person_id: UUID) -> list[Kinship]:
    """The confirmed kinships of a person, whichever side claimed them."""
    mine = or_(KinshipRow.person_id == person_id, KinshipRow.relative_id == person_id)
    return [
        Kinship(row.person_id, row.relative_id, Relation(row.relation))
        for row in session.scalars(select(KinshipRow).where(mine))
    ]


def save_special_group(session: Session, person_id: UUID, group: str) -> None:
    row = insert(SpecialGroupRow).values(person_id=person_id, group_name=group)
    session.execute(row.on_conflict_do_nothing())


def in_special_group(session: Session, person_id: UUID) -> bool:
    query = select(SpecialGroupRow.person_id).where(SpecialGroupRow.person_id == person_id)
    return session.scalar(query.limit(1)) is not None
