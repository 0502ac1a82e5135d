"""One database per service: its engine, its transactions, which failures to try again."""

import random
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from nameko.extensions import DependencyProvider, SharedExtension
from sqlalchemy import DateTime, Engine, Uuid, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from services.kernel.contract import Unavailable


LOCK_TIMEOUT_MS = 5_000
STATEMENT_TIMEOUT_MS = 15_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000
CONNECT_TIMEOUT_SECONDS = 5
POOL_WAIT_SECONDS = 5
MOST_CONNECTIONS = 22
ATTEMPTS = 4
RETRY_PAUSE_SECONDS = 0.05
# serialization_failure, deadlock_detected, lock_not_available
TRY_AGAIN = {"40001", "40P01", "55P03"}
# admin_shutdown, crash_shutdown, cannot_connect_now: the server is going or coming
SERVER_AWAY = {"57P01", "57P02", "57P03"}

T = TypeVar("T")


def new_base() -> type[DeclarativeBase]:
    """A declarative base of its own for each service, so that no two share a table."""

    class Base(DeclarativeBase):
        type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it as it is)
            UUID: Uuid(),
            datetime: DateTime(timezone=True),
        }

    return Base


def make_engine(url: str, connections: int = 10) -> Engine:
    """An engine whose every connection gives up waiting, and whose errors never show parameters."""
    timeouts = (
        f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS} "
        f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT_MS} "
        "-c timezone=UTC "
        # Solid-state disks: a look-up by index costs little more than reading on. Statements are
        # short, so compiling them never pays.
        "-c random_page_cost=1.1 -c jit=off "
        # What is prepared looks up by an index whatever is asked: plan it once.
        "-c plan_cache_mode=force_generic_plan"
    )
    return create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": timeouts, "connect_timeout": CONNECT_TIMEOUT_SECONDS},
    )


def is_away(error: DBAPIError) -> bool:
    """Whether the database could not be reached, rather than refusing what was asked."""
    code = getattr(error.orig, "pgcode", None)
    lost = isinstance(error, OperationalError) and code is None
    return bool(error.connection_invalidated) or lost or code in SERVER_AWAY


def transact(begin: Callable[[], Any], work: Callable[[Session], T]) -> T:
    """Do the work in one transaction; again after a deadlock or a lost connection.

    The work is repeated whole, so whatever it does must be in the transaction. Raises Unavailable
    when the database stays away.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with begin() as session:
                return work(session)
        except DBAPIError as error:
            away = is_away(error)
            if not away and getattr(error.orig, "pgcode", None) not in TRY_AGAIN:
                raise
            if attempt == ATTEMPTS:
                raise Unavailable from error
        time.sleep(RETRY_PAUSE_SECONDS * attempt * (1 + random.random()))
    raise AssertionError("unreachable")


class DatabaseEngine(SharedExtension):
    """The process's one engine. Workers beyond its connections wait a moment for one."""

    def setup(self) -> None:
        settings = self.container.config["settings"]
        connections = min(settings.workers + 2, MOST_CONNECTIONS)
        self.engine = make_engine(settings.database_url, connections)
        self.begin = sessionmaker(self.engine).begin

    def stop(self) -> None:
        self.engine.dispose()


class Database(DependencyProvider):
    """Gives a service ``self.db``, whose ``begin()`` opens a transaction."""

    shared = DatabaseEngine()

    def get_dependency(self, worker_ctx: Any) -> DatabaseEngine:
        return self.shared
