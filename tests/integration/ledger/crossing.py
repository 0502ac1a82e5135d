"""A command that waits for a wallet's lock while something else happens to that wallet."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import eventlet
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.kernel.caller import Call, Caller
from services.kernel.policy import save_policy
from services.kernel.waiting import poll
from services.ledger import storage
from services.ledger.contract import Provenance
from services.ledger.domain import Account, Command
from services.ledger.journal import Journal, Submission
from tests.integration.ledger.conftest import BORN_ELDER, NOW, STREET, Books


WAITING = text(
    "select count(*) from pg_stat_activity"
    " where datname = current_database() and wait_event_type = 'Lock'"
)


def prepare(books: Books, policy_values: dict[str, Any], *people: UUID, minutes: int = 60) -> None:
    """People with earned coins, and the policy."""
    with books.begin() as session:
        save_policy(session, 1, datetime(2022, 6, 1, tzinfo=UTC), policy_values)
        for person_id in people:
            storage.save_person(session, person_id, "王芳", BORN_ELDER, STREET, 1)
            books.fund(session, person_id, minutes, Provenance.EARNED)


def answer_when_overtaken(
    books: Books,
    command: Command,
    accounts: Iterable[Account],
    meanwhile: Callable[[Session], None],
) -> dict[str, Any]:
    """The answer to a command that was read, and then waited until ``meanwhile`` was committed.

    ``accounts`` are all that happens meanwhile, locked at once as everybody does.
    """

    def waits() -> bool:
        with books.begin_as_admin() as session:
            return bool(session.scalar(WAITING))

    submission = Submission(command, Call(NOW, Caller(uuid4()), str(uuid4())))
    with books.begin() as session:
        storage.lock_balances(session, accounts)
        answered = eventlet.spawn(Journal(books.begin).post, [submission])
        assert poll(waits, 10)
        meanwhile(session)
    (answer,) = answered.wait()
    return dict(answer)
