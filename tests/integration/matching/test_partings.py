"""Whoever leaves, dies or is no volunteer any more: what was to come ends, each told once."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.identity.contract import PersonChanged, PersonClosed, PersonVerified
from services.kernel.caller import Caller
from services.matching.contract import (
    BookingReleased,
    NotAVolunteer,
    PersonNotVerified,
    RequestCancelled,
    VisitExcepted,
)
from tests.integration.conftest import Running
from tests.integration.matching.conftest import DISTRICT, PLACE, START, STREET, Town, person


CLOSED_BY = uuid.uuid4()
LATER = START + timedelta(days=1)


@pytest.fixture
def town(lasting: Running) -> Town:
    """Other people for each test, of whom nothing is known yet."""
    return Town(lasting)


def close(town: Town, who: Caller, **changes: Any) -> None:
    facts = {
        "person_id": who.person_id,
        "reason": "leaving",
        "closed_on": date(2026, 11, 25),
        "closed_by": CLOSED_BY,
        "district": DISTRICT,
    }
    town.matching.publish(PersonClosed, **facts | changes)


def facts_of(who: Caller, **changes: Any) -> dict[str, Any]:
    facts = {
        "person_id": who.person_id,
        "name": "张三",
        "birth_date": date(1990, 3, 1),
        "street": STREET,
        "home": PLACE,
        "willing_and_healthy": True,
        "guardian_id": None,
        "district": DISTRICT,
    }
    return facts | changes


def told_of(town: Town, event: Any, field: str, *ids: str) -> list[dict[str, Any]]:
    return [each for each in town.matching.recorded(event) if each[field] in ids]


def is_handled(town: Town, event_id: str) -> bool:
    with town.matching.session() as session:
        query = text("select count(*) from inbox where event_id = :id")
        return bool(session.scalar(query, {"id": event_id}))


def is_closed(town: Town, who: Caller) -> bool:
    query = text("select closed_on is not null from people where person_id = :id")
    with town.matching.session() as session:
        return bool(session.scalar(query, {"id": who.person_id}))


def test_a_dead_elders_requests_are_cancelled_and_the_door_is_forgotten(town: Town) -> None:
    elder = person()
    town.verify(elder, date(1950, 3, 1))
    wish = {"elder_id": str(elder.person_id)}
    submitted = town.submit(elder, **wish, start=LATER)
    booked = town.submit(elder, **wish)
    town.hold(booked)
    show = {"request_id": booked}
    state = lambda: town.matching.call("show_request", show, town.clerk)["state"]  # noqa: E731
    town.matching.eventually(lambda: state() == "open")
    town.accept(booked)
    begun = town.submit(elder, **wish, start=START + timedelta(hours=3))
    town.hold(begun)
    show = {"request_id": begun}
    town.matching.eventually(lambda: state() == "open")
    visit_of = town.accept(begun, town.other)["booking_id"]
    town.check("in", visit_of, START + timedelta(hours=3), town.other)

    close(town, elder)
    town.matching.eventually(lambda: is_closed(town, elder))
    cancelled = told_of(town, RequestCancelled, "request_id", submitted, booked, begun)
    assert sorted(each["request_id"] for each in cancelled) == sorted([submitted, booked])
    assert {(each["cancelled_by"], each["reason"]) for each in cancelled} == {
        (str(CLOSED_BY), "account_closed")
    }
    (excepted,) = told_of(town, VisitExcepted, "request_id", submitted, booked, begun)
    assert (excepted["request_id"], excepted["reason"]) == (begun, "account_closed")
    with town.matching.session() as session:
        query = text(
            "select distinct coalesce(address, note, phone) from requests where elder_id = :id"
        )
        assert session.scalars(query, {"id": elder.person_id}).all() == [None]
    with pytest.raises(PersonNotVerified):
        town.submit(elder, **wish)


def test_the_bookings_of_a_volunteer_who_leaves_open_again_and_nobody_revives_them(
    town: Town,
) -> None:
    request_id, booking_id = town.accepted(town.other)
    close(town, town.other)
    close(town, town.other)
    town.matching.eventually(lambda: town.state(request_id) == "open")
    (released,) = told_of(town, BookingReleased, "booking_id", booking_id)
    assert (released["reason"], released["late"]) == ("account_closed", False)
    town.matching.sequence = 0  # what was told before they left, and comes after
    late = town.matching.publish(PersonVerified, **facts_of(town.other), verified_by=None)
    town.matching.eventually(lambda: is_handled(town, late["id"]))
    with pytest.raises(PersonNotVerified):
        town.accept(request_id, town.other)
    town.accept(request_id, town.volunteer)


def test_whoever_takes_back_the_declaration_of_health_comes_to_no_visit(town: Town) -> None:
    request_id, booking_id = town.accepted()
    town.matching.publish(PersonChanged, **facts_of(town.volunteer, willing_and_healthy=False))
    town.matching.eventually(lambda: town.state(request_id) == "open")
    (released,) = told_of(town, BookingReleased, "booking_id", booking_id)
    assert released["reason"] == "not_willing_and_healthy"
    with pytest.raises(NotAVolunteer):
        town.accept(request_id)
    town.matching.publish(PersonChanged, **facts_of(town.volunteer))

    def accepted() -> bool:
        try:
            return bool(town.accept(request_id))
        except NotAVolunteer:
            return False

    town.matching.eventually(accepted)


def test_who_was_never_verified_leaves_without_a_word(town: Town) -> None:
    request_id, _ = town.accepted()
    close(town, Caller(uuid.uuid4()), was_verified=False)
    close(town, town.volunteer)
    town.matching.eventually(lambda: town.state(request_id) == "open")
