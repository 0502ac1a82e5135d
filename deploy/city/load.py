"""Load the policy, the people and the budgets of the demonstration city; safe to repeat."""

import os
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import sessionmaker

from deploy.city.bring_in import bring_in, count_loaded
from deploy.city.people import Population
from deploy.city.policy import load_policy
from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import CITY_AREA, Error, Unavailable
from services.kernel.database import make_engine
from services.kernel.rpc import RpcClient
from services.kernel.settings import Settings
from services.ledger.contract import NotInSpecialGroup, NoWallet
from services.matching.contract import PersonNotVerified


POLL_SECONDS = 0.2
LEAST_WAIT_SECONDS = 120
WAIT_SECONDS_A_PERSON = 0.05
LINE_EVERY_PEOPLE = 10_000
PAST = ("2022-06-01T09:00:00+08:00", "2022-06-01T10:00:00+08:00")


class NotReady(Error):
    """The services did not take in what was loaded before the deadline; run the command again."""

    code, status = "not_ready", 504


class CityLoader:
    """Brings one population into the platform that the environment names."""

    def __init__(self, population: Population, size: int):
        settings = Settings.from_environment("amqp_uri", "database_url", "data_key")
        self.population = population
        self.size = max(size, population.fixed)
        self.rpc = RpcClient(settings.amqp_uri)
        self.engine = make_engine(settings.database_url, connections=1)
        self.deadline = time.monotonic() + LEAST_WAIT_SECONDS + WAIT_SECONDS_A_PERSON * self.size

    def load(self) -> bool:
        """Whether there was anybody to load; what else is missing is completed in any case."""
        database = sessionmaker(self.engine)
        try:
            with database.begin() as session:
                start = count_loaded(session, self.population, self.size)
            self.adopt_policy()
            bring_in(database, self.population, self.size, start, progress_of(start, self.size))
            self.wait_until_known()
            self.top_up_budgets()
            self.grant_coins()
        finally:
            self.rpc.close()
            self.engine.dispose()
        return start < self.size

    def staff(self, role: Role, area: str) -> Caller:
        number = self.population.staff_number(role, area)
        return Caller(self.population.person_id(number), (RoleIn(role, area),))

    def key(self, name: str) -> str:
        return f"city-{self.population.seed}-{name}"

    def adopt_policy(self) -> None:
        """The city's policy, unless one is in force."""
        try:
            self.rpc.call("identity", "show_policy", {})
        except Unavailable:
            officer = self.staff(Role.CITY_OFFICER, CITY_AREA)
            key = self.key("policy")
            self.rpc.call("identity", "adopt_policy", load_policy(), caller=officer, key=key)

    def wait_until_known(self) -> None:
        """Until ledger and matching have taken in the last person, so that everybody can act."""
        last = self.population.person_id(self.size - 1)
        officer = self.staff(Role.CITY_OFFICER, CITY_AREA)
        self.until(
            lambda: self.rpc.call("ledger", "show_wallet", {"person_id": last}, caller=officer),
            NoWallet,
            Unavailable,
        )
        self.until(self.ask_for_the_past, PersonNotVerified, Unavailable)

    def ask_for_the_past(self) -> None:
        """A request that is always refused: whether matching knows the person tells the reason."""
        person = self.population.person(self.size - 1)
        place = {"latitude": person.latitude, "longitude": person.longitude}
        payload = {
            "elder_id": person.person_id,
            "category": "assistance",
            "starts_at": PAST[0],
            "ends_at": PAST[1],
            "minutes": 60,
            "place": {**place, "address": person.address},
        }
        caller = Caller(person.person_id)
        try:
            self.rpc.call("matching", "submit_request", payload, caller=caller, key=str(uuid4()))
        except Error as refused:
            if isinstance(refused, PersonNotVerified) or refused.status >= 500:
                raise

    def top_up_budgets(self) -> None:
        """Each district's first budget; the keys see to it that it comes once."""
        officer = self.staff(Role.CITY_OFFICER, CITY_AREA)
        words = self.population.city.words
        for district in self.population.city.districts:
            payload = {
                "district": district.code,
                "minutes": words["budget_minutes"],
                "reason": words["words"]["budget"],
            }
            key = self.key(f"budget-{district.code}")
            self.rpc.call("ledger", "top_up_budget", payload, caller=officer, key=key)

    def grant_coins(self) -> None:
        """The named elder's coins, so that there is somebody who can ask for help at once."""
        words = self.population.city.words
        elder = self.population.person(self.population.resident_number("elder"))
        officer = self.staff(Role.DISTRICT_OFFICER, elder.district)
        payload = {
            "person_id": elder.person_id,
            "minutes": words["granted_minutes"],
            "reason": words["words"]["grant"],
        }
        key = self.key("grant-elder")
        self.until(
            lambda: self.rpc.call("ledger", "grant_coins", payload, caller=officer, key=key),
            NoWallet,
            NotInSpecialGroup,
            Unavailable,
        )

    def until(self, attempt: Callable[[], Any], *not_yet: type[Error]) -> None:
        """Try until it succeeds; raises NotReady when the deadline is over first."""
        while True:
            try:
                attempt()
                return
            except not_yet as error:
                if time.monotonic() > self.deadline:
                    raise NotReady from error
            time.sleep(POLL_SECONDS)


def progress_of(start: int, size: int) -> Callable[[int], None]:
    """Tells how far it is: one line that changes on a terminal, else a line now and then."""
    began = time.monotonic()
    on_terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    told = start

    def progress(done: int) -> None:
        nonlocal told
        rate = (done - start) / max(time.monotonic() - began, 0.001)
        line = f"{done} of {size} people, {rate:.0f} a second"
        if on_terminal:
            print(f"\r{line}", end="\n" if done == size else "", flush=True)
        elif done - told >= LINE_EVERY_PEOPLE:
            told = done
            print(line, flush=True)

    return progress
