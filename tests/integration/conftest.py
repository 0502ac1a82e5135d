"""One service at a time, in this process, on a real broker and a fresh database of its own."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from eventlet import tpool
from kombu import Connection
from nameko.containers import ServiceContainer
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from services.kernel.caller import Caller
from services.kernel.connection import open_connection
from services.kernel.contract import Event
from services.kernel.launcher import nameko_config
from services.kernel.migrate import migrate
from services.kernel.outbox import envelope, exchange_name
from services.kernel.policy import save_policy
from services.kernel.registry import handled_events, service_class
from services.kernel.rpc import RpcClient
from services.kernel.settings import SERVICES, Settings
from services.kernel.tables import outbox
from services.kernel.topology import DEAD_LETTERS, UNROUTED, all_queues, declare
from services.kernel.waiting import poll
from tests.conftest import ROOT, Servers
from tests.integration.shelf import Contents, Key, Shelf, Up


DATA_KEY = b"k" * 32
EXTENSIONS = {"matching": ("btree_gist", "cube")}


def execute(url: str, *statements: str) -> None:
    """Run statements outside a transaction, as an administrator."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def at_database(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def as_login(url: str, login: str) -> str:
    made = make_url(url).set(username=login, password="test")
    return made.render_as_string(hide_password=False)


class Templates:
    """A migrated, empty database per service, from which each test's own is copied."""

    def __init__(self, admin_url: str):
        self.admin_url = admin_url.replace("postgresql://", "postgresql+psycopg2://")
        self.suffix = uuid.uuid4().hex[:8]
        self.made: set[str] = set()

    def login(self, service: str) -> str:
        return f"it_{service}_{self.suffix}"

    def template(self, service: str) -> str:
        name = f"it_{service}_{self.suffix}_template"
        if service not in self.made:
            self.made.add(service)
            login, url = self.login(service), at_database(self.admin_url, name)
            execute(
                self.admin_url,
                f"create role {login} login password 'test'",
                f'create database "{name}"',
            )
            execute(
                url,
                "alter default privileges "
                f"grant select, insert, update, delete on tables to {login}",
                f"alter default privileges grant usage, select on sequences to {login}",
                *(f"create extension {name}" for name in EXTENSIONS.get(service, ())),
            )
            # Alembic's imports and locks are plain blocking work: keep them off the hub.
            tpool.execute(migrate, service, url, login)
        return name

    @contextmanager
    def database(self, service: str) -> Iterator[tuple[str, str]]:
        """(the service's URL, the administrator's URL) of a fresh copy, dropped afterwards."""
        name = f"it_{service}_{uuid.uuid4().hex[:12]}"
        execute(self.admin_url, f'create database "{name}" template "{self.template(service)}"')
        admin_url = at_database(self.admin_url, name)
        try:
            yield as_login(admin_url, self.login(service)), admin_url
        finally:
            execute(self.admin_url, f'drop database "{name}" with (force)')

    def drop(self) -> None:
        for service in self.made:
            name = self.template(service)
            execute(
                self.admin_url,
                f'drop database "{name}" with (force)',
                f"drop role {self.login(service)}",
            )


@pytest.fixture(scope="session")
def templates(servers: Servers) -> Iterator[Templates]:
    templates = Templates(servers.admin_database_url)
    yield templates
    templates.drop()


