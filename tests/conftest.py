"""Tests run on green threads, as the services do, on servers of their own unless some are given."""

import warnings


warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet  # noqa: E402


eventlet.monkey_patch()

import os  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from dataclasses import dataclass  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402


ROOT = Path(__file__).parents[1]

# A busy machine is no counterexample.
settings.register_profile("time bank", deadline=None)
settings.load_profile("time bank")


@dataclass(frozen=True)
class Servers:
    """A broker and a database server with an administrator's log-in."""

    amqp_uri: str
    admin_database_url: str


@pytest.fixture(scope="session")
def stack() -> Iterator[Any]:
    """The local stack under its own name: private servers, or those that the environment names."""
    from deploy.local.stack import Stack

    # Lanes that run side by side have servers of their own, so that none sees another's messages.
    lane = os.environ.get("TIMEBANK_TEST_LANE", "0")
    stack = Stack(ROOT / ".local", "test" if lane == "0" else f"test-{lane}")
    try:
        stack.start_servers()
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Servers:
    """Where integration tests find PostgreSQL and RabbitMQ."""
    given = os.environ.get("TIMEBANK_AMQP_URI"), os.environ.get("TIMEBANK_DATABASE_URL")
    if all(given):
        return Servers(*(value or "" for value in given))
    stack = request.getfixturevalue("stack")
    return Servers(stack.amqp_uri, stack.admin_database_url)
