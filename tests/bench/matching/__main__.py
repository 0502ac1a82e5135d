"""`make bench-matching`: a day's dispatch beside first come, first served; finding in a crowd."""

import eventlet


eventlet.monkey_patch()

import argparse  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import platform  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

from sqlalchemy import create_engine, text  # noqa: E402

from deploy.local.stack import PROJECT, Stack  # noqa: E402
from tests.bench.ledger.report import Figure, Measured, table, write  # noqa: E402
from tests.bench.matching.nearest import measure_nearest, p95  # noqa: E402


FILE = Path("bench") / "matching.json"
SMALL_CROWD = 10_000


def main() -> None:
    arguments = parse()
    measured = Measured()
    for seed in range(1, arguments.rounds + 1):
        say(f"Dispatch, round {seed} of {arguments.rounds}")
        measure_dispatch(measured, arguments, seed)
    figures = dispatch_figures(measured)
    machine = {
        "python": platform.python_version(),
        "processors": str(os.cpu_count()),
        "system": platform.platform(),
    }
    if arguments.crowd:
        figures += crowd_figures(measured, machine, arguments)
    print(table(figures))
    print(write(figures, measured, machine, FILE))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-matching", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="districts to plan a day of")
    parser.add_argument("--requests", type=int, default=5_000, help="of a day")
    parser.add_argument("--volunteers", type=int, default=20_000, help="who may be planned for")
    parser.add_argument("--open", type=int, default=100_000, help="open requests of the city")
    parser.add_argument("--crowd", type=int, default=1_000_000, help="volunteers of the city")
    return parser.parse_args()


def measure_dispatch(measured: Measured, arguments: argparse.Namespace, seed: int) -> None:
    for way in ("turns", "dispatch"):
        command = [sys.executable, "-W", "ignore", "-m", "tests.bench.matching.one_plan", way]
        size = ["--requests", str(arguments.requests), "--volunteers", str(arguments.volunteers)]
        ran = subprocess.run(
            [*command, *size, "--seed", str(seed)], check=True, capture_output=True, text=True
        )
        for name, value in json.loads(ran.stdout).items():
            measured.add(f"{way}: {name}", value)
    for name in ("walking_km", "metres_a_visit", "served"):
        dispatch, turns = (measured.values[f"{way}: {name}"][-1] for way in ("dispatch", "turns"))
        measured.add(f"ratio: {name}", dispatch / turns)


def dispatch_figures(measured: Measured) -> list[Figure]:
    def beside(name: str, words: str, unit: str, wanted: str = "") -> Figure:
        dispatch, turns = measured.median(f"dispatch: {name}"), measured.median(f"turns: {name}")
        return Figure(words, dispatch, unit, turns, wanted)

    return [
        Figure("a plan, slowest", max(measured.values["dispatch: seconds"]), "s", 20.0, "<= 1"),
        Figure("a plan, processor", measured.median("dispatch: processor_seconds"), "s"),
        Figure("memory, peak", max(measured.values["dispatch: megabytes"]), "MB", 1024.0, "<= 1"),
        beside("walking_km", "walking beside taking turns", "km", "<= 0.85"),
        beside("metres_a_visit", "walking a visit", "m", "<= 0.85"),
        beside("served", "requests served", "requests", ">= 1"),
        beside("special_served", "of special groups served", "requests", ">= 1"),
        Figure("walking, worst round", max(measured.values["ratio: walking_km"]), "ratio"),
        Figure("served, worst round", min(measured.values["ratio: served"]), "ratio"),
    ]


def crowd_figures(
    measured: Measured, machine: dict[str, str], arguments: argparse.Namespace
) -> list[Figure]:
    sizes = (min(SMALL_CROWD, arguments.crowd), arguments.crowd)
    stack = Stack(PROJECT / ".local", "bench-matching")
    stack.remove()
    try:
        stack.start_servers()
        stack.provision()
        stack.migrate()
        engine = create_engine(stack.owner_database_url("matching"))
        with engine.connect() as connection:
            machine["postgresql"] = connection.scalar(text("show server_version")) or ""
        measure_nearest(stack, engine, sizes, arguments.open, measured, say)
    finally:
        stack.stop()
    return [figure for name in NAMES for figure in figures_of(measured, name, *sizes)]


NAMES = {
    "nearest": "nearest open requests",
    "fitting": "nearest that fit the calendar",
    "candidates": "ranked candidates",
}


def figures_of(measured: Measured, name: str, few: int, many: int) -> list[Figure]:
    small, large = f"{name}, {few:,} volunteers", f"{name}, {many:,} volunteers"
    words = NAMES[name]
    service = f"{large}: service"
    growth = measured.median(large), measured.median(small)
    # Of ranking two hundred volunteers nobody asked so much; it is to be seen here all the same.
    limit, wanted = (None, "") if name == "candidates" else (20.0, "<= 1")
    return [
        Figure(f"{words}, at the service (mean)", measured.median(service), "ms", limit, wanted),
        Figure(f"{words}, there and back (median)", growth[0], "ms", limit, wanted),
        Figure(f"{words}, there and back (p95)", p95(measured.values[large]), "ms", limit, wanted),
        Figure(f"{words}, {many:,} beside {few:,}", growth[0], "ms", growth[1], "<= 2"),
    ]


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    os.chdir(Path(__file__).parents[3])
    main()
