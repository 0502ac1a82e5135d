"""Statements that a connection plans once: for what a service runs thousands of times a second."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import psycopg2
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session


NAME = re.compile(r"(?<!:):([a-z_]+)")
NAME_LETTERS = 16
PREPARED = "prepared"


class Prepared:
    """SQL with ``:names``, whose types are given. Planned without looking at the values.

    So it is for statements that are best answered by an index whatever is asked.
    """

    def __init__(self, statement: str, types: Mapping[str, str] | None = None):
        types = types or {}
        names = list(dict.fromkeys(NAME.findall(statement)))
        numbered = NAME.sub(lambda found: f"${names.index(found[1]) + 1}", statement)
        self.name = f"p_{sha256(repr((statement, types)).encode()).hexdigest()[:NAME_LETTERS]}"
        declared = ", ".join(types[name] for name in names)
        given = ", ".join(f"cast(%({name})s as {types[name]})" for name in names)
        self.preparation = f"prepare {self.name}{in_brackets(declared)} as {numbered}"
        self.execution = f"execute {self.name}{in_brackets(given)}"

    def execute(
        self, session: Session | Connection, values: Mapping[str, Any] | None = None
    ) -> Any:
        """The cursor: its rows are tuples. Raises SQLAlchemy's errors, as any statement does."""
        connection = session.connection() if isinstance(session, Session) else session
        known = connection.info.setdefault(PREPARED, set())
        cursor = connection.connection.cursor()
        try:
            if self.name not in known:
                # It outlives the transaction, even one that is rolled back.
                cursor.execute(self.preparation)
                known.add(self.name)
            cursor.execute(self.execution, values or {})
        except psycopg2.Error as error:
            raise wrapped(self.execution, error) from error
        return cursor


def in_brackets(words: str) -> str:
    return f"({words})" if words else ""


def wrapped(statement: str, error: psycopg2.Error) -> BaseException:
    return DBAPIError.instance(statement, None, error, psycopg2.Error, hide_parameters=True)
