"""A city that runs already: people, policy and kin of the first tables come along to the newest."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from alembic import command
from eventlet import tpool
from sqlalchemy import create_engine, text

from services.identity.contract import AlreadyRegistered
from services.identity.storage.vault import Vault
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Error
from services.kernel.migrate import alembic_config, migrate
from services.kernel.policy import save_policy
from services.kernel.rpc import RpcClient
from tests.conftest import Servers
from tests.integration.conftest import (
    DATA_KEY,
    Templates,
    as_login,
    at_database,
    execute,
    policy_document,
    starting,
)
from tests.integration.identity.conftest import NOW, PASSWORD, PASSWORD_HASH, STREET
from tests.integration.shelf import Shelf
from tests.unit.identity.numbers import make_id_number


BEGAN = datetime(2026, 1, 5, 2, tzinfo=UTC)
CITY, ELDER, SON, PUPIL, NEW = (uuid4() for _ in range(5))
BORN = {CITY: 1970, ELDER: 1940, SON: 1965, PUPIL: 2012, NEW: 1950}
# What the policy of that day said; the rules that came later it does not know.
POLICY = {
    "account": {"adult_age": 18},
    "session": {"token_minutes": 30, "most_failed_log_ins": 5, "failed_log_ins_minutes": 15},
}


def number_of(person_id: UUID) -> str:
    return make_id_number(date(BORN[person_id], 3, 3), BORN[person_id] % 1000)


def phone_of(person_id: UUID) -> str:
    return f"1370000{BORN[person_id]}"


def old_person(vault: Vault, person_id: UUID) -> dict[str, Any]:
    number, phone = number_of(person_id), phone_of(person_id)
    is_new = person_id == NEW
    return {
        "person_id": person_id,
        "state": "registered" if is_new else "verified",
        "name": f"Born {BORN[person_id]}",
        "birth_date": date(BORN[person_id], 3, 3),
        "sealed_id_number": vault.seal(number, "id_number", person_id),
        "id_number_index": vault.index("id_number", number),
        "sealed_phone": vault.seal(phone, "phone", person_id),
        "phone_index": vault.index("phone", phone),
        "password_hash": PASSWORD_HASH,
        "street": STREET,
        "sealed_address": vault.seal("1 Old Lane", "address", person_id),
        "latitude": 39.9,
        "longitude": 116.4,
        "willing_and_healthy": True,
        "school": "No. 4" if person_id == PUPIL else None,
        "guardian_id": SON if person_id == PUPIL else None,
        "registered_at": BEGAN,
        "verified_at": None if is_new else BEGAN,
    }


def fill(url: str) -> None:
    """What the service had written with the first tables."""
    vault = Vault(DATA_KEY)
    evidence = vault.seal("Card 7", "evidence", ELDER)
    kinship = {"person_id": SON, "relative_id": ELDER, "relation": "parent", "state": "confirmed"}
    of_city = {"person_id": CITY, "role": "city_officer", "area": "110000"}
    group = {"person_id": ELDER, "group": "dementia", "sealed_evidence": evidence}
    rows: list[tuple[str, dict[str, Any]]] = [
        *(("people", old_person(vault, person_id)) for person_id in BORN),
        ("person_roles", of_city | {"assigned_at": BEGAN}),
        ("special_groups", group | {"approved_at": BEGAN, "approved_by": CITY}),
        ("kinships", kinship | {"kinship_id": uuid4(), "claimed_at": BEGAN, "confirmed_at": BEGAN}),
    ]
    engine = create_engine(url)
    with engine.begin() as connection:
        for table, row in rows:
            names = ", ".join(f'"{name}"' for name in row)
            places = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"insert into {table} ({names}) values ({places})"), row)
    engine.dispose()


class Upgraded:
    """In place of the templates: a database that began with the first tables and has rows."""

    def __init__(self, templates: Templates):
        self.templates = templates

    @contextmanager
    def database(self, service: str) -> Iterator[tuple[str, str]]:
        self.templates.template(service)
        login, name = self.templates.login(service), f"it_old_{uuid4().hex[:12]}"
        url = at_database(self.templates.admin_url, name)
        execute(self.templates.admin_url, f'create database "{name}"')
        grant = "alter default privileges grant"
        execute(
            url,
            f"{grant} select, insert, update, delete on tables to {login}",
            f"{grant} usage, select on sequences to {login}",
        )
        try:
            tpool.execute(command.upgrade, alembic_config(service, url, login), "0001")
            fill(url)
            tpool.execute(migrate, service, url, login)
            yield as_login(url, login), url
        finally:
            execute(self.templates.admin_url, f'drop database "{name}" with (force)')


def test_a_city_that_runs_already_goes_on_and_adopts_the_rules_that_are_new(
    servers: Servers,
    templates: Templates,
    clean_broker: str,
    rpc_client: RpcClient,
    policy_values: dict[str, Any],
    shelf: Shelf,
) -> None:
    shelf.clear()
    with starting(servers, Upgraded(templates), rpc_client, policy_values) as start:  # type: ignore[arg-type]
        identity = start("identity", policy=False)
        with identity.session() as session:
            save_policy(session, 1, BEGAN, POLICY)

        def call(operation: str, payload: dict[str, Any], caller: Caller | None = None) -> Any:
            return identity.call(operation, payload, caller, now=NOW)

        # Whoever adopts the new rules can sign in under the old ones.
        credentials = {"phone": phone_of(CITY), "password": PASSWORD}
        held = call("log_in", credentials)["roles"]
        assert held == [{"role": "city_officer", "area": "110000"}]
        city = Caller(CITY, (RoleIn("city_officer", "110000"),))
        body = {"document": policy_document(), "effective_from": NOW.isoformat(), "reason": "Anew"}
        draft = {"draft_id": call("draft_policy", body, city)["draft_id"]}
        call("submit_draft", draft, city)
        call("approve_draft", draft, Caller(uuid4(), (RoleIn("city_officer", "110000"),)))

        def listed(operation: str, person_id: UUID) -> list[Any]:
            return list(call(operation, {"person_id": str(person_id)}, Caller(person_id))["items"])

        (membership,) = listed("list_special_groups", ELDER)
        facts = ("group", "state", "evidence", "starts_on", "recheck_due_on")
        assert [membership[name] for name in facts] == [
            "dementia",
            "approved",
            "Card 7",
            "2026-01-05",
            "2027-01-05",
        ]
        assert [item["state"] for item in listed("list_guardianships", PUPIL)] == ["named"]
        assert [item["relation"] for item in listed("list_kinships", PUPIL)] == []
        assert [item["relation"] for item in listed("list_kinships", ELDER)] == ["child"]
        clerk = Caller(SON, (RoleIn("agency_clerk", STREET),))
        shown = call("show_person", {"person_id": str(NEW)}, Caller(NEW))
        assert (shown["state"], shown["phone"]) == ("unverified", phone_of(NEW))
        assert shown["missing_declarations"] == ["privacy_notice"]
        seen = {"person_id": str(NEW), "card_seen": True}
        assert call("verify_person", seen, clerk)["state"] == "verified"
        again = {
            "name": "Again",
            "id_number": number_of(ELDER),
            "street": STREET,
            "address": "2 New Lane",
            "home": {"latitude": 39.9, "longitude": 116.4},
        }
        refused: Error | None = None
        try:
            call("register_person", again)
        except AlreadyRegistered as error:
            refused = error
        assert refused is not None
