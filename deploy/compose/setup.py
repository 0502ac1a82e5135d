"""Bring databases and broker to where the processes can start; each `up` runs it again, safely."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial

from deploy import keys
from deploy.compose.secrets import DATA_KEY, PASSWORDS
from deploy.local.readiness import broker_answers, database_answers
from deploy.provision import (
    SERVICES,
    database_name,
    owner_login,
    provision,
    service_login,
    url_for,
)


WAIT_SECONDS = 120
POLL_SECONDS = 0.5
# What docker-compose.yml falls back to; anybody can read it there.
DEMONSTRATION = "demonstration"
DEMONSTRATION_KEY = "ZGVtb25zdHJhdGlvbi1vbmx5LW5vdC1hLXNlY3JldCE="


def password_of(environment: Mapping[str, str], login: str) -> str:
    """Return the given password of a service's login; those of owners are known here alone."""
    for service in SERVICES:
        if login == service_login(service):
            return environment[f"TIMEBANK_{service.upper()}_PASSWORD"]
    return keys.password(environment["TIMEBANK_ADMIN_PASSWORD"], login)


def published(environment: Mapping[str, str]) -> list[str]:
    """Name the secrets that are not secret: those still as docker-compose.yml has them."""
    return [name for name in PASSWORDS if environment[name] == DEMONSTRATION] + [
        DATA_KEY for _ in range(environment[DATA_KEY] == DEMONSTRATION_KEY)
    ]


def wait(what: str, check: Callable[[], bool]) -> None:
    """Return when the check holds; end the process with one line when it does not in time."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not check():
        if time.monotonic() > deadline:
            sys.exit(f"timebank: {what} does not answer, or refuses us; its own log may say why.")
        time.sleep(POLL_SECONDS)
    print(f"{what} answers.", flush=True)


def main(environment: Mapping[str, str]) -> None:
    """Provision, declare the topology, migrate."""
    if environment.get("TIMEBANK_MODE") == "production" and published(environment):
        names = ", ".join(published(environment))
        sys.exit(
            f"timebank: in production these need values of your own: {names}. "
            "See docs/how-to/containers.md."
        )
    admin_url, amqp_uri = environment["TIMEBANK_DATABASE_URL"], environment["TIMEBANK_AMQP_URI"]
    wait("PostgreSQL", partial(database_answers, admin_url))
    provision(admin_url, partial(password_of, environment))
    print("Logins, databases and rights are in place.")
    migrate_all(admin_url, partial(password_of, environment))
    wait("RabbitMQ", partial(broker_answers, amqp_uri))
    declare_topology(amqp_uri)
    print("Ready for the services.")


def migrate_all(admin_url: str, password: Callable[[str], str]) -> None:
    from services.kernel.migrate import migrate

    for service in SERVICES:
        owner = owner_login(service)
        url = url_for(admin_url, owner, password(owner), database_name(service))
        migrate(service, url, service_login(service))
        print(f"{database_name(service)} has its newest shape.")


def declare_topology(amqp_uri: str) -> None:
    from services.kernel.registry import handled_events
    from services.kernel.topology import declare

    print(f"{len(declare(amqp_uri, handled_events()))} queues are declared.")


if __name__ == "__main__":
    main(os.environ)
