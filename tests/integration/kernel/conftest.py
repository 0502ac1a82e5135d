"""The probe service on a real broker and database, with a relay when a test asks for one."""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from kombu import Connection
from nameko.containers import ServiceContainer
from sqlalchemy import create_engine, text

from services.kernel import tables
from services.kernel.launcher import nameko_config
from services.kernel.relay import Relay
from services.kernel.rpc import RpcClient
from services.kernel.settings import Settings
from services.kernel.topology import all_queues, declare, event_queue_name, rpc_queue_name
from tests.conftest import Servers
from tests.integration.conftest import Running, at_database, execute
from tests.integration.kernel.probe import Base, NoteTold, ProbeService


PROBE_QUEUES = (rpc_queue_name("probe"), event_queue_name("probe", NoteTold))


class Probe(Running):
    """The running probe, its container and its settings."""

    container: Any
    settings: Settings

    def notes(self) -> int:
        return int(self.call("count_notes", {}, key=None)["notes"])


@pytest.fixture
def probe_database(servers: Servers) -> Iterator[str]:
    admin = servers.admin_database_url.replace("postgresql://", "postgresql+psycopg2://")
    name = f"it_probe_{uuid.uuid4().hex[:12]}"
    execute(admin, f'create database "{name}"')
    url = at_database(admin, name)
    engine = create_engine(url)
    tables.metadata.create_all(engine)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("create sequence attempts"))
    engine.dispose()
    yield url
    execute(admin, f'drop database "{name}" with (force)')


@pytest.fixture
def probe(servers: Servers, probe_database: str, rpc_client: RpcClient) -> Iterator[Probe]:
    declare(servers.amqp_uri, [])
    with Connection(servers.amqp_uri) as connection, connection.channel() as channel:
        for queue in all_queues([]):
            channel.queue_purge(queue.name)
        for name in PROBE_QUEUES:
            channel.queue_delete(name)
    settings = Settings.from_environment(
        environment={
            "TIMEBANK_AMQP_URI": servers.amqp_uri,
            "TIMEBANK_DATABASE_URL": probe_database,
        }
    )
    container = ServiceContainer(ProbeService, nameko_config(settings))
    container.start()
    probe = Probe("probe", servers, probe_database, probe_database, rpc_client)
    probe.container, probe.settings = container, settings
    yield probe
    with suppress(Exception):
        container.kill()
    probe.engine.dispose()


@pytest.fixture
def relay(probe: Probe) -> Iterator[Callable[[], Relay]]:
    """``relay()`` starts one more relay of the probe."""
    started = []

    def start() -> Relay:
        relay = Relay("probe", probe.settings)
        thread = threading.Thread(target=relay.run, daemon=True)
        thread.start()
        started.append((relay, thread))
        return relay

    yield start
    for relay, thread in started:
        relay.stop()
        thread.join(timeout=10)
