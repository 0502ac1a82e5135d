"""The gateway over real HTTP, and stand-ins for the four services behind a real broker."""

import base64
import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from typing import Any

import eventlet
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from kombu import Connection
from nameko.containers import ServiceContainer

from gateway.routes import ROUTES
from gateway.service import FrontDoor, gateway_class
from services.kernel.contract import Error
from services.kernel.launcher import nameko_config
from services.kernel.messaging import guarded_rpc
from services.kernel.settings import SERVICES, Mode, Settings
from services.kernel.topology import declare, rpc_queue_name
from tests.conftest import Servers


SIGNING_KEY = Ed25519PrivateKey.generate()
PERSON = "0b8f3c6e-64d7-4f0a-9f43-7f0f6f2f1a01"
Says = dict[str, Any] | Error | Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]


def public_key() -> dict[str, Any]:
    raw = SIGNING_KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "k1", "alg": "EdDSA", "use": "sig"}


def bearer(roles: list[dict[str, str]] | None = None, seconds: int = 600) -> dict[str, str]:
    """The header of somebody who is signed in."""
    now = int(time.time())
    claims = {
        "iss": "timebank",
        "aud": "timebank",
        "sub": PERSON,
        "roles": roles or [],
        "iat": now,
        "exp": now + seconds,
    }
    token = jwt.encode(claims, SIGNING_KEY, "EdDSA", {"kid": "k1"})
    return {"Authorization": f"Bearer {token}"}


@dataclass
class StandIns:
    """Services that speak the kernel's protocol, say what a test tells them, and remember."""

    amqp_uri: str
    says: dict[str, Says] = field(default_factory=dict)
    heard: list[tuple[str, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    containers: dict[str, ServiceContainer] = field(default_factory=dict)

    def answer(
        self, operation: str, payload: dict[str, Any], context: dict[str, Any]
    ) -> dict[str, Any]:
        self.heard.append((operation, payload, context))
        said = self.says.get(operation, {})
        try:
            result = said(payload, context) if callable(said) else said
            if isinstance(result, Error):
                raise result
        except Error as error:
            return {"error": error.to_wire()}
        return {"result": result}

    def start(self, service: str) -> None:
        operations = [route.operation for route in ROUTES if route.service == service]
        methods = {name: self.method(name) for name in [*operations, "kernel_ping"]}
        cls = type(service.capitalize(), (), {"name": service} | methods)
        settings = Settings(amqp_uri=self.amqp_uri, workers=200)
        self.containers[service] = ServiceContainer(cls, nameko_config(settings))
        self.containers[service].start()

    def stop(self, service: str) -> None:
        self.containers.pop(service).kill()

    def method(self, operation: str) -> Any:
        def entrypoint(
            service: Any, payload: dict[str, Any], context: dict[str, Any]
        ) -> dict[str, Any]:
            return self.answer(operation, payload, context)

        entrypoint.__name__ = operation
        return guarded_rpc(entrypoint)

    def last(self, operation: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Payload and context of the newest such call."""
        return [heard[1:] for heard in self.heard if heard[0] == operation][-1]


@dataclass(frozen=True)
class Reply:
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Running:
    """A gateway that serves, and a client for it."""

    def __init__(self, container: ServiceContainer):
        self.container = container
        (http,) = container.entrypoints
        self.server = http.server
        self.host, self.port = self.server._sock.getsockname()
        (self.door,) = [each for each in container.dependencies if isinstance(each, FrontDoor)]

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        **given: Any,
    ) -> Reply:
        """One request on a connection of its own; a body that is not bytes is sent as JSON."""
        connection = HTTPConnection(self.host, self.port, timeout=15)
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes | Iterator):
            body = json.dumps(body).encode()
            headers = {"Content-Type": "application/json"} | headers
        try:
            connection.request(method, path, body, headers, **given)
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, headers: dict[str, str] | None = None) -> Reply:
        return self.ask("GET", path, headers=headers)

    def post(
        self, path: str, body: Any = None, headers: dict[str, str] | None = None, key: str = ""
    ) -> Reply:
        """Signed in, with a fresh Idempotency-Key unless one is given."""
        sent = bearer() | {"Idempotency-Key": key or str(uuid.uuid4())} | (headers or {})
        return self.ask("POST", path, body, sent)


@contextmanager
def serving(amqp_uri: str, mode: Mode = Mode.PRODUCTION, **environment: str) -> Iterator[Running]:
    settings = Settings(
        amqp_uri=amqp_uri, mode=mode, http_address="127.0.0.1:0", environment=environment
    )
    container = ServiceContainer(gateway_class(), nameko_config(settings))
    container.start()
    try:
        yield Running(container)
    finally:
        container.kill()


@pytest.fixture(scope="module")
def started_stand_ins(servers: Servers) -> Iterator[StandIns]:
    declare(servers.amqp_uri, [])
    with Connection(servers.amqp_uri) as connection, connection.channel() as channel:
        for service in SERVICES:
            channel.queue_purge(rpc_queue_name(service))
    stand_ins = StandIns(servers.amqp_uri)
    yield stand_ins
    kills = [eventlet.spawn(stand_ins.stop, service) for service in list(stand_ins.containers)]
    for kill in kills:
        kill.wait()


@pytest.fixture
def stand_ins(started_stand_ins: StandIns) -> StandIns:
    """All four, with nothing said or heard yet."""
    started_stand_ins.says = {
        "show_public_keys": {"keys": [public_key()]},
        "list_revocations": {"items": [], "next_cursor": "c", "has_more": False},
    }
    started_stand_ins.heard.clear()
    for service in SERVICES:
        if service not in started_stand_ins.containers:
            started_stand_ins.start(service)
    return started_stand_ins


@pytest.fixture
def gateway(stand_ins: StandIns) -> Iterator[Running]:
    with serving(stand_ins.amqp_uri) as gateway:
        yield gateway


@pytest.fixture
def demonstration(stand_ins: StandIns) -> Iterator[Running]:
    with serving(stand_ins.amqp_uri, Mode.DEMONSTRATION) as gateway:
        yield gateway


@pytest.fixture
def lonely_gateway() -> Iterator[Running]:
    """A gateway whose broker is not there."""
    with serving("pyamqp://guest:guest@127.0.0.1:1//") as gateway:
        yield gateway
