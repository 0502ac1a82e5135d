"""Guardianships, and the guardian that a person's record shows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.contract import (
    GuardianshipDecided,
    GuardianshipEnd,
    GuardianshipKind,
    Paper,
    Way,
)
from services.identity.domain.guardianship import GuardianshipState, moved
from services.identity.domain.people import Person
from services.identity.storage.people import lock_person
from services.identity.storage.tables import PersonRow
from services.identity.storage.tables_acting import GuardianshipRow
from services.kernel.contract import NotFound


def add_named(
    session: Session,
    guardianship_id: UUID,
    ward_id: UUID,
    guardian_id: UUID,
    kind: GuardianshipKind,
    now: datetime,
    named_by: UUID | None,
) -> GuardianshipRow:
    """Raises GuardianshipDecided when this guardian is named or confirmed already."""
    row = insert(GuardianshipRow).values(
        guardianship_id=guardianship_id,
        ward_id=ward_id,
        guardian_id=guardian_id,
        kind=kind,
        state=GuardianshipState.NAMED,
        named_at=now,
        named_by=named_by,
    )
    added = session.scalar(row.on_conflict_do_nothing().returning(GuardianshipRow))
    if added is None:
        raise GuardianshipDecided
    return added


def name_at_registration(
    session: Session, guardianship_id: UUID, ward: Person, now: datetime
) -> None:
    """The pupil who opens an account names the guardian, whoever fills in the form."""
    if ward.guardian_id is not None:
        add_named(
            session,
            guardianship_id,
            ward.person_id,
            ward.guardian_id,
            GuardianshipKind.MINOR,
            now,
            ward.person_id,
        )


def add_confirmed(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(GuardianshipRow), rows)


def lock_with_people(
    session: Session, guardianship_id: UUID
) -> tuple[GuardianshipRow, Person, Person]:
    """The guardianship, its ward and its guardian, locked by id so that nobody deadlocks."""
    row = session.get(GuardianshipRow, guardianship_id)
    if row is None:
        raise NotFound
    pair = (row.ward_id, row.guardian_id)
    locked = {person_id: lock_person(session, person_id) for person_id in sorted(pair)}
    session.refresh(row, with_for_update=True)
    return row, locked[row.ward_id], locked[row.guardian_id]


def confirmed_of(session: Session, ward_id: UUID) -> GuardianshipRow | None:
    return session.scalar(
        select(GuardianshipRow).where(
            GuardianshipRow.ward_id == ward_id,
            GuardianshipRow.state == GuardianshipState.CONFIRMED,
        )
    )


def is_in_care(session: Session, person_id: UUID) -> bool:
    """Whether a court has put the person in a guardian's care."""
    standing = confirmed_of(session, person_id)
    return standing is not None and standing.kind is GuardianshipKind.ADULT


def save_confirmed(
    session: Session,
    row: GuardianshipRow,
    now: datetime,
    confirmed_by: UUID | None,
    way: Way,
    paper: Paper | None,
) -> None:
    """Call with the ward locked and nobody else confirmed; the record shows the guardian now."""
    row.state = moved(row.state, GuardianshipState.CONFIRMED)
    row.confirmed_at, row.confirmed_by = now, confirmed_by
    row.confirmed_way, row.paper = way, paper
    show_guardian(session, row.ward_id, row.guardian_id)


def save_refused(
    session: Session, row: GuardianshipRow, now: datetime, refused_by: UUID | None, note: str
) -> None:
    row.state = moved(row.state, GuardianshipState.REFUSED)
    row.closed_at, row.closed_by, row.close_note = now, refused_by, note
    hide_guardian(session, row)


def save_ended(
    session: Session,
    row: GuardianshipRow,
    now: datetime,
    ended_by: UUID | None,
    reason: GuardianshipEnd,
    note: str = "",
) -> None:
    row.state = moved(row.state, GuardianshipState.ENDED)
    row.closed_at, row.closed_by, row.close_note = now, ended_by, note
    row.end_reason = reason
    hide_guardian(session, row)


def show_guardian(session: Session, ward_id: UUID, guardian_id: UUID | None) -> None:
    session.flush()
    of_ward = update(PersonRow).where(PersonRow.person_id == ward_id)
    session.execute(of_ward.values(guardian_id=guardian_id))


def hide_guardian(session: Session, row: GuardianshipRow) -> None:
    """The record shows this guardian no longer; another one it goes on showing."""
    session.flush()
    session.execute(
        update(PersonRow)
        .where(PersonRow.person_id == row.ward_id, PersonRow.guardian_id == row.guardian_id)
        .values(guardian_id=None)
    )


def guardianships_of(session: Session, person_id: UUID) -> list[GuardianshipRow]:
    touches = or_(GuardianshipRow.ward_id == person_id, GuardianshipRow.guardian_id == person_id)
    order = (GuardianshipRow.named_at, GuardianshipRow.guardianship_id)
    return list(session.scalars(select(GuardianshipRow).where(touches).order_by(*order)))


def open_of(session: Session, person_id: UUID) -> list[GuardianshipRow]:
    """Those named or confirmed in which the person is ward or guardian, locked."""
    touches = or_(GuardianshipRow.ward_id == person_id, GuardianshipRow.guardian_id == person_id)
    is_open = GuardianshipRow.state.in_((GuardianshipState.NAMED, GuardianshipState.CONFIRMED))
    query = select(GuardianshipRow).where(touches, is_open)
    ordered = query.order_by(GuardianshipRow.guardianship_id)
    return list(session.scalars(ordered.with_for_update()))
