"""Many rows in one statement, a column at a time: what psycopg2 and PostgreSQL do fastest."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from services.kernel.ids import text_of
from services.kernel.prepared import Prepared


PLAIN_TYPES = frozenset(("uuid", "bigint", "int", "timestamptz"))


@lru_cache
def unnested(columns: tuple[tuple[str, str], ...]) -> str:
    """``unnest(cast(:a as uuid[]), ...) as given(a, ...)`` for columns and their SQL types."""
    arrays = ", ".join(f"cast(:{name} as {kind}[])" for name, kind in columns)
    names = ", ".join(name for name, _ in columns)
    return f"unnest({arrays}) as given({names})"


@lru_cache
def insert_statement(table: str, columns: tuple[tuple[str, str], ...], ending: str) -> Prepared:
    names = ", ".join(name for name, _ in columns)
    statement = f"insert into {table} ({names}) select {names} from {unnested(columns)} {ending}"
    return Prepared(statement, array_types(dict(columns)))


def array_types(types: Mapping[str, str]) -> dict[str, str]:
    """
    >>> array_types({"minutes": "int"})
    {'minutes': 'int[]'}
    """
    return {name: f"{kind}[]" for name, kind in types.items()}


def insert_columns(
    session: Session | Connection,
    table: str,
    types: Mapping[str, str],
    columns: Mapping[str, Sequence[Any]],
    ending: str = "",
) -> Any:
    """Insert the rows that these columns make; ``ending`` may say ``on conflict`` or ``returning``.

    Returns the cursor, which knows how many they were and has what is returned, as tuples.
    UUIDs and times may be given as text: PostgreSQL casts each array to its type.
    """
    statement = insert_statement(table, tuple(types.items()), ending)
    return statement.execute(session, arrays(types, columns))


def arrays(types: Mapping[str, str], columns: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """The columns as parameters for ``unnested``."""
    return {name: array(kind, columns[name]) for name, kind in types.items()}


def array(kind: str, values: Sequence[Any]) -> str | list[Any]:
    """An array in PostgreSQL's own text where no value can need quotes; else a list to be quoted.

    >>> array("bigint", [1, None, 3])
    '{1,NULL,3}'
    """
    if kind == "uuid":
        values = texts(values)
    if kind in PLAIN_TYPES:
        return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
    return list(values)


def texts(values: Sequence[Any]) -> list[str | None]:
    return [value if value is None else as_text(value) for value in values]


def as_text(value: Any) -> str:
    return text_of(value) if type(value) is UUID else str(value)
