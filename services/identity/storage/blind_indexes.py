"""Blind indexes: a person found by ID or phone number, and each number kept for one person.

Uniqueness is the primary key's. Every number has a row for each data key that the process knows, so
it holds also between two processes that know different keys, as long as they share one.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.contract import AlreadyRegistered
from services.identity.storage.tables_blind_indexes import BlindIndexRow
from services.identity.storage.vault import Vault


ID_NUMBER, PHONE = "id_number", "phone"
# Whose field has which value.
Indexed = tuple[UUID, str, str]


def find_person_id(session: Session, vault: Vault, field: str, value: str) -> UUID | None:
    """Whose field has this value, whichever of the known keys indexed it."""
    indexes = list(vault.indexes(field, value).values())
    query = select(BlindIndexRow.person_id).where(
        BlindIndexRow.field == field, BlindIndexRow.value_index.in_(indexes)
    )
    return session.scalars(query.limit(1)).first()


def rows_of(vault: Vault, values: Iterable[Indexed]) -> list[dict[str, str | UUID]]:
    """A row for each value and key, in the one order in which everybody inserts them."""
    rows: list[dict[str, str | UUID]] = [
        {"field": field, "value_index": index, "key_id": key_id, "person_id": person_id}
        for person_id, field, value in values
        for key_id, index in vault.indexes(field, value).items()
    ]
    return sorted(rows, key=lambda row: (row["field"], row["value_index"]))


def add_indexes(session: Session, vault: Vault, values: Iterable[Indexed]) -> None:
    """All of them or none: raises AlreadyRegistered when one of the values is somebody's."""
    rows = rows_of(vault, values)
    if not rows:
        return
    new = insert(BlindIndexRow).on_conflict_do_nothing().returning(BlindIndexRow.field)
    if len(session.execute(new, rows).all()) != len(rows):
        raise AlreadyRegistered


def drop_indexes(session: Session, person_id: UUID, field: str) -> None:
    session.execute(
        delete(BlindIndexRow).where(
            BlindIndexRow.person_id == person_id, BlindIndexRow.field == field
        )
    )
