"""Public programmes in the histories: funded from a budget, held from and paid from, closed."""

from collections import Counter
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import rule

from services.ledger import domain, storage
from tests.integration.ledger.conftest import DISTRICT
from tests.integration.ledger.histories import OFFICER, Histories, minutes, requests
from tests.integration.ledger.reference import Arbitrated


class Funded(Arbitrated):
    """And programmes: payers who are nobody, known by their name, with granted coins alone."""

    def __init__(self, *facts: Any) -> None:
        super().__init__(*facts)
        self.programmes: dict[str, bool] = {}

    def open_programme(self, name: str) -> None:
        self.programmes[name] = True

    def fund(self, name: str, amount: int) -> None:
        self.need(self.programmes[name])
        self.take(self.budget, DISTRICT, amount)
        self.coins[name]["granted"] += amount

    def return_funds(self, name: str, amount: int) -> None:
        self.need(self.programmes[name])
        self.take(self.coins[name], "granted", amount)
        self.budget[DISTRICT] += amount

    def end_programme(self, name: str) -> None:
        self.need(self.programmes[name])
        self.budget[DISTRICT] += self.coins.pop(name, Counter()).total()
        self.programmes[name] = False

    def hold_funds(self, request: int, name: str, amount: int) -> None:
        self.need(request not in self.holds and self.programmes[name])
        self.take(self.coins[name], "granted", amount)
        self.holds[request] = [name, Counter(granted=amount), "placed"]

    def give_back(self, person: Any, part: str, amount: int) -> None:
        if self.programmes.get(person, True):
            super().give_back(person, part, amount)
        else:
            self.budget[DISTRICT] += amount


class ProgrammeHistories(Histories):
    """Two programmes of a district, of which the second may be closed."""

    model_of = Funded

    def __init__(self) -> None:
        super().__init__()
        self.programmes = {"lectures": uuid4(), "outings": uuid4()}
        self.bring(DISTRICT, 400)
        for name, programme_id in self.programmes.items():
            facts = DISTRICT, name, "for elders", None
            command = domain.OpenProgrammeOf(programme_id, OFFICER, *facts)
            self.ask(command, OFFICER, "open_programme", name)
        self.flush()
        for name in self.programmes:
            self.fund(name, 100)

    @rule(name=st.sampled_from(["lectures", "outings"]), amount=minutes)
    def fund(self, name: str, amount: int) -> None:
        command = domain.Fund(uuid4(), OFFICER, self.programmes[name], amount, "spring")
        self.ask(command, OFFICER, "fund", name, amount)

    @rule(name=st.sampled_from(["lectures", "outings"]), amount=minutes)
    def return_funds(self, name: str, amount: int) -> None:
        command = domain.GiveBack(uuid4(), OFFICER, self.programmes[name], amount, "too much")
        self.ask(command, OFFICER, "return_funds", name, amount)

    @rule(name=st.just("outings"))
    def end_programme(self, name: str) -> None:
        command = domain.EndProgramme(uuid4(), OFFICER, self.programmes[name], "over")
        self.ask(command, OFFICER, "end_programme", name)

    @rule(request=requests, name=st.sampled_from(["lectures", "outings"]), amount=minutes)
    def hold_funds(self, request: int, name: str, amount: int) -> None:
        programme_id = self.programmes[name]
        facts = self.requests[request], programme_id, DISTRICT, amount, programme_id
        self.tell(domain.PlaceHold(uuid4(), *facts), "hold_funds", request, name, amount)

    def compare(self) -> None:
        super().compare()
        with self.engine.connect() as session:
            for name, programme_id in self.programmes.items():
                account = domain.programme(programme_id, DISTRICT)
                left = storage.balance_of(session, account) or 0
                assert left == self.model.coins[name]["granted"]
