"""What the database itself refuses about proofs, codes, captures, the queue and strikes."""

import base64
import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from eventlet import tpool
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from services.kernel.migrate import alembic_config
from services.kernel.vault import Vault
from services.matching import doors, storage
from services.matching.storage import (
    CaptureBatchRow,
    CaptureRow,
    CodeCardRow,
    DeviceRow,
    ExceptionRow,
    MarkRow,
    RequestRow,
    StrikeRow,
    VisitRow,
)
from tests.integration.conftest import DATA_KEY, EXTENSIONS, Templates, at_database, execute
from tests.integration.matching.conftest import NOW, START, STREET
from tests.integration.matching.rows import booking, refused, request, visit


PERSON = uuid.uuid4()


def begun(session: Session) -> VisitRow:
    return visit(session, booking(session, request(session)))


def mark(of: VisitRow, **changes: Any) -> MarkRow:
    facts = {
        "visit_id": of.visit_id,
        "end_name": "start",
        "at": START,
        "recorded_at": START,
        "recorded_by": PERSON,
        "method": "position",
        "latitude": 39.9,
        "longitude": 116.4,
        "distance_metres": 3,
    }
    return MarkRow(**facts | changes)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"end_name": "middle"}, "visit_marks_end"),
        ({"method": "word"}, "visit_marks_method"),
        ({"latitude": None}, "visit_marks_position"),
        ({"distance_metres": None}, "visit_marks_position"),
        ({}, "visit_marks_pkey"),
    ],
)
def test_each_end_is_proven_once_and_by_what_there_is(
    session: Session, changes: dict[str, Any], constraint: str
) -> None:
    of = begun(session)
    if not changes:
        session.add(mark(of))
        session.flush()
    with refused(session, constraint):
        session.add(mark(of, **changes))


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "lost"}, "exceptions_state"),
        ({"state": "decided"}, "exceptions_decided"),
        ({"decided_by": PERSON}, "exceptions_decided"),
        (
            {"state": "decided", "decided_by": PERSON, "decided_at": NOW},
            "exceptions_decided",
        ),
    ],
)
def test_an_exception_is_decided_by_somebody_with_a_reason_or_not_at_all(
    session: Session, changes: dict[str, Any], constraint: str
) -> None:
    of = begun(session)
    facts = {"visit_id": of.visit_id, "street": STREET, "state": "open", "raised_at": NOW}
    with refused(session, constraint):
        session.add(ExceptionRow(**facts | changes))


def test_a_code_is_used_once_and_a_person_has_one_card(session: Session) -> None:
    used = (session, PERSON, "phone:7", uuid.uuid4(), NOW)
    assert storage.use_code(*used) is True
    assert storage.use_code(*used) is False

    def card() -> CodeCardRow:
        return CodeCardRow(
            card_id=uuid.uuid4(),
            person_id=PERSON,
            sealed_secret="x",
            codes_count=20,
            issued_by=uuid.uuid4(),
            issued_at=NOW,
            print_until=NOW,
        )

    session.add(card())
    session.flush()
    with refused(session, "code_cards_one_a_person"):
        session.add(card())


def test_a_batch_and_a_capture_are_there_once_for_each_device(session: Session) -> None:
    device_id, batch_id, capture_id = (uuid.uuid4() for _ in range(3))
    device = {"device_id": device_id, "kind": "phone", "name": "x", "owner_id": PERSON}
    session.add(DeviceRow(**device, public_key="x", state="active", registered_at=NOW))
    session.flush()
    batch = {"device_id": device_id, "batch_id": batch_id, "content_hash": "x"}
    batch |= {"sealed_at": NOW, "received_at": NOW, "received_from": PERSON, "skew_seconds": 0}
    assert storage.claim_batch(session, **batch) is None
    assert storage.claim_batch(session, **batch) is not None
    capture = {"device_id": device_id, "capture_id": capture_id, "batch_id": batch_id}
    capture |= {"content_hash": "x", "outcome": "taken", "taken_at": NOW}
    visit_id = begun(session).visit_id
    storage.add_capture(session, **capture, visit_id=visit_id)
    session.expunge_all()
    with refused(session, "captures_pkey"):
        session.add(CaptureRow(**capture, visit_id=visit_id))
    session.expunge_all()
    assert session.get(CaptureBatchRow, (device_id, batch_id)) is not None


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"kind": "watch"}, "devices_kind"),
        ({"kind": "terminal"}, "devices_street"),
        ({"street": STREET}, "devices_street"),
        ({"state": "revoked"}, "devices_revoked"),
    ],
)
def test_no_device_that_contradicts_itself(
    session: Session, changes: dict[str, Any], constraint: str
) -> None:
    facts = {"device_id": uuid.uuid4(), "kind": "phone", "name": "x", "owner_id": PERSON}
    facts |= {"public_key": "x", "state": "active", "registered_at": NOW}
    with refused(session, constraint):
        session.add(DeviceRow(**facts | changes))


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"side": "elder"}, "strikes_kind"),
        ({"kind": "late_cancel"}, "strikes_kind"),
        ({"state": "waived"}, "strikes_waived"),
        ({}, "strikes_once"),
    ],
)
def test_a_strike_is_of_its_side_and_given_once(
    session: Session, changes: dict[str, Any], constraint: str
) -> None:
    row = request(session)
    made = booking(session, row)
    facts = {"person_id": PERSON, "side": "volunteer", "kind": "no_show", "state": "given"}
    facts |= {"given_at": NOW, "request_id": row.request_id, "booking_id": made.booking_id}
    facts |= {"street": STREET, "evidence": {}}
    if not changes:
        assert storage.add_strike(session, strike_id=uuid.uuid4(), **facts) is True
        assert storage.add_strike(session, strike_id=uuid.uuid4(), **facts) is False
    with refused(session, constraint):
        session.add(StrikeRow(strike_id=uuid.uuid4(), **facts | changes))


