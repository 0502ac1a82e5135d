"""Which policy was adopted by whom, and the lock that lets one be adopted at a time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from services.identity.storage.tables import PolicyAdoptionRow
from services.kernel.policy import save_policy
from services.kernel.tables import policy_versions


ADOPTION_LOCK = 0x706F6C69


def lock_newest(session: Session) -> tuple[int, dict[str, Any]]:
    """The newest version's number and values (0 and none before the first), kept until the end."""
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ADOPTION_LOCK})
    newest = session.execute(
        select(policy_versions).order_by(policy_versions.c.version.desc()).limit(1)
    ).first()
    return (newest.version, newest._mapping["values"]) if newest else (0, {})


def save_adoption(
    session: Session,
    version: int,
    effective_from: datetime,
    values: dict[str, Any],
    now: datetime,
    adopted_by: UUID | None,
) -> None:
    save_policy(session, version, effective_from, values)
    session.execute(
        insert(PolicyAdoptionRow).values(version=version, adopted_at=now, adopted_by=adopted_by)
    )
