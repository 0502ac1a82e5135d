"""What the commands share that tell once more what a reader did not hear when it happened."""

import argparse
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from services.kernel.database import make_engine, transact
from services.kernel.settings import Settings


Begin = Callable[[], Any]


class Step(Protocol):
    """Tell of what comes after an id, in one transaction: where to go on, and how many were told.

    There is nothing more when it says None.
    """

    def __call__(self, session: Session, after: UUID) -> tuple[UUID | None, int]: ...


def tell_all(begin: Begin, step: Step, report: Callable[[int], None]) -> int:
    """Step by step, each in a transaction of its own; how many were told."""
    after: UUID | None = UUID(int=0)
    told = 0
    while after is not None:
        after, more = transact(begin, partial(step, after=after))
        told += more
        report(told)
    return told


def run(description: str | None, step: Step, what: str) -> None:
    """The command: it shows how far it is, and ends with how many of ``what`` there were."""
    argparse.ArgumentParser(description=description).parse_args()
    begin = sessionmaker(make_engine(Settings.from_environment("database_url").database_url)).begin
    told = tell_all(begin, step, lambda so_far: print(f"{so_far} told", flush=True))
    print(f"{told} {what} are told again; the relay sends them.")
