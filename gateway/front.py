"""The one generic handler: route, caller, checks, one call to one service, its answer shaped."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import urlencode
from uuid import uuid4

import structlog
from marshmallow import Schema, fields

from gateway.auth import KeyRing, caller_of
from gateway.documents import Document
from gateway.errors import IdempotencyKeyRequired, InvalidClock, Overloaded
from gateway.exchange import HttpAnswer, HttpRequest, file_answer, json_answer
from gateway.limits import Limits, client_of
from gateway.pages import find_page
from gateway.payload import payload_of, query_pairs
from gateway.problems import problem_answer
from gateway.refusals import words_of
from gateway.revocations import Revocations
from gateway.routes import Route, find_route
from services.identity.contract import Role
from services.kernel import metrics
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import (
    CITY_AREA,
    DeadlineExceeded,
    Error,
    InternalError,
    Unauthenticated,
    Unavailable,
    Words,
)
from services.kernel.logs import get_log


log = get_log(__name__)

DEADLINE_SECONDS = 10.0
KEYS_DEADLINE_SECONDS = 3.0
SETTLE_SECONDS = 5
# What is open to all and limited, from one address; unless the settings say otherwise.
CHECKS_A_MINUTE = 60
# The gateway itself, when it asks on its own account.
OURSELVES = Caller(roles=(RoleIn(Role.OPERATOR, CITY_AREA),))
OTHER = "other"
CLOCK_YEARS = range(2000, 2101)
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
IDEMPOTENCY_KEY = re.compile(r"[\x20-\x7e]{8,200}")
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class CallService(Protocol):
    """What the front needs of an RPC client: a result or a contract Error, always in time."""

    def __call__(
        self,
        service: str,
        operation: str,
        payload: dict[str, Any],
        *,
        caller: Caller | None = None,
        key: str | None = None,
        now: datetime | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
        correlation_id: str | None = None,
    ) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Context:
    """Who calls, in which story, at which time of a demonstration, under which key."""

    caller: Caller
    correlation_id: str
    now: datetime | None
    key: str | None


def directly(work: Callable[..., bytes], *values: Any) -> bytes:
    return work(*values)


class Front:
    """Answers every HTTP request; never raises and never shows an exception's text.

    ``aside`` runs what computes for long where the other requests need not wait for it.
    """

    def __init__(
        self,
        call: CallService,
        readiness: Callable[[], dict[str, bool]],
        most_in_flight: int,
        is_demonstration: bool = False,
        aside: Callable[..., bytes] = directly,
        limits: Limits | None = None,
        proxies: int = 0,
    ):
        self.call = call
        self.readiness = readiness
        self.most_in_flight = most_in_flight
        self.is_demonstration = is_demonstration
        self.aside = aside
        self.limits = limits or Limits(CHECKS_A_MINUTE)
        self.proxies = proxies
        self.in_flight = 0
        self.keys = KeyRing(self.fetch_keys)
        self.revocations = Revocations(self.fetch_revocations)

    def fetch_keys(self) -> dict[str, Any]:
        return self.call("identity", "show_public_keys", {}, deadline_seconds=KEYS_DEADLINE_SECONDS)

    def fetch_revocations(self, cursor: str | None) -> dict[str, Any]:
        return self.call(
            "identity",
            "list_revocations",
            {"cursor": cursor} if cursor else {},
            caller=OURSELVES,
            deadline_seconds=KEYS_DEADLINE_SECONDS,
        )

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """The answer to any request, be it a result, a page or a problem."""
        began = time.perf_counter()
        correlation_id = correlation_id_of(request.headers)
        entrypoint = OTHER
        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id):
            try:
                page = find_page(request, self.readiness)
                if page is None:
                    route, path_values = find_route(request.method, request.path)
                    entrypoint = f"{route.method} {route.path}"
                    page = self.served(route, path_values, request, correlation_id)
                answer = page
            except Error as error:
                answer = problem_answer(
                    error, correlation_id, token_given="authorization" in request.headers
                )
            except Exception:
                log.exception("a request failed", method=request.method, entrypoint=entrypoint)
                answer = problem_answer(InternalError(), correlation_id)
            seconds = time.perf_counter() - began
            note(request.method, entrypoint, answer.status, seconds)
        return with_common_headers(answer, request.path, correlation_id)

    def served(
        self, route: Route, path_values: dict[str, str], request: HttpRequest, correlation_id: str
    ) -> HttpAnswer:
        """The route's answer; on a page for people a refusal is told as one."""
        try:
            if route.limited:
                self.limits.take(client_of(request.peer, request.headers, self.proxies))
            with self.slot():
                return self.serve(route, path_values, request, correlation_id)
        except Error as error:
            if route.page is None:
                raise
            return route.page.refuse(error)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """A place among those served at once; raises Overloaded rather than let a queue grow."""
        if self.in_flight >= self.most_in_flight:
            raise Overloaded
        self.in_flight += 1
        try:
            yield
        finally:
            self.in_flight -= 1

    def serve(
        self, route: Route, path_values: dict[str, str], request: HttpRequest, correlation_id: str
    ) -> HttpAnswer:
        now = self.clock_of(request.headers)
        context = Context(
            caller=self.caller_for(route, request.headers, now),
            correlation_id=correlation_id,
            now=now,
            key=key_for(route, request.headers),
        )
        payload = payload_of(request, path_values, route.has_body)
        route.request_class.parse(payload)
        result = self.ask(route, route.operation, payload, context)
        status = route.status
        if route.settles:
            status, result = self.settle(route, result, context)
        result = shaped(route.answer_class(), result)
        if route.document:
            return self.as_file(route.document, status, result)
        if route.page:
            return route.page.show(result)
        headers = location_of(route, result) | next_link_of(request, result)
        return json_answer(status, result, headers)

    def as_file(self, document: Document, status: int, result: dict[str, Any]) -> HttpAnswer:
        body = self.aside(document.write, result)
        return file_answer(status, body, document.content_type, document.file_name(result))

    def ask(
        self,
        route: Route,
        operation: str,
        payload: dict[str, Any],
        context: Context,
    ) -> dict[str, Any]:
        return self.call(
            route.service,
            operation,
            payload,
            caller=context.caller,
            key=context.key,
            now=context.now,
            deadline_seconds=DEADLINE_SECONDS,
            correlation_id=context.correlation_id,
        )

    def settle(
        self, route: Route, submitted: dict[str, Any], context: Context
    ) -> tuple[int, dict[str, Any]]:
        """Wait until the coins are held or refused, so that the elder is told at once.

        Raises the Error that the refusal's code names. A request whose outcome is not known yet is
        answered 202: it stands, and can be read where Location says.
        """
        question = {"request_id": submitted["request_id"], "wait_seconds": SETTLE_SECONDS}
        try:
            shown = self.ask(route, "show_request", question, replace(context, key=None))
        except (Unavailable, DeadlineExceeded):
            shown = submitted
        if shown["state"] == "refused":
            raise refusal_of(shown)
        pending = shown["state"] == "submitted"
        return HTTPStatus.ACCEPTED if pending else HTTPStatus.CREATED, shown

    def clock_of(self, headers: Mapping[str, str]) -> datetime | None:
        """The time that a demonstration sets for this call; raises InvalidClock elsewhere."""
        text = headers.get("timebank-clock")
        if text is None:
            return None
        if not self.is_demonstration:
            raise InvalidClock("Only a demonstration may set the clock.")
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise InvalidClock from error
        if moment.tzinfo is None or moment.year not in CLOCK_YEARS:
            raise InvalidClock
        return moment.astimezone(UTC)

    def caller_for(self, route: Route, headers: Mapping[str, str], now: datetime | None) -> Caller:
        """A token is always checked when given, and must be given unless the route is open."""
        # In a demonstration the token may have been made by either clock.
        seconds = min(time.time(), now.timestamp()) if now else time.time()
        caller = caller_of(headers.get("authorization"), self.keys, self.revocations, seconds)
        if caller.person_id is None and not route.open:
            raise Unauthenticated
        return caller


