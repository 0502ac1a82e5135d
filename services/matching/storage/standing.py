"""Who is suspended, and who belongs to which special group, as identity told."""

from collections.abc import Collection, Iterable
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.matching.storage.tables_standing import SpecialGroupRow, SuspensionRow


def save_suspension(session: Session, person_id: UUID, suspended: bool, sequence: int) -> bool:
    """Whether it is news; what is older than what we know changes nothing."""
    row = insert(SuspensionRow).values(
        person_id=person_id, is_suspended=suspended, sequence=sequence
    )
    newer = row.on_conflict_do_update(
        index_elements=["person_id"],
        set_={"is_suspended": row.excluded.is_suspended, "sequence": row.excluded.sequence},
        where=SuspensionRow.sequence < row.excluded.sequence,
    )
    return session.execute(newer.returning(SuspensionRow.person_id)).first() is not None


def suspended_among(session: Session, person_ids: Collection[UUID]) -> set[UUID]:
    return set(
        session.scalars(
            select(SuspensionRow.person_id)
            .where(SuspensionRow.person_id.in_(list(person_ids)))
            .where(SuspensionRow.is_suspended)
        )
    )


def membership_of(person_id: UUID, group: str, membership_id: UUID | None) -> UUID:
    """The id that was told; for an approval of the time before they had any, one made of it."""
    return membership_id or uuid5(person_id, group)


def save_membership(
    session: Session, membership_id: UUID, person_id: UUID, group: str, is_ended: bool
) -> None:
    """Keep a membership; its end prevails, in whichever order the two are told."""
    row = insert(SpecialGroupRow).values(
        membership_id=membership_id, person_id=person_id, group_name=group, is_ended=is_ended
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=["membership_id"],
            set_={"is_ended": SpecialGroupRow.is_ended | row.excluded.is_ended},
        )
    )


def groups_of(session: Session, person_ids: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    """The special groups that people belong to now; whoever is in none is left out."""
    rows = session.execute(
        select(SpecialGroupRow.person_id, SpecialGroupRow.group_name)
        .where(SpecialGroupRow.person_id.in_(list(person_ids)))
        .where(~SpecialGroupRow.is_ended)
    )
    groups: dict[UUID, set[str]] = {}
    for person_id, group in rows:
        groups.setdefault(person_id, set()).add(group)
    return {person_id: frozenset(found) for person_id, found in groups.items()}
