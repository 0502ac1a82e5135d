"""A matching service that knows an elder, volunteers, a pupil and the staff of a street."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from services.identity.contract import GuardianshipConfirmed, GuardianshipKind, PersonVerified, Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Error, Event
from services.ledger.contract import HoldPlaced, HoldRefused
from tests.integration.conftest import Running, Templates
from tests.integration.matching.holds import ended_in_silence


STREET = "110105001"
DISTRICT = "110105"
NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
START = NOW + timedelta(hours=4)
PLACE = {"latitude": 39.9087, "longitude": 116.4605}


def person(street: str = STREET, *roles: RoleIn) -> Caller:
    return Caller(uuid.uuid4(), roles)


class Town:
    """Matching, and the people it knows."""

    def __init__(self, matching: Running):
        self.matching = matching
        self.elder = person()
        self.volunteer = person()
        self.other = person()
        self.pupil = person()
        self.unwilling = person()
        self.clerk = person(STREET, RoleIn(Role.AGENCY_CLERK, STREET))
        self.clerk_elsewhere = person(STREET, RoleIn(Role.AGENCY_CLERK, "110105002"))
        self.officer = person(STREET, RoleIn(Role.CITY_OFFICER, "110000"))
        self.verify(self.elder, date(1950, 3, 1))
        for adult in (self.volunteer, self.other):
            self.verify(adult, date(1990, 3, 1))
        self.verify(self.pupil, date(2011, 3, 1), guardian_id=self.volunteer.person_id)
        self.verify(self.unwilling, date(1990, 3, 1), willing=False)

    def verify(
        self,
        who: Caller,
        born: date,
        willing: bool = True,
        guardian_id: uuid.UUID | None = None,
        street: str = STREET,
        home: dict[str, float] = PLACE,
    ) -> None:
        self.matching.publish(
            PersonVerified,
            person_id=who.person_id,
            name="张三",
            birth_date=born,
            district=street[:6],
            street=street,
            home=home,
            willing_and_healthy=willing,
            guardian_id=guardian_id,
            verified_by=None,
        )
        self.matching.eventually(lambda: self.knows(who))
        if guardian_id is not None:
            self.confirm_guardian(who, guardian_id)

    def confirm_guardian(self, ward: Caller, guardian_id: uuid.UUID) -> uuid.UUID:
        guardianship_id = uuid.uuid4()
        self.matching.publish(
            GuardianshipConfirmed,
            guardianship_id=guardianship_id,
            ward_id=ward.person_id,
            guardian_id=guardian_id,
            kind=GuardianshipKind.MINOR,
            confirmed_by=guardian_id,
            district=DISTRICT,
        )
        self.matching.eventually(lambda: self.is_led(ward))
        return guardianship_id

    def is_led(self, ward: Caller) -> bool:
        from services.matching.storage import confirmed_guardian

        with self.matching.session() as session:
            return confirmed_guardian(session, ward.person_id) is not None

    def knows(self, who: Caller) -> bool:
        try:
            self.matching.call("list_requests", {"elder_id": str(who.person_id)}, who)
        except Error:
            return False
        from services.matching.storage import find_person

        with self.matching.session() as session:
            return find_person(session, who.person_id) is not None

    def told(self, event: type[Event]) -> list[dict[str, Any]]:
        """The events of this kind that tell of the elder or the volunteer."""
        own = {str(self.elder.person_id), str(self.volunteer.person_id)}
        found = self.matching.recorded(event)
        return [each for each in found if {each.get("elder_id"), each.get("volunteer_id")} & own]

    def submit(self, by: Caller | None = None, now: datetime = NOW, **changes: Any) -> str:
        answer = self.matching.call(
            "submit_request", self.wish(**changes), by or self.elder, now=now
        )
        return str(answer["request_id"])

    def wish(self, **changes: Any) -> dict[str, Any]:
        start = changes.pop("start", START)
        return {
            "elder_id": str(self.elder.person_id),
            "category": "accompanying",
            "starts_at": start.isoformat(),
            "ends_at": (start + timedelta(hours=2)).isoformat(),
            "minutes": 120,
            "place": PLACE | {"address": "建国门外大街1号"},
        } | changes

    def hold(self, request_id: str, event_id: uuid.UUID | None = None) -> None:
        self.matching.publish(
            HoldPlaced,
            event_id=event_id,
            hold_id=uuid.uuid4(),
            request_id=request_id,
            elder_id=self.elder.person_id,
            minutes=120,
            district=DISTRICT,
        )

    def refuse(self, request_id: str) -> None:
        self.matching.publish(
            HoldRefused,
            request_id=request_id,
            elder_id=self.elder.person_id,
            reason="insufficient_coins",
            needed_minutes=120,
            spendable_minutes=0,
            district=DISTRICT,
        )

    def state(self, request_id: str) -> str:
        seen = self.matching.call("show_request", {"request_id": request_id}, self.elder)
        return str(seen["state"])

    def opened(self, now: datetime = NOW, **changes: Any) -> str:
        request_id = self.submit(now=now, **changes)
        self.hold(request_id)
        self.matching.eventually(lambda: self.state(request_id) == "open")
        return request_id

    def accepted(self, by: Caller | None = None, **changes: Any) -> tuple[str, str]:
        request_id = self.opened(**changes)
        booking = self.accept(request_id, by)
        return request_id, str(booking["booking_id"])

    def accept(self, request_id: str, by: Caller | None = None, now: datetime = NOW) -> Any:
        payload = {"request_id": request_id}
        return self.matching.call("accept_request", payload, by or self.volunteer, now=now)

    def check(
        self, way: str, booking_id: str, now: datetime, by: Caller | None = None, **changes: Any
    ) -> Any:
        payload = {"booking_id": booking_id} | PLACE | changes
        return self.matching.call(f"check_{way}", payload, by or self.volunteer, now=now)

    def leads(self, booking_id: str, now: datetime, **changes: Any) -> Any:
        """The pupil's guardian says at the place that they are there."""
        payload = {"booking_id": booking_id} | PLACE | changes
        return self.matching.call("confirm_presence", payload, self.volunteer, now=now)


@pytest.fixture(scope="module")
def lasting(running_throughout: Callable[..., Running]) -> Running:
    return running_throughout("matching")


@pytest.fixture(autouse=True)
def nothing_ends_in_silence(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test, whatever it plays: no coins are left in a hold for what has ended."""
    town = request.getfixturevalue("town") if "town" in request.fixturenames else None
    yield
    if isinstance(town, Town):
        assert ended_in_silence(town.matching) == set()


@pytest.fixture
def town(running: Callable[..., Running]) -> Town:
    """A service of the test's own; where tests do not disturb each other they share ``lasting``."""
    return Town(running("matching"))


@pytest.fixture(scope="module")
def empty(templates: Templates) -> Iterator[Engine]:
    """A database that nobody commits to, by the service's own login."""
    with templates.database("matching") as (url, _):
        engine = create_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def session(empty: Engine) -> Iterator[Session]:
    """A transaction on an empty database; never committed."""
    with Session(empty) as session:
        yield session
