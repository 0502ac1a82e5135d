"""Rows that are new or changed, written by set in one statement."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from services.kernel.bulk import arrays, unnested
from services.ledger.storage.accounts import Overtaken


def write(
    session: Session,
    table: str,
    types: Mapping[str, str],
    changing: Sequence[str],
    columns: Mapping[str, Sequence[Any]],
) -> None:
    """Change the rows that are there in their ``changing`` columns, insert the others.

    The first of the columns is the key. Raises Overtaken when another process has meanwhile
    inserted a row beside which a unique index lets none of these stand.
    """
    key = next(iter(types))
    statement = write_statement(table, tuple(types.items()), tuple(changing))
    if session.scalar(statement, arrays(types, columns)) != len(columns[key]):
        raise Overtaken


@lru_cache
def write_statement(
    table: str, columns: tuple[tuple[str, str], ...], changing: tuple[str, ...]
) -> TextClause:
    key, names = columns[0][0], ", ".join(name for name, _ in columns)
    settings = ", ".join(f"{name} = given.{name}" for name in changing)
    return text(f"""
    with given as (select * from {unnested(columns)}), changed as (
        update {table} set {settings} from given where {table}.{key} = given.{key}
        returning {table}.{key}
    ), inserted as (
        insert into {table} ({names}) select {names} from given
        where {key} not in (select {key} from changed)
        on conflict do nothing returning {key}
    )
    select (select count(*) from changed) + (select count(*) from inserted)
    """)
