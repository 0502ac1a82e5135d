"""The copy of people; the stale never overwrites the newer."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.rating.domain.people import Person
from services.rating.storage.tables_people import PersonRow


PERSON = tuple(Person.__dataclass_fields__)


def save_person(session: Session, person: Person, sequence: int) -> None:
    row = insert(PersonRow).values(vars(person) | {"sequence": sequence})
    newer = {name: row.excluded[name] for name in (*PERSON, "sequence") if name != "person_id"}
    session.execute(
        row.on_conflict_do_update(
            index_elements=["person_id"],
            set_=newer,
            where=PersonRow.sequence < row.excluded.sequence,
        )
    )


def find_person(session: Session, person_id: UUID) -> Person | None:
    """Nobody before they were verified, or when rating had not begun to listen then."""
    row = session.get(PersonRow, person_id)
    return Person(**{name: getattr(row, name) for name in PERSON}) if row else None
