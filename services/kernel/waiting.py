"""Wait for a condition with a deadline, never for time to pass."""

import time
from collections.abc import Callable
from typing import TypeVar


T = TypeVar("T")
PAUSE_SECONDS = 0.05


def poll(check: Callable[[], T], seconds: float, pause_seconds: float = PAUSE_SECONDS) -> T:
    """The first true answer of ``check``, or its last answer when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        answer = check()
        if answer or time.monotonic() >= deadline:
            return answer
        time.sleep(pause_seconds)
