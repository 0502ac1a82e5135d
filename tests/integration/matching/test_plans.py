"""What is near is answered by an index, in the index's own order: PostgreSQL's plans say so."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from services.kernel.database import make_engine
from services.matching.domain.places import haversine_metres
from services.matching.storage import RequestRow, find_request, finding
from services.matching.storage.finding import Able, Looked
from tests.bench.matching.crowd import Crowd
from tests.integration.conftest import Templates


OPEN, VOLUNTEERS = 20_000, 20_000
MIDDLE = (39.92, 116.4)


@pytest.fixture(scope="module")
def crowd(templates: Templates) -> Iterator[tuple[Crowd, Any]]:
    with templates.database("matching") as (_, admin_url):
        filler = create_engine(admin_url)
        crowd = Crowd(filler)
        crowd.grow(OPEN, VOLUNTEERS)
        engine = make_engine(admin_url, 2)
        yield crowd, engine
        engine.dispose()
        filler.dispose()


def plan_of(engine: Any, ask: Any) -> tuple[Any, str]:
    """What a question answers, and the plan of its last statement."""
    asked: list[Any] = []

    def listen(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", listen)
    with Session(engine) as session:
        answer = ask(session)
        event.remove(engine, "before_cursor_execute", listen)
        cursor = session.connection().connection.cursor()
        cursor.execute("explain (analyze, buffers) " + asked[-1][0], asked[-1][1])
        return answer, "\n".join(line for (line,) in cursor.fetchall())


def near(session: Session, crowd: Crowd, able: Able | None = None, after: Any = None) -> Any:
    looked = Looked(*MIDDLE, radius_metres=5000)
    now = crowd.morning
    return finding.nearby_requests(session, looked, able, uuid.uuid4(), now, 21, after)


def test_the_nearest_requests_come_from_the_index_in_its_order(crowd: Any) -> None:
    made, engine = crowd
    found, plan = plan_of(engine, lambda session: near(session, made))
    assert len(found) == 21
    assert "Index Scan using requests_open_places" in plan
    assert "Order By: " in plan
    assert "Seq Scan" not in plan


def test_they_are_the_nearest_of_all_by_the_distance_on_the_ground(crowd: Any) -> None:
    """Against measuring every one of them."""
    made, engine = crowd
    with Session(engine) as session:
        found = near(session, made)
        more = near(session, made, after=(found[-1][1], found[-1][0].request_id))
        everywhere = sorted(
            haversine_metres(*MIDDLE, row.public_latitude, row.public_longitude)
            for row in session.query(RequestRow)
            if row.starts_at > made.morning
        )
    metres = [each[2] for each in found + more]
    assert metres == pytest.approx(everywhere[: len(metres)], abs=1e-3)
    assert len({each[0].request_id for each in found + more}) == len(found) + len(more)


def test_what_fits_a_calendar_is_sought_along_the_same_index(crowd: Any) -> None:
    made, engine = crowd
    free = [
        (made.morning + timedelta(days=day), made.morning + timedelta(days=day, hours=8))
        for day in range(0, 60, 7)
    ]
    able = Able(free, ["wheelchair"], [], ["mandarin"])
    found, plan = plan_of(engine, lambda session: near(session, made, able))
    assert "Index Scan using requests_open_places" in plan
    assert "Seq Scan" not in plan
    for row, _, _ in found:
        assert any(start <= row.starts_at and row.ends_at <= end for start, end in free)
        assert row.skill in (None, "wheelchair")
        assert row.language in (None, "mandarin")


def test_candidates_are_sought_among_the_nearest_volunteers_alone(crowd: Any) -> None:
    made, engine = crowd
    with engine.connect() as connection:
        (request_id,) = made.ids(connection, "r", OPEN, 1)

    def candidates(session: Session) -> Any:
        row = find_request(session, uuid.UUID(request_id))
        assert row is not None
        return finding.near_volunteers(session, row, 20_000, 50)

    found, plan = plan_of(engine, candidates)
    assert len(found) == 50
    assert "Index Scan using volunteers_places" in plan
    assert "Order By: " in plan
    assert "Seq Scan on volunteers" not in plan
    assert "Seq Scan on people" not in plan
    distances = [each.metres for each in found]
    assert distances == sorted(distances)
    assert all(each.metres <= each.row.radius_metres for each in found)
