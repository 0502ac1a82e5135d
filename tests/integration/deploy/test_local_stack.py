"""The local stack's servers: who may read what, and what the broker does with the undeliverable."""

import json
from typing import Any

import psycopg2
import pytest

from deploy.provision import SERVICES, connect, url_for


@pytest.fixture(scope="module")
def provisioned(stack: Any) -> Any:
    stack.provision()
    return stack


def test_provisioning_again_changes_nothing(provisioned: Any):
    provisioned.provision()
    for service in SERVICES:
        connect(provisioned.database_url(service)).close()
        connect(provisioned.owner_database_url(service)).close()


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_can_open_anothers_database(provisioned: Any, service: str):
    own = provisioned.database_url(service)
    login, password = own.split("//")[1].split("@")[0].split(":")
    for other in set(SERVICES) - {service}:
        with pytest.raises(psycopg2.OperationalError, match="CONNECT privilege"):
            connect(url_for(own, login, password, f"timebank_{other}"))


def test_a_service_writes_rows_but_makes_no_tables(provisioned: Any):
    owner = connect(provisioned.owner_database_url("rating"))
    service = connect(provisioned.database_url("rating"))
    try:
        with owner, owner.cursor() as run:
            run.execute("CREATE TABLE trial (id bigserial PRIMARY KEY, words text)")
        with service, service.cursor() as run:
            run.execute("INSERT INTO trial (words) VALUES ('one') RETURNING id")
            assert run.fetchone() == (1,)
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                run.execute("CREATE TABLE another (id int)")
        with service, service.cursor() as run, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            run.execute("TRUNCATE trial")
    finally:
        service.close()
        with owner, owner.cursor() as run:
            run.execute("DROP TABLE IF EXISTS trial")
        owner.close()


def test_matching_can_exclude_two_bookings_at_once(provisioned: Any):
    opened = connect(provisioned.database_url("matching"))
    try:
        with opened, opened.cursor() as run:
            run.execute("SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'")
            assert run.fetchone() == (1,)
    finally:
        opened.close()


def test_the_private_broker_has_the_policies(stack: Any):
    if not stack.has_own_broker:
        pytest.skip("the broker is given: its policies are its operator's")
    listed = json.loads(
        stack.rabbitmqctl("list_policies", "-p", "timebank", "--formatter", "json", "--silent")
    )
    definitions = {policy["name"]: json.loads(policy["definition"]) for policy in listed}
    assert definitions["park-poison"] == {
        "delivery-limit": 20,
        "dead-letter-exchange": "dead-letters",
    }
    assert definitions["bound-unrouted"] == {"max-length": 100000, "overflow": "drop-head"}
