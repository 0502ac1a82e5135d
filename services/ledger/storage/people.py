"""Copies of what identity knows, fed by its events; the stale never overwrites the newer."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.contract import Relation
from services.kernel.bulk import array
from services.kernel.prepared import Prepared
from services.ledger.domain import Kin, Kinship, Person, WalletState
from services.ledger.storage.tables import KinshipRow, PersonRow, SpecialGroupRow


DISTRICT_DIGITS = 6
WALLET_STATES = {state.value: state for state in WalletState}
RELATIONS = {relation.value: relation for relation in Relation}
COPIED = ("name", "birth_date", "street", "district", "sequence")


PEOPLE = Prepared(
    "select place, birth_date, street, district, name, coalesce(state, 'open'), array("
    " select group_name from special_groups g"
    " where g.person_id = wanted.person_id and not is_ended)"
    " from unnest(cast(:ids as uuid[])) with ordinality as wanted(person_id, place)"
    " join people using (person_id) left join wallet_states using (person_id)",
    {"ids": "uuid[]"},
)
KIN = Prepared(
    "with wanted as ("
    " select * from unnest(cast(:ids as uuid[])) with ordinality as given(id, place))"
    " select place, true, cast(relative_id as text), relation"
    " from wanted join kinships on person_id = id and not is_ended"
    " union all"
    " select place, false, cast(person_id as text), relation"
    " from wanted join kinships on relative_id = id and not is_ended",
    {"ids": "uuid[]"},
)


def find_people(session: Session, person_ids: Sequence[UUID]) -> dict[UUID, Person]:
    rows = PEOPLE.execute(session, {"ids": array("uuid", person_ids)})
    people = {}
    for place, born, street, district, name, state, groups in rows:
        person_id = person_ids[place - 1]
        people[person_id] = Person(
            person_id, born, street, district, name, frozenset(groups), WALLET_STATES[state]
        )
    return people


def find_person(session: Session, person_id: UUID) -> Person | None:
    return find_people(session, [person_id]).get(person_id)


def find_kin(session: Session, person_ids: Sequence[UUID]) -> dict[UUID, Kin]:
    """The confirmed kinships of people, whichever side claimed them."""
    rows = KIN.execute(session, {"ids": array("uuid", person_ids)})
    by_person: dict[UUID, list[Kinship]] = {person_id: [] for person_id in person_ids}
    for place, claimed, other_id, relation in rows:
        person_id = person_ids[place - 1]
        other = UUID(other_id)
        claimant, relative = (person_id, other) if claimed else (other, person_id)
        by_person[person_id].append(Kinship(claimant, relative, RELATIONS[relation]))
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


def save_kinship(
    session: Session,
    kinship_id: UUID,
    kinship: Kinship,
    sequence: int = 0,
    is_ended: bool = False,
) -> None:
    """What was told last holds: a kinship that follows from others may end and come back."""
    row = insert(KinshipRow).values(
        kinship_id=kinship_id, **kinship._asdict(), is_ended=is_ended, sequence=sequence
    )
    newer = {name: row.excluded[name] for name in ("is_ended", "sequence")}
    session.execute(
        row.on_conflict_do_update(
            index_elements=["kinship_id"],
            set_=newer,
            where=KinshipRow.sequence < row.excluded.sequence,
        )
    )


def end_kinship(session: Session, kinship_id: UUID, kinship: Kinship, sequence: int) -> None:
    save_kinship(session, kinship_id, kinship, sequence, is_ended=True)


def save_membership(
    session: Session, membership_id: UUID | None, person_id: UUID, group: str, is_ended: bool
) -> None:
    """Keep a membership of a special group; its end prevails, in whichever order both are told.

    An approval of the time before memberships had ids gets one that is made of its facts.
    """
    row = insert(SpecialGroupRow).values(
        membership_id=membership_id or uuid5(person_id, group),
        person_id=person_id,
        group_name=group,
        is_ended=is_ended,
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=["membership_id"],
            set_={"is_ended": SpecialGroupRow.is_ended | row.excluded.is_ended},
        )
    )
