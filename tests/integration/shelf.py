"""Services that stay up between tests: starting one takes longer than most of what is tested.

A test gets a service whose database is as after the migrations and whose queues are empty, be it
started for this test or left by the one before. One of each name is up at most, since two would
take each other's messages; other settings, or tests of another folder, end it.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from nameko.containers import ServiceContainer
from sqlalchemy import Connection, create_engine, text

from services.kernel.waiting import poll


IDLE_SECONDS = 3
# The service's login may not delete what the city keeps for good; emptying is the administrator's.
TABLES = """
    select quote_ident(tablename) from pg_tables
    where schemaname = 'public' and tablename <> 'alembic_version' order by tablename
"""
Key = tuple[Any, ...]


class Contents:
    """What a database holds after its migrations, and the way back to it."""

    def __init__(self, admin_url: str):
        self.engine = create_engine(admin_url, pool_size=1)
        with self.engine.begin() as connection:
            self.tables = list(connection.scalars(text(TABLES)))
            rows = {table: rows_of(connection, table) for table in self.tables}
        self.rows = {table: found for table, found in rows.items() if found}

    def restore(self) -> None:
        """No trigger or foreign key stands in the way of a replica."""
        with self.engine.begin() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            connection.exec_driver_sql(";".join(f"delete from {table}" for table in self.tables))
            for table, rows in self.rows.items():
                given = f"json_populate_recordset(null::{table}, :rows)"
                again = text(f"insert into {table} select * from {given}")
                connection.execute(again, {"rows": rows})

    def forget(self) -> None:
        self.engine.dispose()


def rows_of(connection: Connection, table: str) -> str | None:
    rows: str | None = connection.scalar(text(f"select json_agg(t)::text from {table} t"))
    return rows


@dataclass
class Up:
    """A service that runs on a database of its own."""

    name: str
    key: Key
    container: ServiceContainer
    database: AbstractContextManager[tuple[str, str]]
    url: str
    admin_url: str
    contents: Contents

    def is_idle(self) -> bool:
        return bool(poll(lambda: not self.container._worker_threads, IDLE_SECONDS))

    def stop(self) -> None:
        self.container.kill()
        self.contents.forget()
        self.database.__exit__(None, None, None)


class Shelf:
    """What is up and waits for a test that asks for one like it."""

    def __init__(self) -> None:
        self.waiting: dict[str, Up] = {}

    def take(self, name: str, key: Key) -> Up | None:
        """The service as good as new; None when there is none like it, and none of its name.

        Call with its queues emptied: then what it is still at is the last of the test before.
        """
        up = self.waiting.pop(name, None)
        if up is None:
            return None
        if up.key != key or not up.is_idle():
            up.stop()
            return None
        up.contents.restore()
        return up

    def put(self, up: Up) -> None:
        if up.name in self.waiting:
            up.stop()
        else:
            self.waiting[up.name] = up

    def clear(self) -> None:
        while self.waiting:
            self.waiting.popitem()[1].stop()
