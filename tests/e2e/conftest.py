"""The whole platform as separate processes, with a small demonstration city, reached over HTTP."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.demo.client import Client
from deploy.demo.stage import Stage
from deploy.provision import SERVICES, database_name
from tests.conftest import ROOT
from tests.integration.conftest import execute, purge


PEOPLE = 100
READY_SECONDS = 90


@pytest.fixture(scope="session")
def platform(stack: Any) -> Iterator[Any]:
    """Every process of the platform, on databases of its own, with policy and city loaded."""
    if stack.has_own_database:
        for service in SERVICES:
            name = database_name(service)
            execute(sqlalchemy_url(stack), f'drop database if exists "{name}" with (force)')
    stack.provision()
    stack.migrate()
    purge(stack.amqp_uri)
    stack.start_processes()
    stack.wait_ready(READY_SECONDS)
    environment = {
        **stack.base_environment(),
        "TIMEBANK_DATABASE_URL": stack.database_url("identity"),
        "TIMEBANK_DATA_KEY": stack.data_key,
    }
    load = [sys.executable, "-m", "deploy.city", "load", "--people", str(PEOPLE)]
    subprocess.run(load, env=os.environ | environment, cwd=ROOT, check=True, timeout=180)
    yield stack


def sqlalchemy_url(stack: Any) -> str:
    return stack.admin_database_url.replace("postgresql://", "postgresql+psycopg2://")


@pytest.fixture(scope="session")
def stage(platform: Any) -> Stage:
    """The platform as the story's functions take it: a client, the staff's log-ins, chance."""
    return Stage(Client(platform.gateway_url))
