"""The broker's exchanges and queues, and the step that declares them before any relay runs."""

from collections.abc import Iterable

from kombu import Connection, Exchange, Queue

from services.kernel.contract import Event
from services.kernel.outbox import exchange_name
from services.kernel.settings import SERVICES


RETRY_SECONDS = (1, 5, 15, 60, 300)
DEAD_LETTERS = "dead-letters"
UNROUTED = "unrouted"
# Calls that nobody waits for any more, and those that ended process after process.
DROPPED_CALLS = "dropped-calls"
QUORUM = {"x-queue-type": "quorum"}


def rpc_queue_name(service: str) -> str:
    return f"rpc-{service}"


def event_queue_name(service: str, event: type[Event]) -> str:
    """
    >>> from services.matching.contract import VisitCompleted
    >>> event_queue_name("ledger", VisitCompleted)
    'events.ledger.visit.completed.v1'
    """
    return f"events.{service}.{event.type}"


def event_exchange(source: str) -> Exchange:
    """Where a service's events go; what no queue wants is kept in ``unrouted``, never dropped."""
    return Exchange(
        exchange_name(source),
        type="topic",
        durable=True,
        arguments={"alternate-exchange": UNROUTED},
    )


def rpc_exchange() -> Exchange:
    return Exchange("nameko-rpc", type="topic", durable=True)


def event_queue(service: str, event: type[Event]) -> Queue:
    return Queue(
        event_queue_name(service, event),
        exchange=event_exchange(event.source),
        routing_key=f"{event.type}.#",
        durable=True,
        queue_arguments=QUORUM,
    )


def rpc_queue(service: str) -> Queue:
    return Queue(
        rpc_queue_name(service),
        exchange=rpc_exchange(),
        routing_key=f"{service}.*",
        durable=True,
        queue_arguments=QUORUM,
    )


def retry_name(seconds: int) -> str:
    return f"retry.{seconds}s"


def retry_queue(seconds: int) -> Queue:
    """A message waits here, then goes back to the queue that its routing key names.

    The wait is in the queue's name, so a changed tier is a new queue and never a conflict.
    """
    return Queue(
        retry_name(seconds),
        exchange=Exchange(retry_name(seconds), type="fanout", durable=True),
        durable=True,
        queue_arguments=QUORUM
        | {
            "x-message-ttl": seconds * 1000,
            "x-dead-letter-exchange": "",
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )


def parking_queue(name: str) -> Queue:
    exchange = Exchange(name, type="fanout", durable=True)
    return Queue(name, exchange=exchange, durable=True, queue_arguments=QUORUM)


def all_queues(handled: Iterable[tuple[str, type[Event]]]) -> list[Queue]:
    """Every queue of the system, given which service handles which event."""
    return [
        parking_queue(UNROUTED),
        parking_queue(DEAD_LETTERS),
        parking_queue(DROPPED_CALLS),
        *(retry_queue(seconds) for seconds in RETRY_SECONDS),
        *(rpc_queue(service) for service in SERVICES),
        *(event_queue(service, event) for service, event in handled),
    ]


def declare(amqp_uri: str, handled: Iterable[tuple[str, type[Event]]]) -> list[str]:
    """Declare everything; safe to repeat. Returns the names of the queues."""
    queues = all_queues(handled)
    with Connection(amqp_uri, connect_timeout=5) as connection, connection.channel() as channel:
        for source in SERVICES:
            event_exchange(source)(channel).declare()
        for queue in queues:
            queue(channel).declare()
    return [queue.name for queue in queues]
