"""The relay: from a service's outbox to the broker, each event at least once, in order, confirmed.

A plain process, one per service: a leader by advisory lock works, the others stand by. It selects
unpublished rows by their state, never by a position, and holds no transaction while publishing.
"""

import json
import threading
import time
from contextlib import suppress
from typing import Any

import amqp
from sqlalchemy import Connection, Row, delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from services.kernel import metrics
from services.kernel.connection import open_connection
from services.kernel.database import make_engine
from services.kernel.logs import get_log
from services.kernel.settings import Settings
from services.kernel.tables import idempotency_keys, inbox, outbox


log = get_log(__name__)

BATCH = 500
PAUSE_SECONDS = 0.1
STANDBY_SECONDS = 1.0
LONGEST_BACK_OFF_SECONDS = 5.0
# The watchdog: a broker that confirms nothing for so long is left and tried anew.
CONFIRM_SECONDS = 20.0
HEARTBEAT_SECONDS = 10
LOCK_KEY = 0x6F_62_6F_78
KEEP_DAYS = 30
HOUSEKEEPING_SECONDS = 600.0
LAG_SECONDS = 2.0


class Unconfirmed(Exception):
    """The broker did not confirm in time."""


class Publisher:
    """Publishes batches on one channel and learns which messages the broker took."""

    def __init__(self, amqp_uri: str):
        self.connection = open_connection(amqp_uri, heartbeat=HEARTBEAT_SECONDS)
        self.channel = self.connection.channel()
        self.channel.confirm_select()
        self.channel.events["basic_ack"].add(self.on_ack)
        self.channel.events["basic_nack"].add(self.on_nack)
        self.channel.events["basic_return"].add(self.on_return)
        self.last_tag = 0
        self.waiting: dict[int, int] = {}
        self.taken: list[int] = []
        self.returned: set[str] = set()

    def on_ack(self, delivery_tag: int, multiple: bool) -> None:
        self.taken += self.settle(delivery_tag, multiple)

    def on_nack(self, delivery_tag: int, multiple: bool) -> None:
        refused = self.settle(delivery_tag, multiple)
        log.warning("the broker refused events; they stay in the outbox", count=len(refused))

    def on_return(self, error: Exception, exchange: str, key: str, message: amqp.Message) -> None:
        self.returned.add(str(message.properties.get("message_id")))
        log.error("an event found no queue, not even the alternate one", routing_key=key)

    def settle(self, delivery_tag: int, multiple: bool) -> list[int]:
        tags = [tag for tag in self.waiting if tag <= delivery_tag] if multiple else [delivery_tag]
        return [self.waiting.pop(tag) for tag in tags if tag in self.waiting]

    def publish(self, rows: list[Row[Any]]) -> list[int]:
        """Publish in order, wait for the confirms; the positions of the rows that are safe.

        Raises Unconfirmed when the broker stays silent (a memory alarm, a frozen node).
        """
        self.taken, self.returned = [], set()
        ids = {row.position: str(row.event_id) for row in rows}
        for row in rows:
            self.last_tag += 1
            self.waiting[self.last_tag] = row.position
            self.channel.basic_publish(
                message_for(row), row.exchange, row.routing_key, mandatory=True
            )
        deadline = time.monotonic() + CONFIRM_SECONDS
        while self.waiting:
            if time.monotonic() > deadline:
                raise Unconfirmed(f"no confirm for {len(self.waiting)} events")
            with suppress(TimeoutError):
                self.connection.drain_events(timeout=1)
        return [position for position in self.taken if ids[position] not in self.returned]

    def stay_alive(self) -> None:
        with suppress(TimeoutError):
            self.connection.drain_events(timeout=0)
        self.connection.heartbeat_tick()

    def abandon(self) -> None:
        """Leave without the closing handshake, which a stuck broker might never answer."""
        with suppress(Exception):
            self.connection.collect()


def message_for(row: Row[Any]) -> amqp.Message:
    body = json.dumps(row.envelope | {"sequence": row.position}, ensure_ascii=False)
    return amqp.Message(
        body,
        content_type="application/json",
        content_encoding="utf-8",
        delivery_mode=2,
        message_id=str(row.event_id),
        type=row.envelope["type"],
        correlation_id=row.envelope.get("correlationid") or "",
    )


