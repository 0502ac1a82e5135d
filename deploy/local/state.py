"""What one instance remembers between runs: its ports, and the secret its passwords come from."""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from deploy.local.say import SetupError


RELEASE_POLL_SECONDS = 0.1


class Busy(SetupError):
    """Another process holds this instance."""


def read_json(path: Path) -> dict[str, Any]:
    """Return the file's object, or an empty one when there is no file."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except ValueError:
        raise SetupError(f"{path} is damaged; `make clean` starts from nothing.") from None


def write_json(path: Path, content: Mapping[str, Any], mode: int = 0o600) -> None:
    """Replace the file as a whole, so that a reader never sees half of it."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=2, sort_keys=True)
    fresh.replace(path)


def load_secret(path: Path, given: str | None) -> str:
    """Return the instance's secret: the kept one, else the given one, else a new one (kept)."""
    kept = read_json(path).get("secret")
    if kept and given and kept != given:
        raise SetupError(
            f"TIMEBANK_SECRET is not the secret this instance was made with ({path}). "
            "Unset it, or run `make clean` first."
        )
    secret = kept or given or secrets.token_hex(32)
    if not kept:
        write_json(path, {"secret": secret})
    return secret


def await_release(path: Path, seconds: float) -> None:
    """Wait until whoever holds the instance has let go of it; give up quietly after so long."""
    deadline = time.monotonic() + seconds
    while path.exists() and time.monotonic() < deadline:
        try:
            hold(path).close()
        except Busy:
            time.sleep(RELEASE_POLL_SECONDS)
        else:
            return


def hold(path: Path) -> IO[str]:
    """Take the instance for this process until it ends or closes the file; raise Busy if taken."""
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise Busy("Another process is starting, running or stopping this instance.") from None
    return file
