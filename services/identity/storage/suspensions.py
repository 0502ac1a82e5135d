"""Suspended accounts and ended roles: what stands now, and what was."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.contract import AlreadySuspended, NotSuspended, Role, RoleNotHeld
from services.identity.storage.revocations import revoke_sessions
from services.identity.storage.tables import RoleRow
from services.identity.storage.tables_suspensions import EndedRoleRow, SuspensionRow


def is_suspended(session: Session, person_id: UUID) -> bool:
    return standing(session, person_id) is not None


def standing(session: Session, person_id: UUID, lock: bool = False) -> SuspensionRow | None:
    query = select(SuspensionRow).where(
        SuspensionRow.person_id == person_id, SuspensionRow.reinstated_at.is_(None)
    )
    return session.scalar(query.with_for_update() if lock else query)


def suspend(
    session: Session, person_id: UUID, reason: str, now: datetime, suspended_by: UUID | None
) -> SuspensionRow:
    """Stop the account and every token of it; raises AlreadySuspended."""
    row = insert(SuspensionRow).values(
        suspension_id=uuid4(),
        person_id=person_id,
        reason=reason,
        suspended_at=now,
        suspended_by=suspended_by,
    )
    added = session.scalar(row.on_conflict_do_nothing().returning(SuspensionRow))
    if added is None:
        raise AlreadySuspended
    revoke_sessions(session, person_id)
    return added


def reinstate(
    session: Session, person_id: UUID, reason: str, now: datetime, reinstated_by: UUID | None
) -> SuspensionRow:
    """Let the account go on; raises NotSuspended."""
    row = standing(session, person_id, lock=True)
    if row is None:
        raise NotSuspended
    row.reinstated_at, row.reinstated_by, row.reinstated_because = now, reinstated_by, reason
    session.flush()
    return row


def suspensions_of(session: Session, person_id: UUID) -> list[SuspensionRow]:
    return list(
        session.scalars(
            select(SuspensionRow)
            .where(SuspensionRow.person_id == person_id)
            .order_by(SuspensionRow.suspended_at.desc(), SuspensionRow.suspension_id)
        )
    )


def remove_role(
    session: Session,
    person_id: UUID,
    role: Role,
    area: str,
    reason: str,
    now: datetime,
    ended_by: UUID | None,
) -> None:
    """Take a role back, with every token that says it; raises RoleNotHeld."""
    row = session.get(RoleRow, (person_id, role, area), with_for_update=True)
    if row is None:
        raise RoleNotHeld
    session.add(
        EndedRoleRow(
            ended_role_id=uuid4(),
            person_id=person_id,
            role=role,
            area=area,
            assigned_at=row.assigned_at,
            assigned_by=row.assigned_by,
            ended_at=now,
            ended_by=ended_by,
            reason=reason,
        )
    )
    session.delete(row)
    session.flush()
    revoke_sessions(session, person_id)
