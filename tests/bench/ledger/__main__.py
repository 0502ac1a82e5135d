"""`make bench-ledger`: baseline, posting path and the whole way, alternating, medians of rounds."""

import argparse
import os
import platform
import sys
from pathlib import Path

from sqlalchemy import Engine, text

from deploy.local.stack import PROJECT, Stack
from services.kernel.database import make_engine
from services.kernel.launcher import collect_seldom
from tests.bench.ledger.baseline import Baseline
from tests.bench.ledger.end_to_end import EndToEnd, resident_megabytes
from tests.bench.ledger.people import fill
from tests.bench.ledger.posting import Posting
from tests.bench.ledger.report import Figure, Measured, table, write
from tests.bench.ledger.scale import measure_scale


CLIENTS = (1, 8, 32)
BATCHES = (1, 16, 100, 500)
READY_SECONDS = 120


def main() -> None:
    arguments = parse()
    stack = Stack(PROJECT / ".local", "bench")
    # What an earlier run left would be a larger ledger than this run says.
    stack.remove()
    try:
        stack.start_servers()
        stack.provision()
        stack.migrate()
        run(stack, arguments)
    finally:
        stack.stop()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-ledger", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of each measurement")
    parser.add_argument("--visits", type=int, default=4000, help="of each whole way")
    parser.add_argument("--transfers", type=int, default=10_000_000, help="of the large ledger")
    parser.add_argument("--accounts", type=int, default=2_000_000, help="of the large ledger")
    return parser.parse_args()


def run(stack: Stack, arguments: argparse.Namespace) -> None:
    engine = make_engine(stack.database_url("ledger"), connections=4)
    say("Filling the ledger and the baseline")
    people = fill(engine)
    baseline = Baseline(stack.admin_database_url, stack.home)
    posting = Posting(engine, people)
    measured = Measured()
    collect_seldom()
    posting.rate(100, arguments.seconds)
    before = resident_megabytes("self")
    for number in range(arguments.rounds):
        say(f"Round {number + 1} of {arguments.rounds}")
        measure_round(measured, baseline, posting, arguments.seconds)
    measured.add("memory grown", resident_megabytes("self") - before)
    measure_whole_way(stack, engine, people, measured, baseline, arguments)
    if arguments.transfers:
        measure_scale(stack, measured, arguments, say)
    figures = figures_of(measured)
    print(table(figures))
    print(write(figures, measured, machine(engine)))


def measure_round(measured: Measured, baseline: Baseline, posting: Posting, seconds: int) -> None:
    for clients in CLIENTS:
        measured.add(f"pgbench, {clients} clients", baseline.rate(clients, seconds))
    for size in BATCHES:
        measured.add(f"batch {size}", posting.rate(size, seconds))
    measured.add("batch 100, two writers", posting.rate(100, seconds, writers=2))
    measured.add("batch 100, hot", posting.rate(100, seconds, hot=True))
    measured.add("batch 100, hot, two writers", posting.rate(100, seconds, hot=True, writers=2))


def measure_whole_way(
    stack: Stack,
    engine: Engine,
    people: list,  # type: ignore[type-arg]
    measured: Measured,
    baseline: Baseline,
    arguments: argparse.Namespace,
) -> None:
    say("The whole way")
    stack.start_processes()
    stack.wait_ready(READY_SECONDS)
    whole = EndToEnd(stack, engine, people)
    whole.rate(arguments.visits)
    for _ in range(arguments.rounds):
        measured.add("pgbench beside the whole way", baseline.rate(8, arguments.seconds))
        measured.add("whole way", whole.rate(arguments.visits))
        measured.add("memory of the ledger", whole.resident_megabytes())


def figures_of(measured: Measured) -> list[Figure]:
    best = max(measured.median("pgbench, 8 clients"), measured.median("pgbench, 32 clients"))
    single, spread = measured.median("pgbench, 1 clients"), measured.median("batch 100")
    two = measured.median("batch 100, two writers")
    beside = max(best, measured.median("pgbench beside the whole way"))
    figures = [
        Figure("pgbench, one client", single, "transfers/s"),
        Figure("pgbench, best of 8 and 32 clients", best, "transfers/s"),
        Figure("batch 1", measured.median("batch 1"), "transfers/s", single, ">= 0.3"),
        Figure("batch 16", measured.median("batch 16"), "transfers/s", best),
        Figure("batch 100, spread", spread, "transfers/s", best, ">= 1.2"),
        Figure("batch 100, spread, two writers", two, "transfers/s", best, ">= 1.2"),
        Figure("batch 500", measured.median("batch 500"), "transfers/s", best),
        Figure(
            "batch 100, hot", measured.median("batch 100, hot"), "transfers/s", spread, ">= 0.8"
        ),
        Figure(
            "batch 100, hot, two writers",
            measured.median("batch 100, hot, two writers"),
            "transfers/s",
            two,
            ">= 0.8",
        ),
        Figure("memory grown in the rounds", measured.median("memory grown"), "MB"),
        Figure("whole way", measured.median("whole way"), "visits/s", beside, ">= 0.4"),
        Figure("memory of the ledger", max(measured.values["memory of the ledger"]), "MB"),
    ]
    if measured.values["large ledger"]:
        small, large = measured.median("small ledger"), measured.median("large ledger")
        figures += [
            Figure("cost in the large ledger", 1e6 / large, "µs/transfer", 1e6 / small, "<= 1.3"),
            Figure("balance, large ledger", measured.median("balance"), "ms", 10.0, "<= 1"),
            Figure("as of, large ledger", measured.median("as of"), "ms", 10.0, "<= 1"),
            Figure("statement, large ledger", measured.median("statement"), "ms", 10.0, "<= 1"),
        ]
    return figures


def machine(engine: Engine) -> dict[str, str]:
    with engine.connect() as connection:
        server = connection.scalar(text("show server_version")) or ""
    return {
        "python": platform.python_version(),
        "postgresql": server,
        "processors": str(os.cpu_count()),
        "system": platform.platform(),
    }


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    os.chdir(Path(__file__).parents[3])
    main()
