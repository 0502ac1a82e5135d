"""Consents: one at a time stands between an elder and an agent."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from services.identity.contract import ConsentEnd
from services.identity.domain.consent import ConsentState, moved
from services.identity.storage.kinships import KINSHIPS_LOCK
from services.identity.storage.tables_acting import ConsentRow
from services.kernel.contract import NotFound


def keep_kinships(session: Session) -> None:
    """No kinship ends until this transaction does; consents may be given beside each other."""
    session.execute(text("select pg_advisory_xact_lock_shared(:key)"), {"key": KINSHIPS_LOCK})


def add_consent(session: Session, **facts: Any) -> ConsentRow:
    row = ConsentRow(**facts, state=ConsentState.GIVEN)
    session.add(row)
    session.flush()
    return row


def lock_consent(session: Session, consent_id: UUID) -> ConsentRow:
    row = session.get(ConsentRow, consent_id, with_for_update=True)
    if row is None:
        raise NotFound
    return row


def save_ended(
    session: Session, row: ConsentRow, now: datetime, ended_by: UUID | None, reason: ConsentEnd
) -> None:
    row.state = moved(row.state, ConsentState.ENDED)
    row.ended_at, row.ended_by, row.end_reason = now, ended_by, reason
    session.flush()


def given_between(session: Session, pair: Iterable[UUID]) -> list[ConsentRow]:
    """What either of the two has given the other and still stands, locked."""
    people = tuple(pair)
    query = select(ConsentRow).where(
        ConsentRow.elder_id.in_(people),
        ConsentRow.agent_id.in_(people),
        ConsentRow.state == ConsentState.GIVEN,
    )
    return list(session.scalars(query.order_by(ConsentRow.consent_id).with_for_update()))


def given_of(session: Session, person_id: UUID) -> list[ConsentRow]:
    """What the person has given or holds and still stands, locked."""
    touches = or_(ConsentRow.elder_id == person_id, ConsentRow.agent_id == person_id)
    query = select(ConsentRow).where(touches, ConsentRow.state == ConsentState.GIVEN)
    return list(session.scalars(query.order_by(ConsentRow.consent_id).with_for_update()))


def consents_of(session: Session, person_id: UUID) -> list[ConsentRow]:
    touches = or_(ConsentRow.elder_id == person_id, ConsentRow.agent_id == person_id)
    order = (ConsentRow.given_at, ConsentRow.consent_id)
    return list(session.scalars(select(ConsentRow).where(touches).order_by(*order)))
