"""The database itself refuses what must never happen, whoever writes to it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.kernel.tables import metadata as kernel_tables
from services.matching.storage import Base
from tests.integration.matching.conftest import START
from tests.integration.matching.rows import booking, refused, request, visit


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
