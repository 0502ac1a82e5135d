"""The containers keep their promises on paper: who is given what, and what the world can reach."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.compose import definitions, secrets, setup
from deploy.local.processes import PROCESSES, SEALING
from deploy.provision import SERVICES, owner_login, service_login


ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
ONCE = ["definitions", "setup", "city"]
OURS = [*PROCESSES, *(name for name in ONCE if name in CONTAINERS)]
GIVEN = dict.fromkeys(secrets.PASSWORDS, setup.DEMONSTRATION) | {
    secrets.DATA_KEY: setup.DEMONSTRATION_KEY
}


def secrets_of(name: str) -> set[str]:
    """The secrets that a container can see."""
    text = json.dumps(CONTAINERS[name].get("environment", {}))
    return set(re.findall(r"\$\{(TIMEBANK_\w+(?:PASSWORD|KEYS?|SECRET))", text))


def test_every_process_of_the_local_stack_has_its_container() -> None:
    assert set(PROCESSES) <= set(CONTAINERS)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_and_its_relay_are_given_their_own_secrets_and_no_others(service: str) -> None:
    own = {"TIMEBANK_BROKER_PASSWORD", f"TIMEBANK_{service.upper()}_PASSWORD"}
    key = {secrets.DATA_KEY, "TIMEBANK_RETIRED_DATA_KEYS"} if service in SEALING else set()
    providers = {"TIMEBANK_VERIFIER_KEY", "TIMEBANK_SMS_KEY", "TIMEBANK_WECHAT_SECRET"}
    asks = providers if service == "identity" else set()
    assert secrets_of(service) == own | key | asks
    assert secrets_of(f"{service}-relay") == own


def test_the_gateway_sees_no_database() -> None:
    assert secrets_of("gateway") == {"TIMEBANK_BROKER_PASSWORD"}


def test_only_the_gateway_is_reached_from_outside_and_only_from_this_machine() -> None:
    published = {name: each["ports"] for name, each in CONTAINERS.items() if "ports" in each}
    assert list(published) == ["gateway"]
    assert all(port.startswith("127.0.0.1:") for port in published["gateway"])


@pytest.mark.parametrize("name", OURS)
def test_our_containers_cannot_write_to_themselves_nor_gain_rights(name: str) -> None:
    container = CONTAINERS[name]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert "user" not in container, "the image's own user is not root"


@pytest.mark.parametrize("name", sorted(set(CONTAINERS) - set(ONCE)))
def test_what_runs_for_long_is_restarted_checked_and_given_time_to_stop(name: str) -> None:
    container = CONTAINERS[name]
    assert container["restart"] == "unless-stopped"
    assert container["healthcheck"]["test"]
    assert container["stop_grace_period"]


@pytest.mark.parametrize("name", sorted(set(CONTAINERS) & set(ONCE)))
def test_what_runs_once_is_tried_again_until_it_succeeds(name: str) -> None:
    assert CONTAINERS[name]["restart"] == "on-failure"


def test_every_volume_is_named_so_that_data_outlives_its_container() -> None:
    mounted = [each.split(":")[0] for c in CONTAINERS.values() for each in c.get("volumes", [])]
    assert {name for name in mounted if not name.startswith("./")} == set(COMPOSE["volumes"])


def test_production_refuses_each_secret_that_everybody_can_read() -> None:
    assert set(setup.published(GIVEN)) == {*secrets.PASSWORDS, secrets.DATA_KEY}
    assert setup.published(GIVEN | secrets.fresh()) == []
    with pytest.raises(SystemExit, match="TIMEBANK_LEDGER_PASSWORD"):
        setup.main(GIVEN | {"TIMEBANK_MODE": "production"})


def test_the_known_demonstration_secrets_are_those_of_the_compose_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    found = dict(re.findall(r"\$\{(TIMEBANK_\w+(?:PASSWORD|KEY)):-([^}]+)\}", text))
    assert found == GIVEN


def test_fresh_secrets_are_of_full_length_and_never_the_same() -> None:
    first, second = secrets.fresh(), secrets.fresh()
    assert set(first) == {*secrets.PASSWORDS, secrets.DATA_KEY}
    assert not set(first.values()) & set(second.values())
    assert len(set(first.values())) == len(first)
    assert len(base64.b64decode(first[secrets.DATA_KEY], validate=True)) == 32


def test_a_password_can_stand_in_a_url_as_it_is() -> None:
    for _ in range(20):
        for name in secrets.PASSWORDS:
            assert re.fullmatch(r"[A-Za-z0-9_-]{43}", secrets.fresh()[name])


@pytest.mark.parametrize("service", SERVICES)
def test_an_owners_password_follows_from_the_administrators_alone(service: str) -> None:
    given = secrets.fresh()
    changed = given | {f"TIMEBANK_{service.upper()}_PASSWORD": "another"}
    owner, login = owner_login(service), service_login(service)
    assert setup.password_of(given, owner) == setup.password_of(changed, owner)
    assert setup.password_of(changed, login) == "another"
    assert setup.password_of(given, owner) not in given.values()


def test_the_broker_is_given_a_hash_of_the_password_and_never_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "definitions.json"
    for password in ("first-password", "second-password"):
        definitions.main({"TIMEBANK_AMQP_PASSWORD": password}, path)
        written = json.loads(path.read_text())
        assert written["users"][0]["password_hash"]
        assert password not in path.read_text()
    assert [file.name for file in tmp_path.iterdir()] == ["definitions.json"]
    with pytest.raises(SystemExit, match="TIMEBANK_AMQP_PASSWORD"):
        definitions.main({}, path)


def test_the_image_takes_only_what_runs() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    kept = {rule[1:] for rule in rules if rule.startswith("!")}
    assert kept == {"requirements.txt", "services", "gateway", "deploy"}
