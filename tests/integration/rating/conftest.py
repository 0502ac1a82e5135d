"""The running rating service, and a visit to rate."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.contract import PersonVerified, Role
from services.kernel.caller import Caller, RoleIn
from services.matching.contract import VisitCompleted
from services.rating.storage import PersonRow, VisitRow
from tests.integration.conftest import Running


STREET = "110105001"
ENDED = datetime(2026, 6, 1, 2, tzinfo=UTC)
SOON = ENDED + timedelta(hours=1)
CLERK = Caller(uuid4(), (RoleIn(Role.AGENCY_CLERK, STREET),))


@dataclass(frozen=True)
class Visit:
    visit_id: UUID
    elder: Caller
    volunteer: Caller


class Rating:
    """The running service, and the small stories that its tests begin with."""

    def __init__(self, running: Running):
        self.running = running
        self.call, self.recorded = running.call, running.recorded
        self.publish, self.eventually = running.publish, running.eventually
        self.session = running.session

    def tell_visit(self, visit: Visit, event_id: UUID | None = None, **changes: Any) -> None:
        """Tell of the visit as matching does."""
        facts: dict[str, Any] = {
            "district": STREET[:6],
            "visit_id": visit.visit_id,
            "booking_id": uuid4(),
            "request_id": uuid4(),
            "elder_id": visit.elder.person_id,
            "volunteer_id": visit.volunteer.person_id,
            "started_at": ENDED - timedelta(minutes=95),
            "ended_at": ENDED,
            "minutes": 95,
            "policy_version": 1,
            "street": STREET,
            "explanation": [],
            "category": "accompanying",
        }
        self.publish(VisitCompleted, now=ENDED, event_id=event_id, **(facts | changes))

    def verify(self, person: Caller, name: str = "王小明", **changes: Any) -> None:
        """Tell rating who somebody is, as identity does, and wait until it knows."""
        facts: dict[str, Any] = {
            "district": STREET[:6],
            "person_id": person.person_id,
            "name": name,
            "birth_date": date(1990, 1, 1),
            "street": STREET,
            "home": {"latitude": 39.9, "longitude": 116.4},
            "willing_and_healthy": True,
            "guardian_id": None,
            "verified_by": uuid4(),
        }
        self.publish(PersonVerified, now=ENDED, **(facts | changes))
        self.eventually(lambda: self.is_called(person, name))

    def is_called(self, person: Caller, name: str) -> bool:
        with self.session() as session:
            row = session.get(PersonRow, person.person_id)
            return row is not None and row.name == name

    def knows(self, visit_id: UUID) -> bool:
        with self.session() as session:
            return session.get(VisitRow, visit_id) is not None

    def visit(self, volunteer: Caller | None = None, **changes: Any) -> Visit:
        """A completed visit that the service has heard of."""
        visit = Visit(uuid4(), Caller(uuid4()), volunteer or Caller(uuid4()))
        self.tell_visit(visit, **changes)
        self.eventually(lambda: self.knows(visit.visit_id))
        return visit

    def rate(
        self, visit: Visit, caller: Caller | None = None, stars: int = 5, **more: Any
    ) -> dict[str, Any]:
        """Rate as the elder, an hour after the end, unless told otherwise."""
        now, key = more.pop("now", SOON), more.pop("key", "")
        payload = {"visit_id": str(visit.visit_id), "stars": stars, **more}
        return self.call("rate_visit", payload, caller or visit.elder, key=key, now=now)

    def reputation(self, volunteer: Caller) -> dict[str, Any]:
        payload = {"person_id": str(volunteer.person_id)}
        return self.call("show_reputation", payload, Caller(uuid4()), key=None)


@pytest.fixture
def rating(running: Callable[..., Running]) -> Rating:
    return Rating(running("rating"))