def correlation_id_of(headers: Mapping[str, str]) -> str:
    given = headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else str(uuid4())


def key_for(route: Route, headers: Mapping[str, str]) -> str | None:
    if not route.keyed:
        return None
    key = headers.get("idempotency-key", "").strip()
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise IdempotencyKeyRequired
    return key


def refusal_of(shown: dict[str, Any]) -> Error:
    """The Error that the refusal's code names, with what was compared."""
    code = shown.get("refusal") or "wrong_state"
    fields = {"request_id": [shown["request_id"]], **(shown.get("refusal_values") or {})}
    known = Error.by_code.get(code)
    if known is not None:
        error = known(fields=fields)
    else:
        words = "The request was refused."
        error = Error.from_wire({"code": code, "status": 409, "message": words, "fields": fields})
    version = shown.get("refusal_policy_version")
    error.policy = {"version": version} if version else None
    return error


def shaped(schema: Schema, value: Mapping[str, Any]) -> dict[str, Any]:
    """What the contract promises and nothing else: no inner detail leaves by chance.

    What a code means is said beside it, where the contract has a place for it.
    """
    kept = {
        name: shaped_field(field, value[name])
        for name, field in schema.fields.items()
        if name in value
    }
    said = {
        name: words_of(kept[field.of])
        for name, field in schema.fields.items()
        if isinstance(field, Words) and kept.get(field.of)
    }
    return kept | said


def shaped_field(field: fields.Field[Any], value: Any) -> Any:
    if isinstance(field, fields.List) and isinstance(value, list):
        return [shaped_field(field.inner, item) for item in value]
    if isinstance(field, fields.Nested) and isinstance(value, Mapping):
        return shaped(field.schema, value)
    return value


def location_of(route: Route, result: Mapping[str, Any]) -> dict[str, str]:
    return {"Location": route.location.format(**result)} if route.location else {}


def next_link_of(request: HttpRequest, result: Mapping[str, Any]) -> dict[str, str]:
    """The Link header to the next page of a list."""
    cursor = result.get("next_cursor")
    if not cursor:
        return {}
    others = [pair for pair in query_pairs(request.query_string) if pair[0] != "cursor"]
    return {"Link": f'<{request.path}?{urlencode([*others, ("cursor", cursor)])}>; rel="next"'}


def with_common_headers(answer: HttpAnswer, path: str, correlation_id: str) -> HttpAnswer:
    headers = SECURITY_HEADERS | {"X-Request-ID": correlation_id}
    if "Cache-Control" not in answer.headers:
        headers["Cache-Control"] = "no-store"
    return replace(answer, headers=headers | dict(answer.headers))


def note(method: str, entrypoint: str, status: int, seconds: float) -> None:
    """One log line and one measurement for each request; nothing that was said in it."""
    outcome = "ok" if status < 400 else "refused" if status < 500 else "failed"
    metrics.entrypoint_seconds.labels("gateway", entrypoint, "http", outcome).observe(seconds)
    # Probes and pages come by every few seconds and are no news while they succeed.
    tell = log.debug if entrypoint == OTHER and outcome == "ok" else log.info
    tell(
        "answered",
        method=method,
        entrypoint=entrypoint,
        status=status,
        milliseconds=round(seconds * 1000),
    )
