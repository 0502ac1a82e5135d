"""The audit: replays chain, balances, holds and budgets, and names the first difference.

    python -m services.ledger audit [--json]

It reads in one snapshot, so the ledger goes on meanwhile. The auditor is the process that does
the same by itself, again and again, and shows the outcome as metrics.
"""

import argparse
import json
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from prometheus_client import Counter, Gauge
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from services.kernel.database import make_engine
from services.kernel.health import serve_health
from services.kernel.logs import get_log, set_up_logs
from services.kernel.settings import Settings
from services.ledger import domain, storage
from services.ledger.domain import Balances, Difference, Head


log = get_log(__name__)
# A full audit reads everything; the server may take its time over one statement.
STATEMENT_SECONDS = 6 * 3600
LOCK_KEY = 0x61_75_64_69
LOOK_SECONDS = 60.0
STANDBY_SECONDS = 5.0
BAR_WIDTH = 30
MESSAGES = Path(__file__).parent / "messages.yaml"

unit_sum = Gauge("timebank_ledger_unit_sum", "All balances together; always zero", ["unit"])
supply = Gauge("timebank_ledger_supply", "What the source of a unit has given out", ["unit"])
chain_height = Gauge("timebank_ledger_chain_height", "Height of the last block that was audited")
audit_ok = Gauge("timebank_ledger_audit_ok", "1 when the last audit found no difference")
audit_finished = Gauge(
    "timebank_ledger_audit_finished_timestamp_seconds", "When the last audit was finished"
)
audit_seconds = Gauge("timebank_ledger_audit_seconds", "How long the last full audit took")
audited_transfers = Counter("timebank_ledger_audited_transfers", "Transfers that were replayed")
holds = Gauge("timebank_ledger_holds", "Holds by state", ["state"])


@dataclass(frozen=True)
class Verdict:
    """How far the chain was followed, and the first difference, if there is one."""

    height: int
    block_hash: str
    transfers: int
    accounts: int
    seconds: float
    difference: str | None

    @property
    def is_clean(self) -> bool:
        return self.difference is None


Progress = Callable[[str, int, int], None]


@cache
def messages() -> dict[str, Any]:
    return dict(yaml.safe_load(MESSAGES.read_text(encoding="utf-8")))


def no_progress(step: str, done: int, whole: int) -> None:
    """For audits that nobody watches."""


def audit(engine: Engine, progress: Progress = no_progress) -> Verdict:
    """Replay everything in one snapshot, and keep what was found."""
    started_at, began = datetime.now(UTC), time.monotonic()
    replay = Replay(progress)
    with engine.connect() as connection:
        snapshot = connection.execution_options(isolation_level="REPEATABLE READ")
        with snapshot.begin():
            snapshot.execute(text(f"set local statement_timeout = '{STATEMENT_SECONDS}s'"))
            snapshot.execute(text("set local idle_in_transaction_session_timeout = 0"))
            difference = replay.run(snapshot)
    with engine.begin() as connection:
        storage.keep_audit(connection, started_at, datetime.now(UTC), replay.head, difference)
    return Verdict(
        replay.head.height,
        replay.head.block_hash.hex(),
        replay.head.last_number,
        replay.accounts,
        round(time.monotonic() - began, 3),
        difference,
    )


class Replay:
    """One audit under way."""

    def __init__(self, progress: Progress):
        self.progress = progress
        self.head = Head()
        self.accounts = 0

    def run(self, connection: Connection) -> str | None:
        """The first difference, or None."""
        try:
            self.check_former_head(connection)
            balances = self.replay_chain(connection)
            self.check_accounts(connection, balances)
            check_records(connection)
        except Difference as difference:
            return str(difference)
        return None

    def check_former_head(self, connection: Connection) -> None:
        """A chain that was cut short is sound in itself; the audit before remembers its end."""
        former = storage.last_audit(connection)
        if former is None or former.difference or not former.height:
            return
        query = text("select hash from blocks where height = :height")
        found = connection.scalar(query, {"height": former.height})
        if found is None:
            raise Difference(f"block {former.height}: an earlier audit saw it, now it is missing")
        wanted = bytes(former.block_hash).hex()
        domain.expect(f"block {former.height}: hash an earlier audit saw", wanted, found.hex())

    def replay_chain(self, connection: Connection) -> Balances:
        whole = storage.find_head(connection).last_number  # type: ignore[arg-type]
        balances = Balances(storage.account_kinds(connection))
        for sealed in storage.sealed_blocks(connection, 0, 0):
            self.head = domain.check_block(
                self.head, sealed.block, sealed.block_hash, sealed.documents
            )
            for document in sealed.documents:
                balances.replay(document)
            audited_transfers.inc(len(sealed.documents))
            self.progress("chain", self.head.last_number, whole)
        return balances

    def check_accounts(self, connection: Connection, balances: Balances) -> None:
        whole = len(balances.kinds)
        for account_id, balance in storage.account_balances(connection):
            balances.check_account(account_id, balance)
            self.accounts += 1
            self.progress("accounts", self.accounts, whole)
        balances.sums()


