"""nameko's consumers with what they lack: quorum queues, delayed retries, dead letters, guards.

A message is acknowledged only after its effect is committed, or after a copy of it is safe in a
retry tier or in the dead letters. Nothing is requeued in a hot loop and nothing is dropped.
"""

import sys
from contextlib import suppress
from functools import partial
from typing import Any

from kombu.message import Message
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint
from nameko.messaging import QueueConsumer
from nameko.rpc import Rpc, RpcConsumer

from services.kernel import dead_letters, metrics
from services.kernel.contract import Event, Unacceptable
from services.kernel.logs import get_log
from services.kernel.topology import RETRY_SECONDS, event_queue, rpc_queue


log = get_log(__name__)
STOP_CHECK_SECONDS = 0.2


class Unreadable(Unacceptable):
    """The message breaks its contract."""


class DatabaseAway(Exception):
    """The database could not be reached: worth any number of retries."""


class SafeQueueConsumer(QueueConsumer):
    """Parks what cannot be decoded, and knows whether it is connected."""

    connected = False

    def consume(self, *args: Any, **kwargs: Any) -> Any:
        # How often the loop looks whether it is to stop.
        return super().consume(*args, safety_interval=STOP_CHECK_SECONDS, **kwargs)

    @property
    def amqp_uri(self) -> str:
        return str(self.container.config["AMQP_URI"])

    def on_decode_error(self, message: Message, exc: Exception) -> None:
        queue = self.queue_of(message)
        self.container.spawn_managed_thread(
            partial(self.park, message, queue, f"undecodable: {exc}"), identifier="park"
        )

    def queue_of(self, message: Message) -> str:
        tag = message.delivery_info.get("consumer_tag")
        for consumer in self._consumers.values():
            for queue_name, queue_tag in consumer._active_tags.items():
                if queue_tag == tag:
                    return str(queue_name)
        return "unknown"

    def park(self, message: Message, queue: str, reason: str) -> None:
        """Move to the dead letters, then acknowledge; if that fails the broker delivers again."""
        log.error("message parked", queue=queue, reason=reason)
        try:
            dead_letters.park(self.amqp_uri, message, queue, reason)
        except Exception:
            log.exception("a message could not be parked and goes back to its queue", queue=queue)
            self.requeue_message(message)
        else:
            self.ack_message(message)

    def retry_later(self, message: Message, queue: str, tier: int, reason: str) -> None:
        try:
            dead_letters.retry_later(self.amqp_uri, message, queue, tier, reason)
        except Exception:
            log.exception("a message could not wait and goes back to its queue", queue=queue)
            self.requeue_message(message)
        else:
            self.ack_message(message)

    def on_consume_ready(
        self, connection: Any, channel: Any, consumers: Any, **kwargs: Any
    ) -> None:
        self.connected = True
        super().on_consume_ready(connection, channel, consumers, **kwargs)

    def on_connection_error(self, exc: Exception, interval: float) -> None:
        self.connected = False
        super().on_connection_error(exc, interval)

    def ack_message(self, message: Message) -> None:
        # On a connection that broke meanwhile the broker delivers again; the inbox knows it.
        with suppress(OSError):
            super().ack_message(message)

    def requeue_message(self, message: Message) -> None:
        with suppress(OSError):
            super().requeue_message(message)


class Handles(Entrypoint):
    """Consumes one type of event from this service's own queue for it."""

    queue_consumer = SafeQueueConsumer()

    def __init__(self, event: type[Event], **kwargs: Any):
        self.event = event
        super().__init__(**kwargs)

    def setup(self) -> None:
        self.queue = event_queue(self.container.service_name, self.event)
        self.queue_consumer.register_provider(self)

    def stop(self) -> None:
        self.queue_consumer.unregister_provider(self)

    def handle_message(self, body: Any, message: Message) -> None:
        handle_result = partial(self.handle_result, message)
        try:
            self.container.spawn_worker(self, (body,), {}, handle_result=handle_result)
        except ContainerBeingKilled:
            self.queue_consumer.requeue_message(message)

    def handle_result(
        self, message: Message, worker_ctx: Any, result: Any = None, exc_info: Any = None
    ) -> tuple[Any, Any]:
        if exc_info is None:
            self.queue_consumer.ack_message(message)
        else:
            self.handle_failure(message, exc_info[1])
        # The failure is dealt with: nameko need not see it again.
        return result, None

    def handle_failure(self, message: Message, error: BaseException) -> None:
        attempt = dead_letters.attempts_of(message)
        reason = f"{getattr(error, 'code', type(error).__name__)}: {error}"
        if isinstance(error, DatabaseAway):
            tier = min(attempt, RETRY_SECONDS.index(60))
            self.queue_consumer.retry_later(message, self.queue.name, tier, reason)
        elif isinstance(error, Unacceptable) or attempt >= len(RETRY_SECONDS):
            self.queue_consumer.park(message, self.queue.name, reason)
        else:
            self.queue_consumer.retry_later(message, self.queue.name, attempt, reason)


class GuardedRpcConsumer(RpcConsumer):
    """Parks requests that nobody could answer; they would end the process, and its successors."""

    queue_consumer = SafeQueueConsumer()
    queue: Any

    def setup(self) -> None:
        if self.queue is None:
            self.queue = rpc_queue(self.container.service_name)
            self.queue_consumer.register_provider(self)
            self._registered = True

    def handle_message(self, body: Any, message: Message) -> None:
        flaw = self.flaw_of(body, message)
        if flaw:
            self.queue_consumer.park(message, self.queue.name, f"unanswerable: {flaw}")
        else:
            super().handle_message(body, message)

    def flaw_of(self, body: Any, message: Message) -> str:
        """Why the request cannot be served, or nothing."""
        known = {f"{self.container.service_name}.{p.method_name}" for p in self._providers}
        if not message.properties.get("reply_to"):
            return "no reply_to"
        if message.delivery_info["routing_key"] not in known:
            return f"no such operation as {message.delivery_info['routing_key']}"
        if not isinstance(body, dict) or set(body) != {"args", "kwargs"}:
            return "the body is not a request"
        if not isinstance(body["args"], list) or len(body["args"]) != 2 or body["kwargs"] != {}:
            return "the body is not a request"
        if not all(isinstance(part, dict) for part in body["args"]):
            return "payload and context must be objects"
        return ""

    def handle_result(self, message: Message, result: Any, exc_info: Any) -> tuple[Any, Any]:
        try:
            return super().handle_result(message, result, exc_info)
        except Exception:
            # The work is committed. The caller asks again with the same key and gets this answer.
            log.exception("an answer could not be sent", service=self.container.service_name)
            metrics.replies_lost.labels(self.container.service_name).inc()
            self.queue_consumer.ack_message(message)
            return result, sys.exc_info()


class GuardedRpc(Rpc):
    """An RPC entrypoint whose failures to answer do not end the process."""

    rpc_consumer = GuardedRpcConsumer()


guarded_rpc = GuardedRpc.decorator
handles_event = Handles.decorator
