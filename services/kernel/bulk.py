"""Many rows in one statement, a column at a time: what psycopg2 and PostgreSQL do fastest."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.orm import Session


@lru_cache
def unnested(columns: tuple[tuple[str, str], ...]) -> str:
    """``unnest(cast(:a as uuid[]), ...) as given(a, ...)`` for columns and their SQL types."""
    arrays = ", ".join(f"cast(:{name} as {kind}[])" for name, kind in columns)
    names = ", ".join(name for name, _ in columns)
    return f"unnest({arrays}) as given({names})"


@lru_cache
def insert_statement(table: str, columns: tuple[tuple[str, str], ...], ending: str) -> TextClause:
    names = ", ".join(name for name, _ in columns)
    return text(f"insert into {table} ({names}) select {names} from {unnested(columns)} {ending}")


def insert_columns(
    session: Session | Connection,
    table: str,
    types: Mapping[str, str],
    columns: Mapping[str, Sequence[Any]],
    ending: str = "",
) -> Any:
    """Insert the rows that these columns make; ``ending`` may say ``on conflict`` or ``returning``.

    UUIDs and times go as they are in text: PostgreSQL casts each array to its type.
    """
    statement = insert_statement(table, tuple(types.items()), ending)
    return session.execute(statement, {name: list(columns[name]) for name in types})


def texts(values: Sequence[Any]) -> list[str | None]:
    return [None if value is None else str(value) for value in values]
