"""A running identity service with a city officer, a district officer and a clerk in place."""

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.bulk import NewPerson, load_people
from services.identity.passwords import hash_password
from services.identity.storage.vault import Vault
from services.kernel import outbox
from services.kernel.caller import Call, Caller, RoleIn
from tests.integration.conftest import DATA_KEY, Running
from tests.unit.identity.numbers import make_id_number


NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
STREET, OTHER_STREET = "110105001", "110101002"
PASSWORD = "a long password"
PASSWORD_HASH = hash_password(PASSWORD)


class Identity:
    """The running service and people to act with."""

    def __init__(self, service: Running):
        self.service = service
        self.vault = Vault(DATA_KEY)
        self.numbers = itertools.count(1)
        self.city = self.officer("city_officer", "110000")
        self.district = self.officer("district_officer", "110105")
        self.clerk = self.officer("agency_clerk", STREET)
        self.far_clerk = self.officer("agency_clerk", OTHER_STREET)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.service, name)

    def load(self, *people: NewPerson, now: datetime = NOW) -> None:
        def record(session: Any, event: Any, **facts: Any) -> None:
            outbox.record(session, event, Call(now=now), **facts)

        with self.service.session() as session:
            load_people(session, people, now, record, self.vault)

    def new_person(self, **changes: Any) -> NewPerson:
        number = next(self.numbers)
        values: dict[str, Any] = {
            "person_id": uuid4(),
            "name": f"Person {number}",
            "id_number": make_id_number(date(1960, 1, 1), number),
            "phone": f"1380000{number:04d}",
            "password_hash": PASSWORD_HASH,
            "street": STREET,
            "address": "12 Jianguo Road",
            "latitude": 39.9,
            "longitude": 116.4,
        }
        return NewPerson(**(values | changes))

    def officer(self, role: str, area: str) -> Caller:
        person = self.new_person(roles=((role, area),))
        self.load(person)
        return Caller(person.person_id, (RoleIn(role, area),))

    def verified(self, **changes: Any) -> UUID:
        person = self.new_person(**changes)
        self.load(person)
        return person.person_id

    def request(self, **changes: Any) -> dict[str, Any]:
        """A registration that is right but for the changes."""
        number = next(self.numbers)
        values: dict[str, Any] = {
            "name": "Li Na",
            "id_number": make_id_number(date(1955, 5, 5), number),
            "phone": f"1390000{number:04d}",
            "password": PASSWORD,
            "street": STREET,
            "address": "1 Chaoyang Road",
            "home": {"latitude": 39.91, "longitude": 116.41},
            "willing_and_healthy": True,
        }
        return values | changes

    def register(self, caller: Caller | None = None, **changes: Any) -> dict[str, Any]:
        return self.call("register_person", self.request(**changes), caller, now=NOW)

    def registered(self, **changes: Any) -> UUID:
        return UUID(self.register(**changes)["person_id"])

    def call(self, operation: str, payload: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("now", NOW)
        return self.service.call(operation, payload, *args, **kwargs)


@pytest.fixture
def identity(running: Callable[..., Running]) -> Identity:
    return Identity(running("identity"))
