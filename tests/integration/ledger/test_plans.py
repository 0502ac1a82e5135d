"""What people wait for is answered by an index: PostgreSQL's own plans, on a ledger with a past."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from services.kernel.caller import Call, Caller
from services.kernel.database import make_engine
from services.ledger import domain, storage
from services.ledger.contract import Provenance
from services.ledger.domain import Gift, PlaceHold, ReleaseHold
from services.ledger.journal import Journal, Submission
from tests.bench.ledger.people import DISTRICT, fill, relative_of
from tests.bench.ledger.scale import HISTORY, STRANGERS
from tests.integration.conftest import Templates


PEOPLE, ACCOUNTS, TRANSFERS = 2_000, 20_000, 60_000
GROWING = ("accounts", "transfers", "entries", "blocks", "holds", "people", "kinships")
GROWING += ("idempotency_keys", "inbox")
WHOLE = re.compile(rf"Seq Scan on ({'|'.join(GROWING)})\b")
# Every statement tells its plan to whoever sent it, those of the triggers too.
TELL = """
load 'auto_explain';
set auto_explain.log_min_duration = 0;
set auto_explain.log_nested_statements = on;
set client_min_messages = log;
"""


@pytest.fixture(scope="module")
def past(templates: Templates) -> Iterator[tuple[Engine, list[UUID]]]:
    with templates.database("ledger") as (url, admin_url):
        engine = make_engine(url, 2)
        people = fill(engine, PEOPLE)
        engine.dispose()
        # As the administrator, who alone may ask for plans, with the service's own settings.
        admin = make_engine(admin_url, 2)
        with create_engine(admin_url, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("set session_replication_role = replica"))
            connection.execute(text(STRANGERS), {"accounts": ACCOUNTS})
            head = storage.find_head(connection)  # type: ignore[arg-type]
            first, chunk = head.last_number + 1, TRANSFERS
            facts = {"height": head.height, "first": first, "chunk": chunk, "accounts": ACCOUNTS}
            connection.execute(text(HISTORY), facts)
            connection.execute(text("set session_replication_role = origin"))
        journal = Journal(admin.begin)
        for _ in range(3):
            journal.post([gift(people, number) for number in range(200)])
            journal.post([hold(people, number) for number in range(200)])
        with create_engine(admin_url, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("vacuum analyze"))
        yield admin, people
        admin.dispose()


def gift(people: list[UUID], number: int) -> Submission:
    giver, receiver = people[number], people[relative_of(number, len(people))]
    call = Call(datetime.now(UTC), Caller(giver), key=str(uuid4()))
    return Submission(Gift(uuid4(), Caller(giver), receiver, 1), call, "f" * 64)


def hold(people: list[UUID], number: int) -> Submission:
    placed = PlaceHold(uuid4(), UUID(int=number), people[number], DISTRICT, 30)
    return Submission(placed, Call(datetime.now(UTC)), handler="hold", event_id=uuid4())


class Told(list[str]):
    """What the server tells; kept when SQLAlchemy empties the list."""

    def __setitem__(self, *_: Any) -> None:
        pass


def plans(engine: Engine, work: Callable[[Session], Any]) -> list[str]:
    """The plans of all statements that this work sends, from a connection that knows none yet."""
    engine.dispose()
    with Session(engine) as session:
        session.execute(text(TELL))
        driver = session.connection().connection.dbapi_connection
        assert driver is not None
        driver.notices = Told()
        work(session)
        return [told for told in driver.notices if "plan:" in told]


def assert_indexed(found: list[str]) -> None:
    assert found
    assert [plan for plan in found if WHOLE.search(plan)] == []


def earned(person_id: UUID) -> domain.Account:
    return domain.wallet(person_id, Provenance.EARNED)


READS: dict[str, Callable[[Session, UUID], Any]] = {
    "the wallet now": storage.wallet_of,
    "the wallet as of a time": lambda session, person: storage.wallet_as_of(
        session, person, datetime.now(UTC) - timedelta(seconds=1)
    ),
    "a page of the statement": lambda session, person: storage.statement_page(session, person, 20),
    "the statement of a period": lambda session, person: storage.statement_between(
        session, person, 100, storage.find_head(session).last_number, 0, 500
    ),
    "where coins came from": storage.earned_entries,
    "the newest transfers": lambda session, person: storage.newest_numbers(
        session, [earned(person).account_id], 1_000_000, 20
    ),
    "a transfer": lambda session, person: storage.find_posted(session, [uuid4()]),
    "the proofs of transfers": lambda session, person: storage.find_proofs(session, [2_500, 9_000]),
    "the chain's headers": lambda session, person: storage.find_blocks(session, 300, 20),
    "a hold": lambda session, person: storage.find_hold(session, UUID(int=5)),
    "the person": lambda session, person: storage.find_person(session, person),
    "the family": lambda session, person: storage.find_kin(session, [person]),
    "the answer to a key": lambda session, person: storage.find_answers(
        session, [storage.Key(str(person), "key")]
    ),
}


@pytest.mark.parametrize("asked", READS)
def test_what_a_holder_asks_is_looked_up_by_an_index(
    past: tuple[Engine, list[UUID]], asked: str
) -> None:
    engine, people = past
    assert_indexed(plans(engine, lambda session: READS[asked](session, people[5])))


@pytest.mark.parametrize("size", [1, 100])
def test_a_batch_is_posted_by_indexes_its_triggers_checks_included(
    past: tuple[Engine, list[UUID]], size: int
) -> None:
    engine, people = past

    def post(session: Session) -> None:
        class Here:
            def __enter__(self) -> Session:
                return session

            def __exit__(self, *_: object) -> None:
                session.flush()

        releases = [
            Submission(
                ReleaseHold(uuid4(), UUID(int=number), people[number], DISTRICT),
                Call(datetime.now(UTC)),
                handler="release",
                event_id=uuid4(),
            )
            for number in range(size)
        ]
        answers = Journal(Here).post([*(gift(people, n) for n in range(size)), *releases])
        assert all(isinstance(answer, dict) for answer in answers), answers

    assert_indexed(plans(engine, post))


def test_a_table_read_whole_is_seen(past: tuple[Engine, list[UUID]]) -> None:
    engine, _ = past
    found = plans(engine, lambda session: session.execute(text("select sum(amount) from entries")))
    assert [plan for plan in found if WHOLE.search(plan)]
