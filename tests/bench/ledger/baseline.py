"""The baseline: pgbench, PostgreSQL's own benchmark, with a double-entry transaction."""

import os
import re
import subprocess
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from deploy.local import postgres


HERE = Path(__file__).parent
DATABASE = "timebank_baseline"
THREADS = 2
# As long as the envelope of a real event.
ENVELOPE = (
    '{"specversion": "1.0", "id": "0193583c-7ae2-7b9b-8f6a-1f2a5a7d9e10", "source":'
    ' "/timebank/ledger", "type": "coins.gifted.v1", "subject":'
    ' "0193583c-7ae2-7b9b-8f6a-1f2a5a7d9e10", "time": "2026-06-01T02:00:00.000000+00:00",'
    ' "datacontenttype": "application/json", "correlationid":'
    ' "7b1d5ad1-0e51-4d61-b0bb-93d5f5f2f001", "data": {"district": "110105", "gift_id":'
    ' "0193583c-7ae2-7b9b-8f6a-1f2a5a7d9e10", "giver_id":'
    ' "0193583c-7ae2-7b9b-8f6a-1f2a5a7d9e10", "receiver_id":'
    ' "0193583c-7ae2-7b9b-8f6a-1f2a5a7d9e10", "minutes": 1}}'
)
TRANSACTION = f"""
\\set giver random(1, 19999)
\\set receiver random(:giver + 1, 20000)
begin;
select balance from accounts where account_id = :giver for no key update;
select balance from accounts where account_id = :receiver for no key update;
insert into transfers (key, kind, at) values (gen_random_uuid(), 'gift', now())
    returning transfer_id \\gset
update accounts set balance = balance - 1 where account_id = :giver
    returning balance as given \\gset
update accounts set balance = balance + 1 where account_id = :receiver
    returning balance as received \\gset
insert into entries (transfer_id, account_id, amount, balance_after)
    values (:transfer_id, :giver, -1, :given), (:transfer_id, :receiver, 1, :received);
insert into outbox (event_id, envelope) values (gen_random_uuid(), '{ENVELOPE}');
commit;
"""


class Baseline:
    """A database of its own on the server that the ledger is measured on."""

    def __init__(self, admin_url: str, folder: Path):
        self.url = make_url(admin_url).set(drivername="postgresql+psycopg2")
        self.script = folder / "baseline.pgbench"
        self.script.write_text(TRANSACTION)
        server = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text(f"drop database if exists {DATABASE} with (force)"))
            connection.execute(text(f"create database {DATABASE}"))
        server.dispose()
        own = create_engine(self.url.set(database=DATABASE), isolation_level="AUTOCOMMIT")
        with own.connect() as connection:
            connection.exec_driver_sql((HERE / "baseline.sql").read_text())
            connection.execute(text("vacuum analyze"))
        own.dispose()

    def rate(self, clients: int, seconds: int) -> float:
        """Transactions a second with so many clients."""
        command = [
            *(pgbench(), "--no-vacuum", "--protocol=prepared"),
            *("--client", str(clients), "--jobs", str(min(clients, THREADS))),
            *("--time", str(seconds), "--file", str(self.script), DATABASE),
        ]
        environment = {
            "PGHOST": str(self.url.host),
            "PGPORT": str(self.url.port),
            "PGUSER": str(self.url.username),
            "PGPASSWORD": str(self.url.password),
        }
        done = subprocess.run(
            command, env=os.environ | environment, capture_output=True, text=True, check=True
        )
        found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
        assert found, done.stdout + done.stderr
        return float(found.group(1))


def pgbench() -> str:
    """The newest pgbench that PostgreSQL's package installed."""
    programs = sorted(
        postgres.POSTGRES_BINARIES.glob("*/bin/pgbench"), key=lambda p: float(p.parts[-3])
    )
    assert programs, "pgbench is missing; it comes with PostgreSQL's server package"
    return str(programs[-1])
