"""Which tokens are void though they have not ended: identity's list, read again every second."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import eventlet
from eventlet.semaphore import Semaphore
from prometheus_client import Gauge

from gateway.errors import SessionRevoked
from services.kernel.contract import Error, Unavailable
from services.kernel.logs import get_log


log = get_log(__name__)

READ_PAUSE_SECONDS = 1.0
# Read from its beginning this often, so that what is too old to matter is forgotten here too.
WHOLE_EVERY_SECONDS = 600.0
# A million people in one reading; what is left comes with the next.
MOST_PAGES = 1000

age_seconds = Gauge(
    "timebank_revocations_age_seconds",
    "Time since the list of void tokens was last read; tokens voided meanwhile are still taken",
)
known = Gauge("timebank_revocations_known", "People whose earlier tokens are void")


@dataclass(frozen=True)
class Known:
    """What has been read: the least generation of each person's tokens, and where to go on."""

    generations: dict[UUID, int] = field(default_factory=dict)
    cursor: str | None = None
    begun_at: float = float("-inf")


class Revocations:
    """The list of one process. ``fetch`` asks identity for what follows a cursor.

    While identity is away, the list at hand goes on being used, and its age is measured: the desks
    must not stand still because one service does. But before it has been read once, no token is
    taken at all, so that starting a gateway anew never lets a void one in.
    """

    def __init__(
        self,
        fetch: Callable[[str | None], dict[str, Any]],
        clock: Callable[[], float] = time.monotonic,
    ):
        self.fetch = fetch
        self.clock = clock
        self.known = Known()
        self.read_at = float("-inf")
        self.reading = Semaphore()
        # Asked for when it is looked at, so that it also grows while a reading hangs.
        age_seconds.set_function(self.age)

    @property
    def was_read(self) -> bool:
        return self.read_at > float("-inf")

    def age(self) -> float:
        return self.clock() - self.read_at

    def check(self, person_id: UUID, generation: int) -> None:
        """Raises SessionRevoked for a void token, Unavailable when nobody can tell yet."""
        if not self.was_read:
            self.read_unless_read()
        if generation < self.known.generations.get(person_id, 0):
            raise SessionRevoked

    def read_unless_read(self) -> None:
        with self.reading:
            if not self.was_read and not self.read():
                raise Unavailable

    def refresh(self) -> None:
        """Read what is new; the list stays as it is when identity does not answer."""
        with self.reading:
            self.read()
        known.set(len(self.known.generations))

    def read(self) -> bool:
        began = self.clock()
        whole = began - self.known.begun_at > WHOLE_EVERY_SECONDS
        before = Known(begun_at=began) if whole else self.known
        try:
            self.known = self.following(before)
        except (Error, LookupError, ValueError) as error:
            log.warning("the list of void tokens was not read", error=type(error).__name__)
            return False
        self.read_at = began
        return True

    def following(self, before: Known) -> Known:
        generations, cursor = dict(before.generations), before.cursor
        for _ in range(MOST_PAGES):
            page = self.fetch(cursor)
            for person_id, generation in revoked_in(page):
                generations[person_id] = max(generation, generations.get(person_id, 0))
            cursor = page["next_cursor"]
            if not page["has_more"]:
                break
        return Known(generations, cursor, before.begun_at)

    def keep_reading(self, is_stopping: Callable[[], bool]) -> None:
        """The loop of a green thread of its own."""
        while not is_stopping():
            self.refresh()
            eventlet.sleep(READ_PAUSE_SECONDS)


def revoked_in(page: dict[str, Any]) -> Iterable[tuple[UUID, int]]:
    for item in page["items"]:
        yield UUID(item["person_id"]), int(item["generation"])
