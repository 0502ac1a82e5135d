"""Tell the person at the terminal what goes on: one line per phase, dots while it lasts."""

import os
import pwd
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any


LINES_OF_A_FAILURE = 25
SECONDS_PER_DOT = 2


class SetupError(Exception):
    """The set-up cannot go on; the message says why and what to do."""


def say(text: str) -> None:
    """Print one line at once."""
    print(text, flush=True)


@contextmanager
def phase(title: str) -> Iterator[None]:
    """Print the title, a dot every two seconds while the body runs, and how long it took."""
    started = time.monotonic()
    done = threading.Event()
    sys.stdout.write(f"  {title} ")
    sys.stdout.flush()

    def dots() -> None:
        while not done.wait(SECONDS_PER_DOT):
            sys.stdout.write(".")
            sys.stdout.flush()

    ticker = threading.Thread(target=dots, daemon=True)
    ticker.start()
    outcome = "failed"
    try:
        yield
        outcome = "ok"
    finally:
        done.set()
        ticker.join()
        say(f" {outcome} ({time.monotonic() - started:.1f} s)")


def last_lines(path: Path, lines: int = LINES_OF_A_FAILURE) -> str:
    """Return the end of a log file, indented, for a failure message."""
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 200 * lines))
            text = file.read().decode(errors="replace")
    except OSError:
        return "    (no log)"
    return "\n".join("    " + line for line in text.splitlines()[-lines:]) or "    (empty log)"


def run(
    command: Sequence[str | Path],
    log: Path,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    user: str = "",
) -> str:
    """Run a command with its output in a log file; return the output, or raise with its end.

    As `user`, if one is named: for root alone, and without root's groups.
    """
    identity: dict[str, Any] = {}
    if user:
        identity = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        start = file.tell()
        result = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            cwd=directory,
            **identity,
        )
    with log.open("rb") as file:
        file.seek(start)
        output = file.read().decode(errors="replace")
    if result.returncode:
        name = " ".join(str(part) for part in command[:4])
        raise SetupError(
            f"`{name} ...` ended with status {result.returncode}. The end of {log}:\n"
            + last_lines(log)
        )
    return output
