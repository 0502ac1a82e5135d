"""Everything that is held on one person, found by the columns that name people."""

from collections.abc import Container, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Table, or_, select
from sqlalchemy.orm import Session

from services.identity.storage.sealed import PREFIX, SEALED
from services.identity.storage.tables import Base
from services.identity.storage.vault import Vault


# A row is about whomever one of these names.
SUBJECTS = ("person_id", "relative_id", "ward_id", "elder_id", "agent_id")
GUARDED = "guardian_id"
# Keyed hashes say nothing about a person, and work under way must not tell a code before the phone.
LEFT_OUT = ("blind_indexes", "jobs", "one_time_codes")
# A hash of a password is nobody's to carry around.
HIDDEN = ("password_hash",)

Row = dict[str, Any]


def held_on(
    session: Session, vault: Vault, person_id: UUID, tables: Container[str]
) -> Iterator[tuple[str, list[Row]]]:
    """Each table with the person's rows, opened. Whom a guardian guards is not theirs to export."""
    for table in Base.metadata.sorted_tables:
        subjects = subjects_of(table)
        if not subjects or table.name not in tables:
            continue
        about = or_(*(table.columns[name] == person_id for name in subjects))
        found = session.execute(select(table).where(about).order_by(*table.primary_key.columns))
        rows = [opened(vault, table, dict(row)) for row in found.mappings()]
        if rows:
            yield table.name, rows


def subjects_of(table: Table) -> tuple[str, ...]:
    if table.name in LEFT_OUT:
        return ()
    names = SUBJECTS if table.name == "people" else (*SUBJECTS, GUARDED)
    return tuple(name for name in names if name in table.columns)


def opened(vault: Vault, table: Table, row: Row) -> Row:
    plain = {}
    for name, value in row.items():
        if name in HIDDEN:
            continue
        if name.startswith(PREFIX):
            field, owner = SEALED[table.name][name]
            key = name.removeprefix(PREFIX)
            plain[key] = vault.open(value, field, row[owner]) if value is not None else None
        else:
            plain[name] = value
    return plain
