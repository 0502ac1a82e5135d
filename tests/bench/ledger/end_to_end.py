"""From `visit.completed` in RabbitMQ to `coins.earned` confirmed: everything runs."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from kombu import Connection
from sqlalchemy import Engine, text

from deploy.local.stack import Stack
from services.kernel.caller import Call
from services.kernel.connection import open_connection
from services.kernel.ids import new_id
from services.kernel.outbox import envelope
from services.kernel.topology import event_queue
from services.kernel.waiting import poll
from services.ledger.domain import PlaceHold
from services.ledger.journal import Journal, Submission
from services.matching.contract import VisitCompleted
from tests.bench.ledger.people import DISTRICT, STREET


MINUTES = 60
BATCH = 200
QUEUED_SECONDS, POSTED_SECONDS = 60, 180
PUBLISHED = text(
    "select count(*), extract(epoch from max(published_at) - min(created_at)) from outbox"
    " where position > :after and envelope->>'type' = 'coins.earned.v1'"
    " and published_at is not null"
)


class EndToEnd:
    """Visits by people to other people, whose coins are held already."""

    def __init__(self, stack: Stack, engine: Engine, people: list[UUID]):
        self.stack, self.engine, self.people = stack, engine, people
        self.journal = Journal(engine.begin)

    def rate(self, visits: int) -> float:
        """Visits a second: the ledger finds them all waiting and ends when all are confirmed."""
        self.stack.stop_process("ledger")
        self.stack.stop_process("ledger-relay")
        events = self.hold(visits)
        self.forget_holds()
        self.stack.start_process("ledger-relay")
        self.publish(events)
        with self.engine.connect() as connection:
            after = connection.scalar(text("select coalesce(max(position), 0) from outbox")) or 0
        self.stack.start_process("ledger")
        found = poll(lambda: self.confirmed(after, visits), POSTED_SECONDS)
        assert found, "not all visits were paid in time"
        return visits / float(found)

    def confirmed(self, after: int, visits: int) -> float | None:
        with self.engine.connect() as connection:
            count, seconds = connection.execute(PUBLISHED, {"after": after}).one()
        return seconds if count == visits else None

    def forget_holds(self) -> None:
        """Nobody is told of the holds, for nobody knows their requests."""
        with self.engine.begin() as connection:
            connection.execute(text("update outbox set published_at = now()"))

    def hold(self, visits: int) -> list[dict[str, Any]]:
        """Place holds, and tell of the visits that are to be paid from them."""
        now = datetime.now(UTC)
        events = []
        for _ in range(0, visits, BATCH):
            chosen = [(*random.sample(self.people, 2), new_id()) for _ in range(BATCH)]
            holds = [
                PlaceHold(new_id(), request_id, elder_id, DISTRICT, MINUTES)
                for elder_id, _, request_id in chosen
            ]
            call = Call(now)
            self.journal.post(
                [Submission(hold, call, handler="hold_coins", event_id=new_id()) for hold in holds]
            )
            events += [self.completed(*each, now) for each in chosen]
        return events

    def completed(
        self, elder_id: UUID, volunteer_id: UUID, request_id: UUID, now: datetime
    ) -> dict[str, Any]:
        facts = {
            "visit_id": new_id(),
            "booking_id": uuid4(),
            "request_id": request_id,
            "elder_id": elder_id,
            "volunteer_id": volunteer_id,
            "started_at": now,
            "ended_at": now,
            "minutes": MINUTES,
            "policy_version": 1,
            "street": STREET,
            "district": DISTRICT,
            "explanation": [],
        }
        return envelope(VisitCompleted, facts, now, str(uuid4())) | {"sequence": 1}

    def publish(self, events: list[dict[str, Any]]) -> None:
        """Into the ledger's own queue: what others make of a visit is not measured here."""
        queue = event_queue("ledger", VisitCompleted).name
        with Connection(self.stack.amqp_uri) as connection:
            producer = connection.Producer()
            for wrapped in events:
                producer.publish(
                    json.dumps(wrapped).encode(),
                    routing_key=queue,
                    content_type="application/json",
                    content_encoding="utf-8",
                    delivery_mode=2,
                )
            queued = poll(lambda: self.queue_length() >= len(events), QUEUED_SECONDS)
        assert queued, f"the broker took {self.queue_length()} of {len(events)} events"

    def queue_length(self) -> int:
        name = event_queue("ledger", VisitCompleted).name
        connection = open_connection(self.stack.amqp_uri)
        try:
            return int(connection.channel().queue_declare(name, passive=True).message_count)
        finally:
            connection.close()

    def resident_megabytes(self) -> float:
        """Memory of the ledger's process."""
        return resident_megabytes(self.stack.process_pid("ledger") or 0)


def resident_megabytes(pid: int | str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0
