"""Jobs at a provider outside: when they are tried again, and when no more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


# A process that took a job and died leaves it to others after this long; no call takes longer.
LEASE_SECONDS = 120


class JobKind(StrEnum):
    """What is to be done at a provider."""

    VERIFICATION = "verification"
    SMS = "sms"


class JobState(StrEnum):
    """open → done, or given up; what nobody wants any more is dropped."""

    OPEN = "open"
    DONE = "done"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"


# What is not open has ended for good.
MOVES = {JobState.OPEN: frozenset({JobState.DONE, JobState.GIVEN_UP, JobState.DROPPED})}


def ended(state: JobState, to: JobState) -> JobState:
    """The state of a job that ends; it ends once."""
    if to not in MOVES.get(state, frozenset()):
        raise ValueError(f"a job that is {state} cannot become {to}")
    return to


@dataclass(frozen=True)
class Pauses:
    """How often a job is tried at most, and how the pauses between grow."""

    most_tries: int
    first_pause_seconds: int
    longest_pause_seconds: int


def next_try(tries: int, now: datetime, pauses: Pauses, chance: float) -> datetime | None:
    """When to try again after so many tries; None when it is given up.

    The pause doubles up to the longest one, of which ``chance`` (0 to 1) takes up to half away,
    so that jobs that failed together do not come again together.

    >>> pauses = Pauses(most_tries=4, first_pause_seconds=60, longest_pause_seconds=100)
    >>> start = datetime(2026, 1, 1)
    >>> [str(next_try(tries, start, pauses, 0.0) - start) for tries in (1, 2, 3)]
    ['0:01:00', '0:01:40', '0:01:40']
    >>> next_try(4, start, pauses, 0.0) is None
    True
    """
    if tries >= pauses.most_tries:
        return None
    doublings = min(tries - 1, 30)
    pause = min(pauses.first_pause_seconds * 2**doublings, pauses.longest_pause_seconds)
    return now + timedelta(seconds=pause * (1 - chance / 2))
