"""The posting path in one process, with everything on: keys, rules, entries, outbox, block."""

import random
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import Engine

from services.kernel.caller import Call, Caller
from services.kernel.ids import new_id
from services.ledger.domain import Gift
from services.ledger.journal import Journal, Submission
from tests.bench.ledger.people import relative_of


FINGERPRINT = "f" * 64
HOT_PEOPLE = 20


class Posting:
    """Gifts between relatives: each takes two accounts, as the baseline's transaction does."""

    def __init__(self, engine: Engine, people: Sequence[UUID]):
        self.journal = Journal(engine.begin)
        self.people = people

    def submissions(self, size: int, among: int) -> list[Submission]:
        return [self.submission(random.randrange(among)) for _ in range(size)]

    def submission(self, number: int) -> Submission:
        giver, receiver = self.people[number], self.people[relative_of(number, len(self.people))]
        caller = Caller(giver)
        call = Call(datetime.now(UTC), caller, key=str(uuid4()), correlation_id=str(uuid4()))
        return Submission(Gift(new_id(), caller, receiver, 1), call, FINGERPRINT)

    def rate(self, size: int, seconds: float, hot: bool = False, writers: int = 1) -> float:
        """Transfers a second, posted in batches of a size, by one or more threads."""
        among = HOT_PEOPLE if hot else len(self.people)
        posted = [0] * writers
        began = time.perf_counter()

        def write(writer: int) -> None:
            while time.perf_counter() < began + seconds:
                answers = self.journal.post(self.submissions(size, among))
                assert all(isinstance(each, dict) and "result" in each for each in answers)
                posted[writer] += size

        threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(posted) / (time.perf_counter() - began)
