"""Call a service and wait for its answer: with a deadline, an expiration and an idempotency key.

nameko's own proxy waits for ever when a reply is lost and hangs under a broker alarm; this client
answers in time whatever the broker does. It speaks nameko's protocol and needs green threads
(``eventlet.monkey_patch()`` first).
"""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any
from uuid import uuid4

import amqp
import eventlet
from eventlet.event import Event as Arrival
from eventlet.semaphore import Semaphore

from services.kernel.caller import Caller
from services.kernel.connection import CONNECT_SECONDS, open_connection
from services.kernel.contract import DeadlineExceeded, Error, Unavailable
from services.kernel.logs import get_log
from services.kernel.topology import rpc_exchange
from services.kernel.wire import plain


log = get_log(__name__)

DEADLINE_SECONDS = 10.0
HEARTBEAT_SECONDS = 10
READ_SECONDS = 1.0
RECONNECT_PAUSE_SECONDS = 0.2


class ConnectionLost(Exception):
    """The connection went away while an answer was awaited."""


def close_unasked(connection: amqp.Connection) -> None:
    with suppress(Exception):
        connection.collect()


class Link:
    """Two connections, one to publish requests and one to read replies, until either breaks.

    Two, because publishing under a broker alarm must never keep replies from being read.
    """

    def __init__(self, amqp_uri: str):
        self.pending: dict[str, Arrival] = {}
        self.blocked = False
        self.broken = False
        self.sending = Semaphore()
        self.reader = open_connection(amqp_uri, heartbeat=HEARTBEAT_SECONDS)
        self.writer = open_connection(
            amqp_uri,
            on_blocked=lambda reason: self.set_blocked(True),
            on_unblocked=lambda: self.set_blocked(False),
        )
        self.reply_key = str(uuid4())
        self.channel = self.writer.channel()
        self.listen()
        eventlet.spawn_n(self.read)

    def set_blocked(self, blocked: bool) -> None:
        self.blocked = blocked

    def listen(self) -> None:
        channel = self.reader.channel()
        exchange = rpc_exchange().name
        channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
        queue = channel.queue_declare("", exclusive=True, auto_delete=True, durable=False).queue
        channel.queue_bind(queue, exchange, self.reply_key)
        channel.basic_consume(queue, no_ack=True, callback=self.deliver)

    def deliver(self, message: amqp.Message) -> None:
        arrival = self.pending.pop(message.properties.get("correlation_id", ""), None)
        if arrival is not None:
            arrival.send(message.body)

    def read(self) -> None:
        """The reader's loop: ends when the connection does, and wakes everybody who waits."""
        try:
            while not self.broken:
                with suppress(TimeoutError):
                    self.reader.drain_events(timeout=READ_SECONDS)
                self.reader.heartbeat_tick()
        except (OSError, EOFError, amqp.AMQPError) as error:
            if not self.broken:
                log.warning("the link to the broker broke", error=str(error))
        finally:
            self.abandon()
            close_unasked(self.reader)

    def abandon(self) -> None:
        """Give both connections up without a handshake, which a stuck broker might never answer.

        Each socket is closed by the green thread that uses it: closed by another, its number could
        be taken by a new socket while the hub still waits on the old one.
        """
        if self.broken:
            return
        self.broken = True
        for connection in (self.reader, self.writer):
            with suppress(Exception):
                connection.transport.sock.shutdown(socket.SHUT_RDWR)
        eventlet.spawn_n(self.close_writer)
        waiting, self.pending = self.pending, {}
        for arrival in waiting.values():
            arrival.send_exception(ConnectionLost())

    def close_writer(self) -> None:
        with self.sending:
            close_unasked(self.writer)

    def publish(self, message: amqp.Message, routing_key: str) -> None:
        """Send one request; raises Unavailable at once while the broker refuses messages."""
        try:
            with self.sending:
                with suppress(TimeoutError):
                    self.writer.drain_events(timeout=0)
                if self.blocked:
                    raise Unavailable
                self.channel.basic_publish(message, rpc_exchange().name, routing_key)
        except (OSError, amqp.AMQPError) as error:
            self.abandon()
            raise ConnectionLost from error
        except eventlet.Timeout:
            # A frame may have been cut in half: this connection is of no use any more.
            self.abandon()
            raise

    def ask(self, message: amqp.Message, routing_key: str) -> str:
        arrival = Arrival()
        correlation_id = message.properties["correlation_id"]
        self.pending[correlation_id] = arrival
        try:
            self.publish(message, routing_key)
            return str(arrival.wait())
        finally:
            self.pending.pop(correlation_id, None)