BEFORE, AFTER = "0007", "0008"
OLD_VISIT = """
    insert into visits (visit_id, booking_id, request_id, elder_id, volunteer_id, state, started_at,
        ended_at, guardian_present, minutes, policy_version, exception, decided_by, decision_reason)
    values (:visit_id, :booking_id, :request_id, :elder_id, :volunteer_id, :state, :started_at,
        :ended_at, false, :minutes, 1, :exception, :decided_by, :decision_reason)
"""


IN_CLEAR = "0013"
OLD_REQUEST = """
    insert into requests (request_id, elder_id, submitted_by, category, item_code,
        item_version, certificate_needed, starts_at, ends_at, minutes, street, district,
        latitude, longitude, address, note, state, created_at)
    values (:request_id, :id, :id, 'legal_aid', 'legal_aid', 1, false,
        :starts_at, :ends_at, 60, '110105001', '110105', 39.9, 116.4, :address, :note, 'completed',
        :now)
"""


@pytest.fixture
def old(templates: Templates) -> Iterator[str]:
    """A database without any tables yet, to be brought to an older shape."""
    name = f"it_matching_{uuid.uuid4().hex[:12]}"
    url = at_database(templates.admin_url, name)
    execute(templates.admin_url, f'create database "{name}"')
    extensions = [f"create extension {each}" for each in EXTENSIONS["matching"]]
    execute(url, *extensions)
    try:
        yield url
    finally:
        execute(templates.admin_url, f'drop database "{name}" with (force)')


def test_visits_that_waited_before_there_was_a_queue_wait_in_it(old: str) -> None:
    engine = create_engine(old)
    config = alembic_config("matching", old)
    waiting, decided, ordinary = (uuid.uuid4() for _ in range(3))
    ended = START + timedelta(hours=5)
    try:
        tpool.execute(command.upgrade, config, BEFORE)
        with Session(engine) as session, session.begin():
            for visit_id, facts in (
                (waiting, {"state": "excepted", "exception": "missing_check_out"}),
                (
                    decided,
                    {
                        "state": "completed",
                        "exception": "missing_check_out",
                        "ended_at": ended,
                        "minutes": 60,
                        "decided_by": PERSON,
                        "decision_reason": "电话核实",
                    },
                ),
                (ordinary, {"state": "completed", "ended_at": ended, "minutes": 60}),
            ):
                add_old_visit(session, visit_id, facts)
        tpool.execute(command.upgrade, config, AFTER)
        with Session(engine) as session:
            rows = {row.visit_id: row for row in session.query(ExceptionRow)}
            signals = storage.signals_of_visits(session, [waiting, decided, ordinary])
        assert set(rows) == set(signals) == {waiting, decided}
        assert (rows[waiting].state, rows[decided].state) == ("open", "decided")
        assert (rows[decided].decided_by, rows[decided].decision_reason) == (PERSON, "电话核实")
        assert json.loads(json.dumps(signals[waiting][0].evidence)) == {"minutes": 120}
    finally:
        engine.dispose()


def test_addresses_that_lay_there_in_clear_are_sealed(
    old: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of the one whose address was erased, whose row stays empty."""
    monkeypatch.setenv("TIMEBANK_DATA_KEY", base64.b64encode(DATA_KEY).decode())
    config, engine = alembic_config("matching", old), create_engine(old)
    texts = [("建国门外大街1号", "三楼"), ("建国门外大街2号", ""), ("", "")]
    ids = [uuid.uuid4() for _ in texts]
    try:
        tpool.execute(command.upgrade, config, IN_CLEAR)
        with Session(engine) as session, session.begin():
            for request_id, (address, note) in zip(ids, texts, strict=True):
                facts = {"request_id": request_id, "address": address, "note": note, "now": NOW}
                facts |= {"id": PERSON, "starts_at": START, "ends_at": START + timedelta(hours=2)}
                session.execute(text(OLD_REQUEST), facts)
        tpool.execute(command.upgrade, config, "head")
        vault = Vault(DATA_KEY, service="matching")
        with Session(engine) as session:
            rows = [session.get_one(RequestRow, request_id) for request_id in ids]
            opened = [doors.opened(vault, row) for row in rows]
            assert [(door.address, door.note) for door in opened] == texts
            assert all(
                row.address != address for row, (address, _) in zip(rows, texts, strict=True)
            )
            with refused(session, "requests_sealed"):
                rows[0].address = "建国门外大街1号"
    finally:
        engine.dispose()


def add_old_visit(session: Session, visit_id: uuid.UUID, facts: dict[str, Any]) -> None:
    """A visit with its request and booking, written as the shape of then has them."""
    ids = {name: uuid.uuid4() for name in ("request_id", "booking_id", "elder_id", "volunteer_id")}
    start = START + timedelta(days=int(visit_id.int % 1000))
    window = {"starts_at": start, "ends_at": start + timedelta(hours=2), "now": NOW}
    request = {"request_id": ids["request_id"], "id": ids["elder_id"], "address": "x", "note": ""}
    session.execute(text(OLD_REQUEST), request | window)
    session.execute(
        text("""
            insert into bookings (booking_id, request_id, volunteer_id, starts_at, ends_at, state,
                accepted_at)
            values (:booking_id, :request_id, :volunteer_id, :starts_at, :ends_at, 'completed',
                :now)
        """),
        ids | window,
    )
    names = ("ended_at", "minutes", "exception", "decided_by", "decision_reason")
    columns = dict.fromkeys(names) | ids | {"visit_id": visit_id, "started_at": START} | facts
    session.execute(text(OLD_VISIT), columns)
