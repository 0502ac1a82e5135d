"""Sixty-four at once: one volunteer wins a request, always; nobody is in two places at a time."""

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from psycopg2.errors import DeadlockDetected
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from services.kernel.caller import Caller
from services.matching.storage import BookingRow, PersonRow, find_request
from tests.integration.conftest import Running
from tests.integration.matching.conftest import NOW, PLACE, START, STREET
from tests.integration.matching.test_database_rules import booking, request
from tests.integration.matching.test_races_and_news import at_once


CLIENTS = 64
ROUNDS = 5
WRITERS = 16


def volunteers(matching: Running, count: int) -> list[Caller]:
    """People as if identity had told of them, all at once."""
    people = [Caller(uuid.uuid4()) for _ in range(count)]
    with matching.session() as session:
        for who in people:
            session.add(
                PersonRow(
                    person_id=who.person_id,
                    name="张三",
                    birth_date=date(1990, 1, 1),
                    street=STREET,
                    latitude=PLACE["latitude"],
                    longitude=PLACE["longitude"],
                    willing_and_healthy=True,
                    sequence=1,
                )
            )
    return people


def opened(matching: Running, count: int = 1, **changes: Any) -> list[str]:
    with matching.session() as session:
        return [str(request(session, **changes).request_id) for _ in range(count)]


def accept(matching: Running, request_id: str, who: Caller) -> Callable[[], Any]:
    return lambda: matching.call("accept_request", {"request_id": request_id}, who, now=NOW)


@pytest.fixture
def matching(running: Callable[..., Running]) -> Running:
    return running("matching", workers=20)


def test_of_sixty_four_who_accept_one_request_at_once_one_wins_always(matching: Running) -> None:
    people = volunteers(matching, CLIENTS)
    for day in range(ROUNDS):
        start = START + timedelta(days=day)
        (request_id,) = opened(matching, starts_at=start, ends_at=start + timedelta(hours=1))
        ended = at_once(*(accept(matching, request_id, who) for who in people))
        assert Counter(ended) == {"done": 1, "request_not_open": CLIENTS - 1}
    with matching.session() as session:
        assert session.scalar(select(func.count()).select_from(BookingRow)) == ROUNDS


def test_of_sixty_four_overlapping_requests_accepted_by_one_volunteer_at_once_one_is_theirs(
    matching: Running,
) -> None:
    (who,) = volunteers(matching, 1)
    requests = opened(matching, CLIENTS)
    ended = at_once(*(accept(matching, request_id, who) for request_id in requests))
    assert Counter(ended) == {"done": 1, "overlapping_booking": CLIENTS - 1}
    with matching.session() as session:
        assert session.scalar(select(func.count()).select_from(BookingRow)) == 1


def test_the_database_alone_refuses_the_overlap_however_many_write_past_the_code(
    matching: Running,
) -> None:
    """They have connections of their own and take none of the service's locks.

    Writers that wait for each other's rows are a deadlock, of which PostgreSQL ends one: that is a
    refusal as well.
    """
    volunteer_id = uuid.uuid4()
    requests = opened(matching, WRITERS)
    engine = create_engine(matching.url, pool_size=WRITERS)
    refused: list[str] = []

    def insert(request_id: str) -> None:
        try:
            with Session(engine) as session, session.begin():
                row = find_request(session, uuid.UUID(request_id))
                assert row is not None
                booking(session, row, volunteer_id=volunteer_id)
        except IntegrityError as error:
            refused.append(getattr(error.orig, "diag").constraint_name)  # noqa: B009
        except OperationalError as error:
            assert isinstance(error.orig, DeadlockDetected)
            refused.append("deadlock")

    at_once(*(lambda request_id=each: insert(request_id) for each in requests))
    engine.dispose()
    assert len(refused) == WRITERS - 1
    assert set(refused) <= {"bookings_one_place_at_a_time", "deadlock"}
    with matching.session() as session:
        own = select(func.count()).where(BookingRow.volunteer_id == volunteer_id)
        assert session.scalar(own) == 1
