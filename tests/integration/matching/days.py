"""A day of its own for each test, with people of its own, on a town that lasts for a module."""

import itertools
from datetime import date, datetime, timedelta
from typing import Any

from services.kernel.caller import Caller
from tests.integration.matching.conftest import NOW, PLACE, Town, person


DAYS = itertools.count(1)
SERVED = timedelta(minutes=95)


class Day:
    """An elder and a volunteer of whom nothing is known yet; ``start`` is at one in the city."""

    def __init__(self, town: Town):
        self.town = town
        self.now = NOW + timedelta(days=next(DAYS))
        self.start = self.now + timedelta(hours=4)
        self.end = self.start + SERVED
        self.elder = self.newcomer(1950)
        self.volunteer = self.newcomer(1990)

    def newcomer(self, born: int, **more: Any) -> Caller:
        who = person()
        self.town.verify(who, date(born, 3, 1), **more)
        return who

    def call(
        self, operation: str, by: Caller, now: datetime | None = None, **payload: Any
    ) -> dict[str, Any]:
        return self.town.matching.call(operation, payload, by, now=now or self.now)

    def opened(
        self, elder: Caller | None = None, start: datetime | None = None, **changes: Any
    ) -> str:
        elder, start = elder or self.elder, start or self.start
        wish = self.town.wish(elder_id=str(elder.person_id), start=start, **changes)
        now = start - timedelta(hours=4)
        request_id = str(self.call("submit_request", elder, now, **wish)["request_id"])
        self.town.hold(request_id)

        def is_open() -> bool:
            shown = self.call("show_request", elder, now, request_id=request_id)
            return bool(shown["state"] == "open")

        self.town.matching.eventually(is_open)
        return request_id

    def booked(
        self,
        by: Caller | None = None,
        elder: Caller | None = None,
        start: datetime | None = None,
        **changes: Any,
    ) -> str:
        """The booking of a request that was opened for it."""
        start = start or self.start
        request_id = self.opened(elder, start, **changes)
        now = start - timedelta(hours=4)
        return str(self.accept(request_id, by, now)["booking_id"])

    def accept(
        self, request_id: str, by: Caller | None = None, now: datetime | None = None
    ) -> dict[str, Any]:
        return self.call("accept_request", by or self.volunteer, now, request_id=request_id)

    def check(
        self,
        way: str,
        booking_id: str,
        now: datetime | None = None,
        by: Caller | None = None,
        **changes: Any,
    ) -> dict[str, Any]:
        """Check in at the start or out at the end, at the place unless it is said otherwise."""
        moment = now or (self.start if way == "in" else self.end)
        proof = {name: value for name, value in (PLACE | changes).items() if value is not None}
        by = by or self.volunteer
        return self.call(f"check_{way}", by, moment, booking_id=booking_id, **proof)

    def served(
        self,
        by: Caller | None = None,
        elder: Caller | None = None,
        start: datetime | None = None,
        minutes: int = 60,
        **changes: Any,
    ) -> dict[str, Any]:
        """A whole visit, as it ended."""
        start = start or self.start
        booking_id = self.booked(by, elder, start, **changes)
        self.check("in", booking_id, start, by)
        return self.check("out", booking_id, start + timedelta(minutes=minutes), by)

    def show(self, visit_id: str, by: Caller | None = None) -> dict[str, Any]:
        return self.call("show_visit", by or self.town.clerk, visit_id=visit_id)

    def decide(self, visit_id: str, minutes: int = 60, **changes: Any) -> dict[str, Any]:
        decision = {"visit_id": visit_id, "minutes": minutes, "reason": "电话核实"} | changes
        return self.call("decide_exception", self.town.clerk, self.end, **decision)

    def sweep(self, now: datetime) -> dict[str, Any]:
        answer = self.town.matching.call("sweep_due", {}, self.town.officer, key=None, now=now)
        return dict(answer)

    def recorded(self, event: Any, **facts: Any) -> list[dict[str, Any]]:
        """The events of this kind that tell of these facts."""
        wanted = {name: str(value) for name, value in facts.items()}
        found = self.town.matching.recorded(event)
        return [
            each for each in found if wanted.items() <= {k: str(v) for k, v in each.items()}.items()
        ]


def reasons(visit: dict[str, Any]) -> list[str]:
    """Why a visit waits for a clerk; nothing when it does not."""
    exception = visit["exception"]
    return [] if exception is None else [each["reason"] for each in exception["reasons"]]
