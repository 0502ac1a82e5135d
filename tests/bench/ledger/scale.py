"""A ledger of ten million transfers between two million accounts, beside a small one."""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from uuid import UUID

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from deploy.local.stack import Stack
from services.kernel.database import make_engine
from services.kernel.migrate import migrate
from services.ledger import storage
from tests.bench.ledger.people import fill
from tests.bench.ledger.posting import Posting
from tests.bench.ledger.report import Measured


SMALL_TRANSFERS = 100_000
CHUNK = 500_000
READS = 200
# History as the ledger would have written it, by the owner with triggers off, for it is only to
# be there: accounts of strangers, a transfer between two of them, blocks of a hundred.
STRANGERS = """
insert into accounts (account_id, kind, owner_id, provenance, balance)
select md5('a' || n)::uuid, 'wallet', md5('p' || n)::uuid, 'earned', 0
from generate_series(1, :accounts) n
"""
HISTORY = """
with block as (
    insert into blocks (height, previous_hash, merkle_root, hash, first_number, transfers, at)
    select :height + n, sha256(('h' || :height + n - 1)::bytea), sha256('r'),
        sha256(('h' || :height + n)::bytea), :first + (n - 1) * 100, 100, now()
    from generate_series(1, :chunk / 100) n
), moved as (
    insert into transfers (number, transfer_id, kind, at, reference)
    select :first + n, encode(substring(sha256(convert_to('gift:' || reference, 'UTF8'))
        from 1 for 16), 'hex')::uuid, 'gift', now(), reference
    from (select n, md5('t' || :first + n)::uuid as reference
          from generate_series(0, :chunk - 1) n) given
)
insert into entries (account_id, transfer_number, amount, balance_after)
select md5('a' || case side when 0 then 1 + giver else 1 + (giver + 7) % :accounts end)::uuid,
    :first + n, side * 2 - 1, 0
from (select n, floor(random() * :accounts)::bigint as giver
      from generate_series(0, :chunk - 1) n) given, (values (0), (1)) sides(side)
"""


def measure_scale(
    stack: Stack, measured: Measured, arguments: argparse.Namespace, say: Callable[[str], None]
) -> None:
    """Post into a small and into a large ledger, by turns, and read from the large one."""
    sizes = {
        "small ledger": (SMALL_TRANSFERS, SMALL_TRANSFERS // 5),
        "large ledger": (arguments.transfers, arguments.accounts),
    }
    postings = {}
    for name, (transfers, accounts) in sizes.items():
        say(f"Filling the {name}: {transfers:,} transfers, {accounts:,} accounts")
        engine, people = make_ledger(stack, name.replace(" ", "_"), transfers, accounts)
        postings[name] = (engine, Posting(engine, people))
    for number in range(arguments.rounds):
        say(f"Small and large, round {number + 1} of {arguments.rounds}")
        for name, (_, posting) in postings.items():
            measured.add(name, posting.rate(100, arguments.seconds))
    engine, posting = postings["large ledger"]
    measure_reads(engine, list(posting.people), measured)


def make_ledger(
    stack: Stack, name: str, transfers: int, accounts: int
) -> tuple[Engine, list[UUID]]:
    admin = create_engine(stack.admin_database_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"drop database if exists {name} with (force)"))
        connection.execute(text(f"create database {name}"))
    url = admin.url.set(database=name).render_as_string(hide_password=False)
    migrate("ledger", url)
    engine = make_engine(url, connections=4)
    people = fill(engine)
    with create_engine(url, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("set session_replication_role = replica"))
        connection.execute(text("set synchronous_commit = off"))
        connection.execute(text(STRANGERS), {"accounts": accounts})
        while True:
            with engine.connect() as reading:
                head = storage.find_head(reading)  # type: ignore[arg-type]
            left = transfers - head.last_number
            if left < 100:
                break
            connection.execute(
                text(HISTORY),
                {
                    "height": head.height,
                    "first": head.last_number + 1,
                    "chunk": min(CHUNK, left) // 100 * 100,
                    "accounts": accounts,
                },
            )
        connection.execute(text("vacuum analyze"))
        connection.execute(text("checkpoint"))
    admin.dispose()
    return engine, people


def measure_reads(engine: Engine, people: list[UUID], measured: Measured) -> None:
    """Milliseconds of the reads that a holder waits for."""
    now = datetime.now(UTC)
    reads: dict[str, Callable[[Session, UUID], object]] = {
        "balance": storage.wallet_of,
        "as of": lambda session, person: storage.wallet_as_of(session, person, now),
        "statement": lambda session, person: storage.statement_page(session, person, 20),
    }
    for name, read in reads.items():
        taken = []
        for person in people[:READS]:
            with Session(engine) as session:
                session.connection()
                began = time.perf_counter()
                read(session, person)
                taken.append((time.perf_counter() - began) * 1000)
        measured.add(name, median(taken))