class Relay:
    """One service's relay; ``run`` returns only when told to stop."""

    def __init__(self, service: str, settings: Settings):
        self.service = service
        self.settings = settings
        self.engine = make_engine(settings.database_url, connections=2)
        self.publisher: Publisher | None = None
        self.stopping = False
        self.healthy = False
        self.next_housekeeping = 0.0
        self.next_lag = 0.0

    def checks(self) -> dict[str, bool]:
        return {"relay": self.healthy}

    def stop(self, *_: Any) -> None:
        """End after the batch in hand; at once when there is no broker or database to wait for."""
        self.stopping = True
        if not self.healthy and threading.current_thread() is threading.main_thread():
            raise SystemExit(0)

    def run(self) -> None:
        """Lead while we can; after any trouble begin anew, more slowly each time."""
        back_off = PAUSE_SECONDS
        while not self.stopping:
            try:
                with self.engine.connect() as connection:
                    database = connection.execution_options(isolation_level="AUTOCOMMIT")
                    self.lead(database)
                back_off = PAUSE_SECONDS
            except (DBAPIError, OSError, amqp.AMQPError, Unconfirmed) as error:
                log.warning("the relay begins anew", error=f"{type(error).__name__}: {error}"[:300])
                back_off = min(back_off * 2, LONGEST_BACK_OFF_SECONDS)
                time.sleep(back_off)
            finally:
                self.step_down()
        self.engine.dispose()

    def step_down(self) -> None:
        self.healthy = False
        metrics.relay_leader.labels(self.service).set(0)
        if self.publisher is not None:
            self.publisher.abandon()
            self.publisher = None

    def lead(self, database: Connection) -> None:
        """Publish until told to stop. The lock ends with this database session, however it ends."""
        while not database.scalar(text("select pg_try_advisory_lock(:key)"), {"key": LOCK_KEY}):
            self.healthy = True
            if self.stopping:
                return
            time.sleep(STANDBY_SECONDS)
        self.publisher = Publisher(self.settings.amqp_uri)
        metrics.relay_leader.labels(self.service).set(1)
        log.info("this relay leads", service=self.service)
        self.healthy = True
        while not self.stopping:
            published = self.publish_batch(database)
            self.measure_lag(database)
            self.keep_house(database)
            if published < BATCH:
                self.publisher.stay_alive()
                time.sleep(PAUSE_SECONDS)
        database.execute(text("select pg_advisory_unlock(:key)"), {"key": LOCK_KEY})

    def publish_batch(self, database: Connection) -> int:
        """Publish the oldest unpublished rows and mark what was confirmed; how many there were."""
        assert self.publisher is not None
        query = (
            select(outbox)
            .where(outbox.c.published_at.is_(None))
            .order_by(outbox.c.position)
            .limit(BATCH)
        )
        rows = list(database.execute(query))
        if not rows:
            return 0
        taken = self.publisher.publish(rows)
        database.execute(
            update(outbox).where(outbox.c.position.in_(taken)).values(published_at=func.now())
        )
        metrics.outbox_published.labels(self.service).inc(len(taken))
        return len(rows)

    def measure_lag(self, database: Connection) -> None:
        if time.monotonic() < self.next_lag:
            return
        self.next_lag = time.monotonic() + LAG_SECONDS
        age = func.extract("epoch", func.now() - func.min(outbox.c.created_at))
        query = select(func.count(), age).where(outbox.c.published_at.is_(None))
        pending, oldest_seconds = database.execute(query).one()
        metrics.outbox_pending.labels(self.service).set(pending)
        metrics.outbox_oldest_seconds.labels(self.service).set(oldest_seconds or 0)

    def keep_house(self, database: Connection) -> None:
        """Forget published events, handled deliveries and old keys when nobody can ask any more."""
        if time.monotonic() < self.next_housekeeping:
            return
        self.next_housekeeping = time.monotonic() + HOUSEKEEPING_SECONDS
        horizon = func.now() - func.make_interval(0, 0, 0, KEEP_DAYS)
        for table, moment in (
            (outbox, outbox.c.published_at),
            (inbox, inbox.c.handled_at),
            (idempotency_keys, idempotency_keys.c.created_at),
        ):
            database.execute(delete(table).where(moment < horizon))
