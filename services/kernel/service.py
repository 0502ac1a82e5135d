"""What a service is made of: commands, queries, event handlers and timers, each in one transaction.

A service writes the rule; this module parses, opens the transaction, keeps the idempotency key or
the inbox row in it, turns errors into answers, measures, and leaves acknowledging to messaging.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, wraps
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid4

import structlog
from nameko.timer import Timer
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from services.kernel import idempotency, inbox, metrics, outbox
from services.kernel.caller import Call, Caller
from services.kernel.contract import (
    DeadlineExceeded,
    Error,
    Event,
    InternalError,
    InvalidRequest,
    Request,
    Unavailable,
)
from services.kernel.database import Database, is_away, transact
from services.kernel.logs import get_log
from services.kernel.messaging import DatabaseAway, Unreadable, guarded_rpc, handles_event
from services.kernel.policy import tell_version
from services.kernel.settings import Settings
from services.kernel.vault import Vault
from services.kernel.wire import fingerprint, plain


log = get_log(__name__)
Method = TypeVar("Method", bound=Callable[..., Any])
# They change nothing, or come by themselves every few seconds.
QUIET_KINDS = ("query", "timer")


class Service:
    """Base of the four services: its database, its outbox, and the ping that readiness asks for."""

    name: ClassVar[str]
    # How many calls and events one process works on at once, unless its settings say otherwise.
    workers: ClassVar[int] = Settings.workers
    db = Database()

    _call: Call
    _demonstration_clock = False

    @classmethod
    def check_settings(cls, settings: Settings) -> None:
        """Raise BadSettings for settings of the service's own that it cannot start with."""

    def record(self, session: Session, event: type[Event], **facts: Any) -> None:
        """Store an event with the change it tells of, in the same transaction."""
        outbox.record(session, event, self._call, self._demonstration_clock, **facts)

    @guarded_rpc
    def kernel_ping(self, payload: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
        """Whether this service can do work: it answers, and its database answers."""

        def work(call: Call) -> dict[str, Any]:
            transact(self.db.begin, lambda session: session.execute(text("select 1")))
            return {"service": self.name}

        return answer(self, "kernel_ping", "query", context, work)


def command(
    schema: type[Request],
) -> Callable[[Method], Method]:
    """An operation that changes something: once per idempotency key, whole or not at all."""

    def decorate(method: Method) -> Method:
        operation = method.__name__

        @wraps(method)
        def entrypoint(self: Service, payload: dict[str, Any], context: dict[str, Any]) -> Any:
            def work(call: Call) -> dict[str, Any]:
                request = schema.parse(payload)
                settings = settings_of(self)
                marks = fingerprints(operation, payload, settings)
                vault = vault_of(self.name, settings.data_key, settings.retired_data_keys)

                def once(session: Session) -> dict[str, Any]:
                    return answer_once(
                        session, call, marks, lambda: method(self, session, request, call), vault
                    )

                return transact(self.db.begin, once)

            return answer(self, operation, "command", context, work)

        entrypoint.schema = schema  # type: ignore[attr-defined]
        return guarded_rpc(entrypoint)

    return decorate


def query(schema: type[Request], session: bool = True) -> Callable[[Method], Method]:
    """An operation that only reads.

    With ``session=False`` the method gets the database instead, to open short transactions of its
    own (for waiting, or for work that must not hold one).
    """
    gives_session = session

    def decorate(method: Method) -> Method:
        operation = method.__name__

        @wraps(method)
        def entrypoint(self: Service, payload: dict[str, Any], context: dict[str, Any]) -> Any:
            def work(call: Call) -> dict[str, Any]:
                request = schema.parse(payload)
                if gives_session:
                    return transact(
                        self.db.begin,
                        lambda session: {"result": plain(method(self, session, request, call))},
                    )
                return {"result": plain(method(self, self.db, request, call))}

            return answer(self, operation, "query", context, work)

        entrypoint.schema = schema  # type: ignore[attr-defined]
        return guarded_rpc(entrypoint)

    return decorate


def handles(event: type[Event]) -> Callable[[Method], Method]:
    """A reaction to another service's event: one effect however often it is delivered."""

    def decorate(method: Method) -> Method:
        handler = method.__name__

        @wraps(method)
        def entrypoint(self: Service, envelope: Any) -> None:
            received, call = read_event(event, envelope, is_demonstration(self))
            set_call(self, call, bool(envelope.get("demonstrationclock")))

            def once(session: Session) -> None:
                if inbox.is_new(session, handler, received["event_id"]):
                    method(self, session, received, call)
                else:
                    metrics.inbox_duplicates.labels(self.name).inc()

            with measured(self.name, handler, "event"):
                try:
                    transact(self.db.begin, once)
                except (DBAPIError, Unavailable) as error:
                    raise as_handler_failure(error) from error

        entrypoint.event = event  # type: ignore[attr-defined]
        return handles_event(event)(entrypoint)

    return decorate


def every(seconds: float, session: bool = True) -> Callable[[Method], Method]:
    """A timer; safe with replicas only if its method locks what it touches.

    With ``session=False`` the method gets the database instead, as a query does.
    """
    gives_session = session

    def decorate(method: Method) -> Method:
        @wraps(method)
        def entrypoint(self: Service) -> None:
            call = Call(now=datetime.now(UTC), correlation_id=str(uuid4()))
            set_call(self, call, False)
            with measured(self.name, method.__name__, "timer"):
                if gives_session:
                    transact(self.db.begin, lambda session: method(self, session, call))
                else:
                    method(self, self.db, call)

        return Timer.decorator(interval=seconds)(entrypoint)

    return decorate


def answer(
    service: Service,
    operation: str,
    kind: str,
    context: dict[str, Any],
    work: Callable[[Call], dict[str, Any]],
) -> dict[str, Any]:
    """Do the work for a caller: a result or an error as data, never an exception's text."""
    try:
        call = read_context(context, is_demonstration(service))
        set_call(service, call, bool(context.get("now")))
        with measured(service.name, operation, kind):
            return work(call)
    except Error as error:
        tell_rules(service, error)
        return {"error": error.to_wire()}
    except Exception as error:
        away = isinstance(error, DBAPIError) and is_away(error)
        log.exception("an operation failed", operation=operation)
        return {"error": (Unavailable() if away else InternalError()).to_wire()}


def tell_rules(service: Service, error: Error) -> None:
    """Say which version of the rules refused it, where that is not said; it stands anyhow."""
    call = getattr(service, "_call", None)
    if call is None or error.policy is not None or error.status >= InternalError.status:
        return
    try:
        with service.db.begin() as session:
            tell_version(session, error, call.now)
    except SQLAlchemyError:
        log.warning("a refusal goes without its version", code=error.code)


def fingerprints(operation: str, payload: Any, settings: Settings) -> tuple[str, ...]:
    """By the data key, and by each other one: a repeat is known also while the key is exchanged."""
    keys = (settings.data_key, *settings.retired_data_keys)
    return tuple(fingerprint(operation, payload, key) for key in keys)


def answer_once(
    session: Session,
    call: Call,
    marks: tuple[str, ...],
    work: Callable[[], Any],
    vault: Vault | None = None,
) -> dict[str, Any]:
    """The first answer to this key, be it a result or a refusal, is the answer for good."""
    if call.key is None:
        return answer_kept(session, call, work)
    earlier = idempotency.earlier_answer(session, call, marks, vault)
    if earlier is not None:
        return earlier
    try:
        with session.begin_nested():
            answered = answer_kept(session, call, work)
            session.flush()
    except Error as error:
        if error.status >= InternalError.status:
            raise
        tell_version(session, error, call.now)
        answered = {"error": error.to_wire()}
    idempotency.keep_answer(session, call, answered, vault)
    return answered


def answer_kept(session: Session, call: Call, work: Callable[[], Any]) -> dict[str, Any]:
    """The result; or the refusal whose changes stay, as an answer. Other errors undo theirs."""
    try:
        return {"result": plain(work())}
    except Error as error:
        if not error.keeps_changes:
            raise
        tell_version(session, error, call.now)
        return {"error": error.to_wire()}


@cache
def vault_of(service: str, data_key: bytes, retired: tuple[bytes, ...]) -> Vault | None:
    """What seals a service's answers; nothing where it keeps no data of people."""
    return Vault(data_key, *retired, service=service) if data_key else None


def settings_of(service: Service) -> Settings:
    settings: Settings = service.db.container.config["settings"]
    return settings


def is_demonstration(service: Service) -> bool:
    return settings_of(service).is_demonstration


def set_call(service: Service, call: Call, demonstration_clock: bool) -> None:
    service._call = call
    service._demonstration_clock = demonstration_clock
    structlog.contextvars.bind_contextvars(correlation_id=call.correlation_id)


def read_context(context: dict[str, Any], demonstration: bool) -> Call:
    """Who calls, when and until when; raises DeadlineExceeded when nobody waits any more."""
    deadline = context.get("deadline")
    if isinstance(deadline, int | float) and deadline < time.time():
        raise DeadlineExceeded
    now = datetime.now(UTC)
    if context.get("now"):
        if not demonstration:
            raise InvalidRequest("Only a demonstration may set the clock.")
        now = datetime.fromisoformat(context["now"]).astimezone(UTC)
    return Call(
        now=now,
        caller=Caller.from_wire(context.get("caller")),
        key=context.get("key"),
        correlation_id=str(context.get("correlation_id") or uuid4()),
    )


def read_event(
    event: type[Event], envelope: Any, demonstration: bool
) -> tuple[dict[str, Any], Call]:
    """The event's facts and the call it makes; raises Unreadable when it breaks the contract."""
    try:
        if envelope["type"] != event.type:
            raise Unreadable(f"unreadable: {envelope['type']} is not {event.type}")
        occurred_at = datetime.fromisoformat(envelope["time"]).astimezone(UTC)
        facts = event.parse(envelope["data"])
        facts |= {
            "event_id": UUID(envelope["id"]),
            "occurred_at": occurred_at,
            "sequence": int(envelope.get("sequence", 0)),
        }
        set_clock = demonstration and envelope.get("demonstrationclock")
        correlation_id = str(envelope.get("correlationid") or "")
    except InvalidRequest as error:
        raise Unreadable(f"unreadable: {error.fields}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"unreadable: {type(error).__name__} {error}") from error
    now = occurred_at if set_clock else datetime.now(UTC)
    return facts, Call(now=now, correlation_id=correlation_id)


def as_handler_failure(error: DBAPIError | Unavailable) -> Exception:
    cause = error.__cause__ if isinstance(error, Unavailable) else error
    if isinstance(cause, DBAPIError) and is_away(cause):
        return DatabaseAway("the database is away")
    return error


class measured:
    """Time an entrypoint and count how it ended: ok, refused, or failed."""

    def __init__(self, service: str, entrypoint: str, kind: str):
        self.labels = (service, entrypoint, kind)

    def __enter__(self) -> None:
        self.began = time.perf_counter()

    def __exit__(self, exc_type: Any, error: Any, traceback: Any) -> None:
        outcome = "ok" if error is None else "refused" if isinstance(error, Error) else "failed"
        seconds = time.perf_counter() - self.began
        metrics.entrypoint_seconds.labels(*self.labels, outcome).observe(seconds)
        _, entrypoint, kind = self.labels
        tell = log.debug if kind in QUIET_KINDS else log.info
        tell(kind, entrypoint=entrypoint, outcome=outcome, milliseconds=round(seconds * 1000, 1))