def policy_document() -> dict[str, Any]:
    """The Beijing policy: each value with its source and reason."""
    source = (ROOT / "deploy/policies/beijing.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(source)["values"])


@pytest.fixture(scope="session")
def policy_values() -> dict[str, Any]:
    """The values of the Beijing policy, without their reasons."""
    return {
        section: {rule: entry["value"] for rule, entry in rules.items()}
        for section, rules in policy_document().items()
    }


class Running:
    """A service that runs: call it, send it events, see what it recorded."""

    def __init__(self, name: str, servers: Servers, url: str, admin_url: str, client: RpcClient):
        self.name, self.amqp_uri, self.client = name, servers.amqp_uri, client
        self.url, self.admin_url = url, admin_url
        self.engine = create_engine(url)
        self.sequence = 0

    def call(
        self,
        operation: str,
        payload: dict[str, Any],
        caller: Caller | None = None,
        key: str | None = "",
        now: datetime | None = None,
    ) -> dict[str, Any]:
        """The result, or the contract Error raised; each call has a key of its own unless given."""
        key = str(uuid.uuid4()) if key == "" else key
        return self.client.call(self.name, operation, payload, caller or Caller(), key, now)

    def publish(
        self,
        event: type[Event],
        now: datetime | None = None,
        event_id: uuid.UUID | None = None,
        **facts: Any,
    ) -> dict[str, Any]:
        """Put an event on the wire as another service's relay would; returns its envelope."""
        self.sequence += 1
        wrapped = envelope(event, facts, now or datetime.now(UTC), "", now is not None)
        wrapped |= {"sequence": facts.get("sequence", self.sequence)}
        if event_id is not None:
            wrapped["id"] = str(event_id)
        self.publish_envelope(event, wrapped)
        return wrapped

    def publish_envelope(self, event: type[Event], wrapped: dict[str, Any]) -> None:
        with Connection(self.amqp_uri) as connection:
            producer = connection.Producer()
            producer.publish(
                json.dumps(wrapped).encode(),
                exchange=exchange_name(event.source),
                routing_key=event.routing_key(wrapped["data"]["district"]),
                content_type="application/json",
                content_encoding="utf-8",
            )

    @contextmanager
    def session(self) -> Iterator[Session]:
        with sessionmaker(self.engine).begin() as session:
            yield session

    def recorded(self, event: type[Event]) -> list[dict[str, Any]]:
        """The data of every such event in the service's outbox, oldest first."""
        with self.session() as session:
            rows = session.execute(select(outbox.c.envelope).order_by(outbox.c.position))
            return [row[0]["data"] for row in rows if row[0]["type"] == event.type]

    def eventually(self, check: Callable[[], Any], seconds: float = 10) -> Any:
        """The first true answer; an AssertionError when there was none in time."""
        answer = poll(check, seconds)
        assert answer, "it did not happen in time"
        return answer


def purge(amqp_uri: str) -> None:
    """Empty every queue, so that no test sees another's messages."""
    declare(amqp_uri, handled_events())
    purge_queues(amqp_uri, [queue.name for queue in all_queues(handled_events())])


def purge_for(amqp_uri: str, service: str) -> None:
    """Empty the queues that a service reads, and those that no service does."""
    names = [queue.name for queue in all_queues(handled_events())]
    others = [name for name in SERVICES if name != service]
    theirs = tuple(f"{kind}{name}" for name in others for kind in ("events.", "rpc-"))
    purge_queues(amqp_uri, [name for name in names if not name.startswith(theirs)])


def purge_queues(amqp_uri: str, names: list[str]) -> None:
    with Connection(amqp_uri) as connection, connection.channel() as channel:
        for name in names:
            channel.queue_purge(name)


@pytest.fixture
def clean_broker(servers: Servers) -> str:
    purge(servers.amqp_uri)
    return servers.amqp_uri


@pytest.fixture
def rpc_client(servers: Servers) -> Iterator[RpcClient]:
    client = RpcClient(servers.amqp_uri)
    yield client
    client.close()


@contextmanager
def starting(
    servers: Servers,
    templates: Templates,
    client: RpcClient,
    policy_values: dict[str, Any],
    shelf: Shelf | None = None,
) -> Iterator[Callable[..., Running]]:
    """A function that starts services, all of which end with the block, or wait on the shelf."""
    stack: list[tuple[Up, Running]] = []

    def start(name: str, policy: bool = True, workers: int = 10, **environment: str) -> Running:
        assert name in SERVICES
        key = (workers, *sorted(environment.items()))
        purge_for(servers.amqp_uri, name)
        up = shelf.take(name, key) if shelf and name in KEPT else None
        if up is None:
            up = start_on(name, key, servers, templates.database(name), workers, environment)
        service = Running(name, servers, up.url, up.admin_url, client)
        stack.append((up, service))
        if policy:
            with service.session() as session:
                save_policy(session, 1, datetime(2022, 6, 1, tzinfo=UTC), policy_values)
        return service

    try:
        yield start
    finally:
        for up, service in reversed(stack):
            service.engine.dispose()
            if shelf and up.name in KEPT:
                shelf.put(up)
            else:
                up.stop()


def start_on(
    name: str,
    key: Key,
    servers: Servers,
    database: AbstractContextManager[tuple[str, str]],
    workers: int,
    environment: dict[str, str],
) -> Up:
    url, admin_url = database.__enter__()
    settings = Settings.from_environment(
        environment={
            "TIMEBANK_AMQP_URI": servers.amqp_uri,
            "TIMEBANK_DATABASE_URL": url,
            "TIMEBANK_MODE": "demonstration",
            "TIMEBANK_WORKERS": str(workers),
            "TIMEBANK_DATA_KEY": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
            **environment,
        }
    )
    contents = Contents(admin_url)
    container = ServiceContainer(service_class(name), nameko_config(settings))
    container.start()
    return Up(name, key, container, database, url, admin_url, contents)


SHELF = Shelf()
# The ledger's blocks are a chain: it is not emptied, each of its tests has a database of its own.
KEPT = ("identity", "matching", "rating")


@pytest.fixture(scope="session")
def shelf(servers: Servers, templates: Templates) -> Iterator[Shelf]:
    declare(servers.amqp_uri, handled_events())
    yield SHELF
    SHELF.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Tests of another folder find no service up that would take their messages."""
    yield
    if nextitem is not None and nextitem.path.parent != item.path.parent:
        SHELF.clear()


@pytest.fixture
def running(
    servers: Servers,
    templates: Templates,
    rpc_client: RpcClient,
    policy_values: dict[str, Any],
    shelf: Shelf,
) -> Iterator[Callable[..., Running]]:
    """``running("ledger")`` gives that service on an empty database with the policy adopted."""
    with starting(servers, templates, rpc_client, policy_values, shelf) as start:
        yield start


@pytest.fixture(scope="module")
def running_throughout(
    servers: Servers, templates: Templates, policy_values: dict[str, Any], shelf: Shelf
) -> Iterator[Callable[..., Running]]:
    """As ``running``, for all the tests of a module: they share what the service holds."""
    client = RpcClient(servers.amqp_uri)
    with starting(servers, templates, client, policy_values, shelf) as start:
        yield start
    client.close()


def queue_length(amqp_uri: str, queue: str) -> int:
    connection = open_connection(amqp_uri)
    try:
        return int(connection.channel().queue_declare(queue, passive=True).message_count)
    finally:
        connection.close()


__all__ = ["DEAD_LETTERS", "UNROUTED", "Running", "Templates", "purge", "queue_length"]
