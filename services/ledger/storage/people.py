"""Copies of what identity knows, fed by its events; the stale never overwrites the newer."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.contract import Relation
from services.kernel.bulk import texts
from services.ledger.domain import Kin, Kinship, Person, WalletState
from services.ledger.storage.tables import KinshipRow, PersonRow, SpecialGroupRow


DISTRICT_DIGITS = 6
COPIED = ("name", "birth_date", "street", "district", "sequence")


PEOPLE = text(
    "select p.person_id, p.birth_date, p.street, p.district, p.name, w.state, array("
    " select group_name from special_groups g where g.person_id = p.person_id) as groups"
    " from people p left join wallet_states w using (person_id)"
    " where p.person_id = any(cast(:ids as uuid[]))"
)
KIN = text(
    "select person_id, relative_id, relation from kinships"
    " where person_id = any(cast(:ids as uuid[]))"
    " union select person_id, relative_id, relation from kinships"
    " where relative_id = any(cast(:ids as uuid[]))"
)


def find_people(session: Session, person_ids: Sequence[UUID]) -> dict[UUID, Person]:
    rows = session.execute(PEOPLE, {"ids": texts(person_ids)})
    return {
        row.person_id: Person(
            row.person_id,
            row.birth_date,
            row.street,
            row.district,
            row.name,
            frozenset(row.groups),
            WalletState(row.state or WalletState.OPEN),
        )
        for row in rows
    }


def find_person(session: Session, person_id: UUID) -> Person | None:
    return find_people(session, [person_id]).get(person_id)


def find_kin(session: Session, person_ids: Sequence[UUID]) -> dict[UUID, Kin]:
    """The confirmed kinships of people, whichever side claimed them."""
    rows = session.execute(KIN, {"ids": texts(person_ids)})
    kinships = [Kinship(row.person_id, row.relative_id, Relation(row.relation)) for row in rows]
    by_person: dict[UUID, list[Kinship]] = {person_id: [] for person_id in person_ids}
    for kinship in kinships:
        for person_id in {kinship.person_id, kinship.relative_id} & by_person.keys():
            by_person[person_id].append(kinship)
    return {person_id: Kin(person_id, tuple(found)) for person_id, found in by_person.items()}


def save_person(
    session: Session,
    person_id: UUID,
    name: str | None,
    birth_date: date,
    street: str,
    sequence: int,
) -> None:
    new = insert(PersonRow).values(
        person_id=person_id,
        name=name,
        birth_date=birth_date,
        street=street,
        district=street[:DISTRICT_DIGITS],
        sequence=sequence,
    )
    newer = {name: new.excluded[name] for name in COPIED}
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


def save_special_group(session: Session, person_id: UUID, group: str) -> None:
    row = insert(SpecialGroupRow).values(person_id=person_id, group_name=group)
    session.execute(row.on_conflict_do_nothing())
