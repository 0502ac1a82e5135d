"""The steps of people's verification: added, and read back."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.identity.contract import RefusalReason, VerificationWay
from services.identity.domain.people import Person
from services.identity.domain.states import PersonState
from services.identity.domain.verification import OnlineReason, Step
from services.identity.storage.tables import PersonRow
from services.identity.storage.tables_verification import VerificationStepRow
from services.identity.storage.vault import Vault


WORDS = "verification_words"


def add_step(session: Session, vault: Vault, person_id: UUID, step: Step) -> None:
    session.add(
        VerificationStepRow(
            person_id=person_id,
            state=step.state,
            way=step.way,
            reason=step.reason,
            sealed_words=vault.seal(step.words, WORDS, person_id) if step.words else None,
            at=step.at,
            acted_by=step.acted_by,
        )
    )
    session.flush()


def add_steps(session: Session, steps: Iterable[tuple[UUID, Step]]) -> None:
    """Many people's steps at once, of those that need no words."""
    rows = [
        {
            "person_id": person_id,
            "state": step.state,
            "way": step.way,
            "at": step.at,
            "acted_by": step.acted_by,
        }
        for person_id, step in steps
    ]
    if rows:
        session.execute(insert(VerificationStepRow), rows)


def latest_step(session: Session, vault: Vault, person: Person) -> Step:
    """The last step; for somebody of whom none is kept, what their record says."""
    row = session.scalar(
        select(VerificationStepRow)
        .where(VerificationStepRow.person_id == person.person_id)
        .order_by(VerificationStepRow.number.desc())
        .limit(1)
    )
    if row is None or row.state is not person.state:
        return step_of_record(session.get_one(PersonRow, person.person_id))
    opened = vault.open(row.sealed_words, WORDS, row.person_id) if row.sealed_words else None
    return Step(row.state, row.at, row.way, row.reason, opened, row.acted_by)


def was_not_the_holder(session: Session, person_id: UUID) -> bool:
    """Whether somebody's card was another's, as far as the desk has said last."""
    row = session.execute(
        select(VerificationStepRow.state, VerificationStepRow.reason)
        .where(VerificationStepRow.person_id == person_id)
        .order_by(VerificationStepRow.number.desc())
        .limit(1)
    ).first()
    return row is not None and tuple(row) == (PersonState.REFUSED, RefusalReason.NOT_THE_HOLDER)


def step_of_record(row: PersonRow) -> Step:
    if row.verified_at is None or row.state is not PersonState.VERIFIED:
        return Step(row.state, row.registered_at)
    brought_in = row.verified_by is None
    way = VerificationWay.BROUGHT_IN if brought_in else VerificationWay.DESK
    return Step(row.state, row.verified_at, way, acted_by=row.verified_by)


def online_asked_since(session: Session, person_id: UUID, since: datetime) -> list[datetime]:
    """When the person has asked for an online verification lately."""
    rows = session.scalars(
        select(VerificationStepRow.at)
        .where(VerificationStepRow.person_id == person_id, VerificationStepRow.at > since)
        .where(VerificationStepRow.reason == OnlineReason.UNDER_WAY)
    )
    return list(rows)