class RpcClient:
    """Calls services over RabbitMQ; one per process, shared by all its green threads."""

    def __init__(self, amqp_uri: str):
        self.amqp_uri = amqp_uri
        self.link: Link | None = None
        self.connecting = Semaphore()

    @property
    def connected(self) -> bool:
        return self.link is not None and not self.link.broken and not self.link.blocked

    def close(self) -> None:
        if self.link is not None:
            self.link.abandon()

    def connect(self) -> Link:
        with self.connecting:
            if self.link is None or self.link.broken:
                self.link = Link(self.amqp_uri)
            return self.link

    def call(
        self,
        service: str,
        operation: str,
        payload: dict[str, Any],
        caller: Caller | None = None,
        key: str | None = None,
        now: datetime | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
        correlation_id: str | None = None,
    ) -> dict[str, Any]:
        """The operation's result, or its contract Error raised.

        A lost connection is tried again until the deadline: commands carry a key and queries
        change nothing, so a repetition is safe. Raises DeadlineExceeded or Unavailable when no
        answer came.
        """
        deadline = time.time() + deadline_seconds
        context = {
            "caller": (caller or Caller()).to_wire(),
            "key": key,
            "now": plain(now),
            "deadline": deadline,
            "correlation_id": correlation_id or str(uuid4()),
        }
        body = json.dumps({"args": [plain(payload), context], "kwargs": {}})
        with deadline_of(deadline_seconds):
            return self.ask_until_answered(f"{service}.{operation}", body, deadline)

    def ask_until_answered(self, routing_key: str, body: str, deadline: float) -> dict[str, Any]:
        last_error: Exception | None = None
        while time.time() < deadline:
            try:
                link = self.connect()
                reply = link.ask(self.message(link, body, deadline), routing_key)
                return result_of(json.loads(reply))
            except (ConnectionLost, OSError, amqp.AMQPError) as error:
                last_error = error
                if self.link is None and time.time() + CONNECT_SECONDS > deadline:
                    break
                eventlet.sleep(RECONNECT_PAUSE_SECONDS)
        raise Unavailable from last_error

    def message(self, link: Link, body: str, deadline: float) -> amqp.Message:
        milliseconds = max(1, int((deadline - time.time()) * 1000))
        return amqp.Message(
            body,
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode=2,
            reply_to=link.reply_key,
            correlation_id=str(uuid4()),
            expiration=str(milliseconds),
        )


@contextmanager
def deadline_of(seconds: float) -> Iterator[None]:
    timeout = eventlet.Timeout(seconds)
    try:
        yield
    except eventlet.Timeout as raised:
        if raised is not timeout:
            raise
        raise DeadlineExceeded from None
    finally:
        timeout.cancel()


def result_of(reply: dict[str, Any]) -> dict[str, Any]:
    """What the service answered; raises the Error it raised there."""
    fault = reply.get("error")
    if fault:
        log.error("a service failed outside its own care", fault=fault.get("exc_type"))
        raise Error.from_wire(
            {"code": "internal_error", "status": 500, "message": "The fault is ours."}
        )
    answer = reply["result"]
    if "error" in answer:
        raise Error.from_wire(answer["error"])
    result: dict[str, Any] = answer.get("result", answer)
    return result
