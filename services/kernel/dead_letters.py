"""Messages that cannot be handled: put aside with the reason, listed, replayed, discarded."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kombu import Connection
from kombu.message import Message
from nameko.amqp.publish import get_producer

from services.kernel import metrics
from services.kernel.topology import DEAD_LETTERS, RETRY_SECONDS, retry_name


ATTEMPTS_HEADER = "x-attempts"
REASON_HEADER = "x-reason"
QUEUE_HEADER = "x-queue"
LONGEST_REASON = 500
PUBLISH_RETRIES = {"max_retries": 3, "interval_start": 0.2, "interval_step": 0.5}


def attempts_of(message: Message) -> int:
    """How often the message has failed so far."""
    attempts = (message.headers or {}).get(ATTEMPTS_HEADER, 0)
    return attempts if isinstance(attempts, int) else 0


def park(amqp_uri: str, message: Message, queue: str, reason: str) -> None:
    """Move a copy to the dead letters, confirmed by the broker; the caller then acknowledges."""
    metrics.parked.labels(queue, reason.split(":")[0][:40]).inc()
    headers = {
        REASON_HEADER: reason[:LONGEST_REASON],
        "x-parked-at": datetime.now(UTC).isoformat(),
    }
    forward(amqp_uri, message, queue, DEAD_LETTERS, headers)


def retry_later(amqp_uri: str, message: Message, queue: str, tier: int, reason: str) -> None:
    """Let a copy wait in a retry tier, from where it comes back to its queue."""
    metrics.retries.labels(queue).inc()
    headers = {
        ATTEMPTS_HEADER: attempts_of(message) + 1,
        REASON_HEADER: reason[:LONGEST_REASON],
    }
    forward(amqp_uri, message, queue, retry_name(RETRY_SECONDS[tier]), headers)


def forward(
    amqp_uri: str, message: Message, queue: str, exchange: str, headers: dict[str, Any]
) -> None:
    """Publish the message as it came, byte for byte, with what we know about it in the headers."""
    body = message.body
    kept = {key: value for key, value in (message.headers or {}).items() if key != "x-death"}
    with get_producer(amqp_uri) as producer:
        producer.publish(
            body if isinstance(body, bytes) else str(body).encode(),
            exchange=exchange,
            routing_key=queue,
            headers=kept | {QUEUE_HEADER: queue} | headers,
            content_type=message.content_type or "application/octet-stream",
            content_encoding=message.content_encoding or "binary",
            correlation_id=message.properties.get("correlation_id"),
            delivery_mode=2,
            mandatory=True,
            retry=True,
            retry_policy=PUBLISH_RETRIES,
        )


@dataclass(frozen=True)
class DeadLetter:
    """One parked message as the operator sees it."""

    number: int
    queue: str
    reason: str
    attempts: int
    parked_at: str
    event_id: str
    body: str


def queue_of(message: Message) -> str:
    """Where it came from: our header, or the broker's own note when the delivery limit struck."""
    headers = message.headers or {}
    deaths = headers.get("x-death") or [{}]
    return str(headers.get(QUEUE_HEADER) or deaths[0].get("queue", ""))


def reason_of(message: Message) -> str:
    headers = message.headers or {}
    deaths = headers.get("x-death") or [{}]
    broker = deaths[0].get("reason", "unknown")
    return str(headers.get(REASON_HEADER) or f"{broker}: moved by the broker")


def describe(number: int, message: Message) -> DeadLetter:
    body = message.body if isinstance(message.body, str) else message.body.decode(errors="replace")
    try:
        event_id = str(json.loads(body)["id"])
    except (ValueError, TypeError, KeyError):
        event_id = ""
    parked_at = str((message.headers or {}).get("x-parked-at", ""))
    return DeadLetter(
        number,
        queue_of(message),
        reason_of(message),
        attempts_of(message),
        parked_at,
        event_id,
        body,
    )


def each_message(connection: Connection, most: int) -> Iterator[Message]:
    """Up to ``most`` dead letters, unacknowledged: what is not dealt with goes back by itself."""
    channel = connection.channel()
    for _ in range(most):
        message = channel.basic_get(DEAD_LETTERS, no_ack=False)
        if message is None:
            return
        yield channel.message_to_python(message)


def list_dead_letters(amqp_uri: str, most: int = 100) -> list[DeadLetter]:
    with Connection(amqp_uri, connect_timeout=5) as connection:
        return [describe(n, m) for n, m in enumerate(each_message(connection, most), start=1)]


def replay(amqp_uri: str, event_id: str | None = None, most: int = 1000) -> list[DeadLetter]:
    """Send dead letters (all, or the one of an event) back to their queues, as if never tried."""
    done = []
    with Connection(amqp_uri, connect_timeout=5) as connection:
        # All are taken first: one that fails again must not be met twice in the same round.
        for number, message in enumerate(list(each_message(connection, most)), start=1):
            letter = describe(number, message)
            if not letter.queue or event_id not in (None, letter.event_id):
                continue
            forward(amqp_uri, message, letter.queue, "", {ATTEMPTS_HEADER: 0})
            message.ack()
            done.append(letter)
    return done


def discard(amqp_uri: str, event_id: str | None = None, most: int = 1000) -> list[DeadLetter]:
    """Take dead letters (all, or the one of an event) away for good."""
    done = []
    with Connection(amqp_uri, connect_timeout=5) as connection:
        # All are taken first: one that fails again must not be met twice in the same round.
        for number, message in enumerate(list(each_message(connection, most)), start=1):
            letter = describe(number, message)
            if event_id not in (None, letter.event_id):
                continue
            message.ack()
            done.append(letter)
    return done
