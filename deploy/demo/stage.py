"""Who takes part in the story, who is signed in, and how to wait for what comes a moment later."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random, SystemRandom
from typing import Any, TypeVar

from deploy.city.log_ins import staff_phone
from deploy.city.names import Names
from deploy.city.people import Population
from deploy.demo.client import Client, Problem
from services.identity.contract import Role


WAIT_SECONDS = 30
POLL_SECONDS = 0.1
T = TypeVar("T")


class NotInTime(Exception):
    """What was waited for did not happen before the deadline."""


@dataclass(frozen=True)
class Person:
    """Somebody who takes part in the story."""

    person_id: str
    name: str
    phone: str
    street: str
    address: str
    latitude: float
    longitude: float
    token: str = ""

    @property
    def district(self) -> str:
        return self.street[:6]

    @property
    def home(self) -> dict[str, float]:
        return {"latitude": self.latitude, "longitude": self.longitude}

    @property
    def place(self) -> dict[str, Any]:
        return {**self.home, "address": self.address}


@dataclass
class Stage:
    """The platform, the city it was loaded with, and the log-ins of officers and clerks."""

    client: Client
    population: Population = field(default_factory=lambda: Population(1))
    chance: Random = field(default_factory=SystemRandom)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = Names(self.chance.randrange(1_000_000))

    @property
    def password(self) -> str:
        return str(self.population.city.words["password"])

    def staff(self, role: str, area: str) -> str:
        """The token of the officer or clerk of an area."""
        if (role, area) not in self.tokens:
            phone = staff_phone(self.population, role, area)
            self.tokens[role, area] = log_in(self.client, phone, self.password)
        return self.tokens[role, area]

    def clerk(self, street: str) -> str:
        return self.staff(Role.AGENCY_CLERK, street)

    def district_officer(self, district: str) -> str:
        return self.staff(Role.DISTRICT_OFFICER, district)

    @property
    def city_officer(self) -> str:
        return self.staff(Role.CITY_OFFICER, self.population.city.code)


def log_in(client: Client, phone: str, password: str) -> str:
    """An access token."""
    answer = client.post("/v1/sessions", {"phone": phone, "password": password})
    return str(answer["access_token"])


def until(
    attempt: Callable[[], T | None], what: str, *not_yet: str, seconds: float = WAIT_SECONDS
) -> T:
    """What ``attempt`` returns once it is something; ``not_yet`` are the problems to wait out."""
    deadline = time.monotonic() + seconds
    while True:
        reason = ""
        try:
            result = attempt()
            if result is not None:
                return result
        except Problem as problem:
            if problem.code not in not_yet:
                raise
            reason = f" ({problem})"
        if time.monotonic() > deadline:
            raise NotInTime(f"{what}: not within {seconds:.0f} s{reason}")
        time.sleep(POLL_SECONDS)
