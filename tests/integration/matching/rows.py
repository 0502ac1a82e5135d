"""Rows put into the database by hand, and the constraint by which it refuses one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.matching import storage
from services.matching.storage import BookingRow, RequestRow, VisitRow
from tests.integration.matching.conftest import DISTRICT, NOW, START, STREET


VOLUNTEER = uuid4()


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
