"""Applications to care homes (S9) as rows: locked while they are decided about, queued, listed."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text, tuple_
from sqlalchemy.orm import Session

from services.kernel.bulk import array, insert_columns, texts
from services.ledger.contract import ApplicationState, Move
from services.ledger.domain import Applicant, Application, Queue, Step, Waiting
from services.ledger.storage.tables_admission import ApplicationRow, ApplicationStepRow
from services.ledger.storage.upserts import write


APPLICATIONS = ApplicationRow.__table__
STEPS = ApplicationStepRow.__table__
APPLICATION_TYPES = {
    "application_id": "uuid",
    "person_id": "uuid",
    "district": "text",
    "need": "text",
    "minutes": "bigint",
    "applied_at": "timestamptz",
    "applied_by": "uuid",
    "state": "text",
    "home": "text",
    "answer_by": "timestamptz",
    "care_home_id": "uuid",
}
CHANGING = ("state", "home", "answer_by", "care_home_id")
STEP_TYPES = {
    "application_id": "uuid",
    "state": "text",
    "move": "text",
    "at": "timestamptz",
    "acted_by": "uuid",
    "reason": "text",
}
LOCK = text(
    "select * from applications where application_id = any(cast(:ids as uuid[]))"
    " order by application_id for no key update"
)
OPEN = text(
    "select person_id, application_id from applications"
    " where person_id = any(cast(:ids as uuid[])) and state in ('applied', 'reviewed', 'offered')"
)
QUEUES = text(
    "select district, applied_at, application_id from applications"
    " where district = any(:districts) and state = 'reviewed'"
    " order by district, applied_at, application_id"
)


def lock_applications(session: Session, ids: Sequence[UUID]) -> dict[UUID, Application]:
    """The applications as they are now, nobody else's to move until the end of the transaction."""
    rows = session.execute(LOCK, {"ids": array("uuid", ids)})
    return {row.application_id: read_application(row) for row in rows}


def find_application(session: Session, application_id: UUID) -> Application | None:
    query = select(APPLICATIONS).where(APPLICATIONS.c.application_id == application_id)
    row = session.execute(query).first()
    return read_application(row) if row else None


def find_open_application(session: Session, person_id: UUID) -> Application | None:
    applicant = find_applicants(session, [person_id]).get(person_id)
    return find_application(session, applicant.application_id) if applicant else None


def find_applicants(session: Session, person_ids: Sequence[UUID]) -> dict[UUID, Applicant]:
    """Those of these people who have an open application."""
    rows = session.execute(OPEN, {"ids": array("uuid", person_ids)})
    return {row.person_id: Applicant(row.person_id, row.application_id) for row in rows}


def find_queues(session: Session, districts: Sequence[str]) -> dict[str, Queue]:
    """The queues of those districts where somebody waits.

    They are not locked: whoever moves an application locks that, and its old place is the past.
    """
    rows = session.execute(QUEUES, {"districts": list(districts)})
    return {
        district: Queue(district, tuple(Waiting(at, key) for _, at, key in waiting))
        for district, waiting in groupby(rows, key=lambda row: str(row.district))
    }


def find_queue(session: Session, district: str) -> Queue:
    return find_queues(session, [district]).get(district) or Queue(district)


def find_steps(session: Session, application_id: UUID) -> list[Step]:
    """The steps of an application, in the order of the states."""
    rows = session.execute(select(STEPS).where(STEPS.c.application_id == application_id))
    by_state = {row.state: row for row in rows}
    return [
        Step(row.application_id, state, Move(row.move), row.at, row.acted_by, row.reason)
        for state in ApplicationState
        if (row := by_state.get(state.value))
    ]


def application_page(
    session: Session,
    district: str,
    state: ApplicationState | None,
    limit: int,
    after: Waiting | None,
) -> list[Application]:
    """A district's applications in the order of their time, one more than asked for if any."""
    columns = APPLICATIONS.c
    query = select(APPLICATIONS).where(columns.district == district)
    if state is not None:
        query = query.where(columns.state == state.value)
    if after is not None:
        query = query.where(tuple_(columns.applied_at, columns.application_id) > after)
    query = query.order_by(columns.applied_at, columns.application_id).limit(limit + 1)
    return [read_application(row) for row in session.execute(query)]


def read_application(row: Row[Any]) -> Application:
    return Application(
        application_id=row.application_id,
        person_id=row.person_id,
        district=row.district,
        need=row.need,
        minutes=row.minutes,
        applied_at=row.applied_at,
        applied_by=row.applied_by,
        state=ApplicationState(row.state),
        home=row.home,
        answer_by=row.answer_by,
        care_home_id=row.care_home_id,
    )


def save_applications(session: Session, applications: Sequence[Application]) -> None:
    """Raises Overtaken when another process has meanwhile opened one for the same person."""
    columns: dict[str, Sequence[Any]] = {
        "application_id": texts([each.application_id for each in applications]),
        "person_id": texts([each.person_id for each in applications]),
        "district": [each.district for each in applications],
        "need": [each.need for each in applications],
        "minutes": [each.minutes for each in applications],
        "applied_at": [each.applied_at.isoformat() for each in applications],
        "applied_by": texts([each.applied_by for each in applications]),
        "state": [each.state.value for each in applications],
        "home": [each.home for each in applications],
        "answer_by": [each.answer_by and each.answer_by.isoformat() for each in applications],
        "care_home_id": [each.care_home_id and str(each.care_home_id) for each in applications],
    }
    write(session, "applications", APPLICATION_TYPES, CHANGING, columns)


def save_steps(session: Session, steps: Sequence[Step]) -> None:
    columns: dict[str, Sequence[Any]] = {
        "application_id": texts([step.application_id for step in steps]),
        "state": [step.state.value for step in steps],
        "move": [step.move.value for step in steps],
        "at": [step.at.isoformat() for step in steps],
        "acted_by": texts([step.acted_by for step in steps]),
        "reason": [step.reason for step in steps],
    }
    insert_columns(session, "application_steps", STEP_TYPES, columns)
