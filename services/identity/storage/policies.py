"""Which policy was adopted by whom, and the lock that lets one be adopted at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from services.identity.storage.tables import PolicyAdoptionRow
from services.identity.storage.tables_policies import PolicyDraftRow
from services.kernel.policy import save_policy
from services.kernel.tables import policy_versions


ADOPTION_LOCK = 0x706F6C69
MOST_SHOWN = 100


@dataclass(frozen=True)
class Version:
    """An adopted version; who adopted one that was loaded in bulk nobody knows."""

    version: int
    effective_from: datetime
    newer_from: datetime | None
    adoption: PolicyAdoptionRow | None
    draft_id: UUID | None


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
    document: dict[str, Any] | None = None,
) -> None:
    save_policy(session, version, effective_from, values)
    session.add(
        PolicyAdoptionRow(version=version, adopted_at=now, adopted_by=adopted_by, document=document)
    )
    session.flush()


def values_of_version(session: Session, version: int) -> dict[str, Any]:
    """The values of a version; none of one that does not exist."""
    query = select(policy_versions.c["values"]).where(policy_versions.c.version == version)
    return dict(session.scalar(query) or {})


def versions(session: Session, only: int | None = None) -> list[Version]:
    """The newest versions, newest first; or the one of that number, if there is one."""
    others = policy_versions.alias()
    newer_from = (
        select(func.min(others.c.effective_from))
        .where(others.c.version > policy_versions.c.version)
        .scalar_subquery()
    )
    query = (
        select(
            policy_versions.c.version,
            policy_versions.c.effective_from,
            newer_from.label("newer_from"),
            PolicyAdoptionRow,
            PolicyDraftRow.draft_id,
        )
        .outerjoin(PolicyAdoptionRow, PolicyAdoptionRow.version == policy_versions.c.version)
        .outerjoin(PolicyDraftRow, PolicyDraftRow.version == policy_versions.c.version)
        .order_by(policy_versions.c.version.desc())
        .limit(MOST_SHOWN)
    )
    if only is not None:
        query = query.where(policy_versions.c.version == only)
    return [Version(*row) for row in session.execute(query)]
