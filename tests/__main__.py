"""Run every test in two lanes side by side, each on servers of its own: ``python -m tests``.

What is under test mostly waits, for the broker, the database or a process that was killed, so two
lanes end in little more than half the time. Where the environment names a broker or a database
there is one lane, for two would empty each other's queues. Arguments go on to pytest.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path


TESTS = Path(__file__).parent
ROOMS = ("unit", "integration", "e2e", "chaos")
# About as long as all the rest; whatever is not named here runs in the first lane. The platform's
# own processes, which end-to-end tests start, would take the messages of one service's tests.
SECOND_LANE = ("integration/ledger", "e2e", "chaos")
NO_TESTS = 5


def lanes(arguments: Sequence[str]) -> list[list[str]]:
    """The arguments of each lane's pytest."""
    rooms = [str(TESTS / room) for room in ROOMS]
    if os.environ.get("TIMEBANK_AMQP_URI") or os.environ.get("TIMEBANK_DATABASE_URL"):
        return [[*arguments, *rooms]]
    second = [str(TESTS / room) for room in SECOND_LANE]
    ignored = [f"--ignore={room}" for room in second]
    first = [room for room in rooms if room not in second]
    return [[*arguments, *ignored, *first], [*arguments, *second]]


def start(number: int, arguments: Sequence[str], output: int | None) -> subprocess.Popen[bytes]:
    """One lane; its number names its servers. Its output is kept apart unless it is the first."""
    command = [sys.executable, "-m", "pytest", *arguments]
    environment = os.environ | {"TIMEBANK_TEST_LANE": str(number)}
    return subprocess.Popen(command, env=environment, stdout=output, stderr=output)


def main(arguments: Sequence[str]) -> int:
    with tempfile.TemporaryFile() as kept:
        running = [
            start(number, lane, kept.fileno() if number else None)
            for number, lane in enumerate(lanes(arguments))
        ]
        try:
            ended = [lane.wait() for lane in running]
        except KeyboardInterrupt:
            ended = [lane.wait() for lane in running]
        kept.seek(0)
        print(kept.read().decode(errors="replace"), end="")
    failed = [status for status in ended if status not in (0, NO_TESTS)]
    if failed or all(status == NO_TESTS for status in ended):
        return next(iter(failed), NO_TESTS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
