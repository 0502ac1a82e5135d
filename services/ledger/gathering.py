"""Gathers the commands of one process for a few milliseconds, and hands them to the journal."""

from collections import deque
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import eventlet
from eventlet.event import Event as Later
from eventlet.semaphore import Semaphore
from nameko.extensions import DependencyProvider, SharedExtension
from sqlalchemy.exc import DBAPIError

from services.kernel import metrics
from services.kernel.caller import Call
from services.kernel.contract import Event, Request, Unavailable
from services.kernel.database import DatabaseEngine
from services.kernel.messaging import guarded_rpc, handles_event
from services.kernel.service import (
    Service,
    answer,
    as_handler_failure,
    fingerprints,
    is_demonstration,
    measured,
    read_event,
    set_call,
    settings_of,
)
from services.kernel.wire import fingerprint
from services.ledger.domain import Command
from services.ledger.journal import Answer, Journal, Submission


LARGEST_BATCH = 200
GATHER_SECONDS = 0.002
Method = TypeVar("Method", bound=Callable[..., Command])


# While the database writes one batch, the next is decided.
WRITERS = 2


class Gatherer(SharedExtension):
    """Two batches at a time; what comes meanwhile is the next batch."""

    engine = DatabaseEngine()

    def setup(self) -> None:
        self.waiting: deque[tuple[Submission, Later]] = deque()
        self.writing = Semaphore(WRITERS)
        self.journal: Journal | None = None

    def submit(self, submission: Submission) -> Answer:
        """The answer to this submission, once its batch is committed; raises what went wrong."""
        later = Later()
        self.waiting.append((submission, later))
        if len(self.waiting) == 1:
            eventlet.spawn_after(GATHER_SECONDS, self.write)
        answered = later.wait()
        if isinstance(answered, Exception):
            raise answered
        return dict(answered)

    def write(self) -> None:
        """Post what waits, in batches, until nothing does."""
        with self.writing:
            while self.waiting:
                size = min(len(self.waiting), LARGEST_BATCH)
                self.write_batch([self.waiting.popleft() for _ in range(size)])

    def write_batch(self, batch: list[tuple[Submission, Later]]) -> None:
        metrics.batch_commands.labels(self.container.service_name).observe(len(batch))
        self.journal = self.journal or Journal(self.engine.engine.begin)
        answers = self.journal.post([submission for submission, _ in batch])
        for (_, later), answered in zip(batch, answers, strict=True):
            later.send(answered)


class Posting(DependencyProvider):
    """Gives a service ``self.posting``, which takes submissions."""

    gatherer = Gatherer()

    def get_dependency(self, worker_ctx: Any) -> Gatherer:
        return self.gatherer


class PostingService(Service):
    """A service whose commands are posted in batches."""

    # They wait together for their batch, and hold no connection meanwhile.
    workers = 100
    posting = Posting()


def posts(schema: type[Request]) -> Callable[[Method], Method]:
    """An operation that a person asks for; its method turns the request into a command."""

    def decorate(method: Method) -> Method:
        operation = method.__name__

        @wraps(method)
        def entrypoint(
            self: PostingService, payload: dict[str, Any], context: dict[str, Any]
        ) -> Answer:
            def work(call: Call) -> Answer:
                request = schema.parse(payload)
                mark, *others = fingerprints(operation, payload, settings_of(self))
                submission = Submission(
                    method(self, request, call),
                    call,
                    mark,
                    (*others, fingerprint(operation, payload)),
                    demonstration_clock=self._demonstration_clock,
                )
                return self.posting.submit(submission)

            return answer(self, operation, "command", context, work)

        entrypoint.schema = schema  # type: ignore[attr-defined]
        return guarded_rpc(entrypoint)

    return decorate


def posts_on(event: type[Event]) -> Callable[[Method], Method]:
    """A reaction to another service's event; its method turns the event into a command."""

    def decorate(method: Method) -> Method:
        handler = method.__name__

        @wraps(method)
        def entrypoint(self: PostingService, envelope: Any) -> None:
            received, call = read_event(event, envelope, is_demonstration(self))
            set_clock = bool(envelope.get("demonstrationclock"))
            set_call(self, call, set_clock)
            submission = Submission(
                method(self, received, call),
                call,
                handler=handler,
                event_id=received["event_id"],
                demonstration_clock=set_clock,
            )
            with measured(self.name, handler, "event"):
                try:
                    self.posting.submit(submission)
                except (DBAPIError, Unavailable) as error:
                    raise as_handler_failure(error) from error

        entrypoint.event = event  # type: ignore[attr-defined]
        return handles_event(event)(entrypoint)

    return decorate
