"""The database itself refuses what must never happen, whoever writes to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.kernel.tables import metadata as kernel_tables
from services.matching import storage
from services.matching.storage import Base, BookingRow, RequestRow, VisitRow
from tests.integration.conftest import Templates
from tests.integration.matching.conftest import DISTRICT, NOW, START, STREET


VOLUNTEER = uuid4()


@pytest.fixture
def session(templates: Templates) -> Iterator[Session]:
    """A transaction of the service's own login on an empty database; never committed."""
    with templates.database("matching") as (url, _):
        engine = create_engine(url)
        with Session(engine) as session:
            yield session
        engine.dispose()


@contextmanager
def refused(session: Session, constraint: str) -> Iterator[None]:
    with pytest.raises(IntegrityError) as caught, session.begin_nested():
        yield
        session.flush()
    assert getattr(caught.value.orig, "diag").constraint_name == constraint  # noqa: B009


def request(session: Session, **changes: Any) -> RequestRow:
    facts = {
        "request_id": uuid4(),
        "elder_id": uuid4(),
        "submitted_by": uuid4(),
        "category": "legal_aid",
        "item_code": "legal_aid",
        "item_version": 1,
        "starts_at": START,
        "ends_at": START + timedelta(hours=2),
        "minutes": 120,
        "street": STREET,
        "district": DISTRICT,
        "latitude": 39.9087,
        "longitude": 116.4605,
        "address": "x",
        "note": "",
        "state": "open",
        "created_at": NOW,
    }
    return storage.add_request(session, **facts | changes)


def booking(session: Session, of: RequestRow, **changes: Any) -> BookingRow:
    facts = {
        "booking_id": uuid4(),
        "request_id": of.request_id,
        "volunteer_id": VOLUNTEER,
        "starts_at": of.starts_at,
        "ends_at": of.ends_at,
        "state": "accepted",
        "accepted_at": NOW,
    }
    row = BookingRow(**facts | changes)
    session.add(row)
    session.flush()
    return row


def visit(session: Session, of: BookingRow, **changes: Any) -> VisitRow:
    facts = {
        "visit_id": uuid4(),
        "booking_id": of.booking_id,
        "request_id": of.request_id,
        "elder_id": uuid4(),
        "volunteer_id": of.volunteer_id,
        "state": "underway",
        "started_at": START,
        "guardian_present": False,
        "policy_version": 1,
    }
    return storage.add_visit(session, **facts | changes)


def test_the_migrations_make_what_the_tables_say(session: Session) -> None:
    found = compare_metadata(MigrationContext.configure(session.connection()), Base.metadata)
    kernels = {*kernel_tables.tables, "alembic_version"}

    def is_kernels(operation: str, subject: Any) -> bool:
        if operation == "remove_table":
            return subject.name in kernels
        return operation == "remove_index" and subject.table.name in kernels

    assert [each for each in found if not is_kernels(each[0], each[1])] == []


def test_one_standing_booking_a_request(session: Session) -> None:
    row = request(session)
    booking(session, row, state="released")
    booking(session, row, state="cancelled", volunteer_id=uuid4())
    booking(session, row, volunteer_id=uuid4())
    with refused(session, "bookings_one_volunteer_a_request"):
        booking(session, row, volunteer_id=uuid4())


def test_one_place_at_a_time_for_a_volunteer(session: Session) -> None:
    first, second = request(session), request(session, starts_at=START + timedelta(minutes=119))
    booking(session, first)
    with refused(session, "bookings_one_place_at_a_time"):
        booking(session, second)
    booking(session, second, state="released")
    booking(session, second, volunteer_id=uuid4())
    third = request(session, starts_at=first.ends_at, ends_at=first.ends_at + timedelta(hours=1))
    booking(session, third)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "lost"}, "requests_state"),
        ({"state": "refused"}, "requests_refusal"),
        ({"refusal": "insufficient_coins"}, "requests_refusal"),
        ({"minutes": 0}, "requests_minutes"),
        ({"ends_at": START}, "requests_window"),
    ],
)
def test_no_request_that_contradicts_itself(
    session: Session, changes: dict[str, Any], constraint: str
) -> None:
    with refused(session, constraint):
        request(session, **changes)


def test_no_booking_in_a_state_that_does_not_exist(session: Session) -> None:
    row = request(session)
    with refused(session, "bookings_state"):
        booking(session, row, state="lost")


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "lost"}, "visits_state"),
        ({"state": "completed"}, "visits_completed"),
        ({"state": "completed", "minutes": 60}, "visits_completed"),
        ({"minutes": -1}, "visits_minutes"),
        ({"ended_at": START - timedelta(seconds=1)}, "visits_order"),
    ],
)
def test_no_visit_that_contradicts_itself(
    session: Session, changes: dict[str, Any], constraint: str
) -> None:
    made = booking(session, request(session))
    with refused(session, constraint):
        visit(session, made, **changes)


def test_one_visit_a_booking(session: Session) -> None:
    made = booking(session, request(session))
    visit(session, made)
    with refused(session, "visits_booking_id_key"):
        visit(session, made)


def test_the_services_login_cannot_change_the_tables_themselves(session: Session) -> None:
    with pytest.raises(Exception, match="must be owner"):
        session.execute(text("alter table bookings drop constraint bookings_one_place_at_a_time"))
