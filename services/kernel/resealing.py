"""Seal anew, by the newest data key, what others sealed: in batches, beside the running service.

What is still to do is read from the rows themselves (a sealed text begins with the id of its key),
so that a run that was killed at any moment is simply run again.
"""

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from services.kernel.database import transact
from services.kernel.vault import Vault


BATCH = 500

Begin = Callable[[], Any]
# Called as report(what, done, total) after every batch.
Report = Callable[[str, int, int], None]
Position = tuple[Any, ...]


@dataclass(frozen=True)
class SealedTable:
    """A table with sealed columns: each with its field and the column of its owner."""

    table: Table
    columns: dict[str, tuple[str, str]]

    @property
    def key(self) -> list[Any]:
        return list(self.table.primary_key.columns)

    def is_old(self, vault: Vault) -> ColumnElement[bool]:
        """Whether a row has a text that another key than the newest sealed."""
        current = f"{vault.current.key_id}.%"
        columns = [self.table.columns[name] for name in self.columns]
        return or_(*(and_(each.is_not(None), each.not_like(current)) for each in columns))


def reseal(
    begin: Begin, vault: Vault, tables: Iterable[SealedTable], report: Report, size: int = BATCH
) -> int:
    """Seal everything anew; how many rows. Raises CannotOpen for a text whose key is unknown."""
    return sum(reseal_table(begin, vault, sealed, report, size) for sealed in tables)


def reseal_table(begin: Begin, vault: Vault, sealed: SealedTable, report: Report, size: int) -> int:
    total = transact(begin, partial(count_old, vault=vault, sealed=sealed))
    done, rows = 0, size
    after: Position | None = None
    while rows == size:
        batch = partial(reseal_batch, vault=vault, sealed=sealed, after=after, size=size)
        after, rows = transact(begin, batch)
        done += rows
        report(sealed.table.name, done, max(total, done))
    return done


def count_old(session: Session, vault: Vault, sealed: SealedTable) -> int:
    query = select(func.count()).select_from(sealed.table).where(sealed.is_old(vault))
    return int(session.scalar(query) or 0)


def reseal_batch(
    session: Session, vault: Vault, sealed: SealedTable, after: Position | None, size: int
) -> tuple[Position | None, int]:
    """The next rows by primary key, sealed anew; where to go on, and how many they were."""
    query = select(sealed.table).where(sealed.is_old(vault))
    if after is not None:
        position = tuple_(
            *(literal(value, c.type) for c, value in zip(sealed.key, after, strict=True))
        )
        query = query.where(tuple_(*sealed.key) > position)
    found = session.execute(query.order_by(*sealed.key).limit(size).with_for_update())
    rows = [dict(row) for row in found.mappings()]
    if rows:
        session.execute(update_of(sealed), [resealed(vault, sealed, row) for row in rows])
        after = tuple(rows[-1][column.name] for column in sealed.key)
    return after, len(rows)


def update_of(sealed: SealedTable) -> Any:
    """An update of one row; its values and its key come as parameters."""
    same = [column == bindparam(f"key_{column.name}", type_=column.type) for column in sealed.key]
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in sealed.columns}
    return sealed.table.update().where(*same).values(values)


def resealed(vault: Vault, sealed: SealedTable, row: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {f"key_{column.name}": row[column.name] for column in sealed.key}
    for name, (field, owner_column) in sealed.columns.items():
        text, owner = row[name], row[owner_column]
        if text is not None and not vault.is_current(text):
            text = vault.seal(vault.open(text, field, owner), field, owner)
        values[f"new_{name}"] = text
    return values


def printed(what: str, done: int, total: int) -> None:
    """The progress of a command that a person watches."""
    if total:
        print(f"{what}: {done} of {total}", flush=True)


def batch_of_arguments(description: str | None) -> int:
    """How many rows one transaction takes, as the command line says."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--batch", type=int, default=BATCH, help="rows in one transaction")
    return max(1, int(parser.parse_args().batch))
