"""Ending an account: what is erased at once, what later, and what is kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.identity.contract import Role
from services.identity.domain.changes import Closing
from services.identity.domain.jobs import JobKind
from services.identity.domain.people import Person
from services.identity.domain.states import PersonState
from services.identity.storage.blind_indexes import PHONE, drop_indexes
from services.identity.storage.jobs import drop_jobs
from services.identity.storage.people import move, roles_of
from services.identity.storage.revocations import revoke_sessions
from services.identity.storage.suspensions import remove_role
from services.identity.storage.tables import PersonRow
from services.identity.storage.tables_closings import ClosingRow
from services.identity.storage.vault import Vault
from services.identity.storage.wechat import unbind


ERASE_BATCH = 500
ACCOUNT_CLOSED = "account_closed"
CONTACT = ("sealed_phone", "sealed_address", "latitude", "longitude", "password_hash")


def close(
    session: Session, vault: Vault, person: Person, closing: Closing, now: datetime
) -> Person:
    """End the account: contact data, log-in and roles go; the ID number stays sealed."""
    closed = move(session, person, PersonState.CLOSED, **dict.fromkeys(CONTACT))
    drop_indexes(session, person.person_id, PHONE)
    revoke_sessions(session, person.person_id)
    drop_jobs(session, person.person_id, list(JobKind), now)
    unbind(session, person.person_id)
    for held in roles_of(session, person.person_id):
        remove_role(
            session,
            person.person_id,
            Role(held.role),
            held.area,
            ACCOUNT_CLOSED,
            now,
            closing.closed_by,
        )
    session.add(
        ClosingRow(
            person_id=person.person_id,
            reason=closing.reason,
            closed_on=closing.closed_on,
            closed_at=now,
            closed_by=closing.closed_by,
            sealed_paper=closing.paper and vault.seal(closing.paper, "paper", person.person_id),
        )
    )
    session.flush()
    return closed


def find_closing(session: Session, person_id: UUID) -> ClosingRow | None:
    return session.get(ClosingRow, person_id)


def erase_id_numbers(session: Session, closed_before: datetime, now: datetime) -> int:
    """Erase the ID numbers that have been kept long enough; how many. The index stays."""
    due = session.scalars(
        select(ClosingRow.person_id)
        .where(ClosingRow.id_number_erased_at.is_(None), ClosingRow.closed_at < closed_before)
        .order_by(ClosingRow.closed_at)
        .limit(ERASE_BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    if due:
        ids = list(due)
        session.execute(
            update(PersonRow).where(PersonRow.person_id.in_(ids)).values(sealed_id_number=None)
        )
        session.execute(
            update(ClosingRow).where(ClosingRow.person_id.in_(ids)).values(id_number_erased_at=now)
        )
    return len(due)