def check_records(connection: Connection) -> None:
    """Raise Difference when one of these records does not agree with its transfers."""
    wrong = storage.first_wrong_hold(connection)
    if wrong:
        raise Difference(
            f"hold {wrong.hold_id}: it is {wrong.state} with {wrong.shares} minutes, its escrow"
            f" took {wrong.placed}, paid {wrong.posted}, gave back {wrong.returned}"
            f" and has {wrong.balance}"
        )
    wrong = storage.first_wrong_reserve(connection)
    if wrong:
        application_id, state, minutes, balance = wrong
        raise Difference(
            f"application {application_id}: it is {state} with {minutes} minutes,"
            f" its reserve has {balance}"
        )
    wrong = storage.first_wrong_dispute(connection)
    if wrong:
        raise Difference(
            f"dispute {wrong.dispute_id}: it is {wrong.state} with {wrong.frozen_minutes} minutes"
            f" frozen, {wrong.returned_minutes} returned, {wrong.released_minutes} released and"
            f" {wrong.corrected_minutes} corrected, the transfers say {wrong.frozen},"
            f" {wrong.returned}, {wrong.released} and {wrong.corrected}, and {wrong.balance} left"
        )
    wrong = storage.first_wrong_exchange(connection)
    if wrong:
        exchange_id, state, points, spent, returned = wrong
        raise Difference(
            f"exchange {exchange_id}: it is {state} with {points} points,"
            f" {spent} were spent on it and {returned} came back"
        )


class Bar:
    """A bar on a terminal; elsewhere a line at every tenth."""

    def __init__(self) -> None:
        self.step, self.shown = "", -1

    def __call__(self, step: str, done: int, whole: int) -> None:
        percent = 100 * done // max(whole, 1)
        watched = sys.stderr.isatty()
        coarse = percent if watched else percent // 10 * 10
        if (step, coarse) == (self.step, self.shown):
            return
        if watched and self.step and step != self.step:
            print(file=sys.stderr)
        self.step, self.shown = step, coarse
        filled = BAR_WIDTH * percent // 100
        line = f"{messages()[step]}  [{'█' * filled}{'·' * (BAR_WIDTH - filled)}] {percent:3d} %"
        print(f"\r{line}" if watched else line, end="" if watched else "\n", file=sys.stderr)
        sys.stderr.flush()


def command(arguments: list[str]) -> int:
    """The audit on the command line: 0 when all is well, 1 when something differs."""
    parser = argparse.ArgumentParser(prog="python -m services.ledger audit", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    options = parser.parse_args(arguments)
    settings = Settings.from_environment("database_url")
    engine = make_engine(settings.database_url, connections=2)
    verdict = audit(engine, Bar())
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if options.json:
        print(json.dumps(asdict(verdict)))
    else:
        sentence = "clean" if verdict.is_clean else "differs"
        print(messages()[sentence].format(**asdict(verdict)).rstrip())
    return 0 if verdict.is_clean else 1


class Auditor:
    """Audits by itself: everything every so often, the sums and the newest blocks in between."""

    def __init__(self, settings: Settings):
        self.engine = make_engine(settings.database_url, connections=3)
        self.every_seconds = settings.audit_seconds
        self.stopping = threading.Event()
        self.healthy = False
        self.head: Head | None = None

    def checks(self) -> dict[str, bool]:
        return {"auditor": self.healthy}

    def stop(self, *_: Any) -> None:
        self.stopping.set()
        raise SystemExit(0)

    def run(self) -> None:
        """One auditor works, others stand by; after trouble with the database it begins anew."""
        while not self.stopping.is_set():
            try:
                with self.engine.connect() as connection:
                    lock = connection.execution_options(isolation_level="AUTOCOMMIT")
                    taken = lock.scalar(
                        text("select pg_try_advisory_lock(:key)"), {"key": LOCK_KEY}
                    )
                    self.healthy = True
                    if taken:
                        self.work(lock)
            except DBAPIError as error:
                self.healthy = False
                log.warning("the auditor begins anew", error=str(error)[:300])
            self.stopping.wait(STANDBY_SECONDS)

    def work(self, lock: Connection) -> None:
        next_full = 0.0
        while not self.stopping.is_set():
            if time.monotonic() >= next_full:
                next_full = time.monotonic() + self.every_seconds
                self.audit_all()
            else:
                self.audit_newest()
            self.measure()
            # The lock lives as long as its session: with it we would lose the right to work.
            lock.execute(text("select 1"))
            self.stopping.wait(min(LOOK_SECONDS, self.every_seconds))

    def audit_all(self) -> None:
        verdict = audit(self.engine)
        self.head = Head(verdict.height, bytes.fromhex(verdict.block_hash), verdict.transfers)
        audit_seconds.set(verdict.seconds)
        self.tell(verdict.difference)

    def audit_newest(self) -> None:
        """The blocks since the last look, on top of the head that was found good."""
        assert self.head is not None
        difference = None
        try:
            with self.engine.connect() as connection:
                newest = storage.sealed_blocks(connection, self.head.height, self.head.last_number)
                for sealed in newest:
                    self.head = domain.check_block(
                        self.head, sealed.block, sealed.block_hash, sealed.documents
                    )
        except Difference as found:
            difference = str(found)
        if difference:
            self.tell(difference)
        else:
            audit_finished.set(time.time())

    def tell(self, difference: str | None) -> None:
        audit_ok.set(0 if difference else 1)
        audit_finished.set(time.time())
        if difference:
            log.error("the audit found a difference", difference=difference)
        else:
            log.info("the audit is clean", height=self.head.height if self.head else 0)

    def measure(self) -> None:
        with self.engine.connect() as connection:
            for each in storage.unit_sums(connection):
                unit_sum.labels(each.unit).set(each.total)
                supply.labels(each.unit).set(each.supply)
            for state, count in storage.hold_counts(connection).items():
                holds.labels(state).set(count)
        chain_height.set(self.head.height if self.head else 0)


def run_auditor() -> None:
    """The process: metrics and health on their own port, until told to stop."""
    settings = Settings.from_environment("database_url")
    set_up_logs(settings.log_level, "ledger-auditor")
    auditor = Auditor(settings)
    serve_health(settings.metrics_host, settings.metrics_port, auditor.checks)
    signal.signal(signal.SIGTERM, auditor.stop)
    signal.signal(signal.SIGINT, auditor.stop)
    auditor.run()
