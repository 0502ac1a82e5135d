"""The rules in force as data: each service keeps its copy of every version, fed by events."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.kernel.contract import Error, InternalError, Unavailable
from services.kernel.tables import policy_versions
from services.kernel.wire import plain


@dataclass(frozen=True)
class Policy:
    """One version: ``values[section][rule]`` is the rule's value."""

    version: int
    values: dict[str, Any]
    effective_from: datetime | None = None


def save_policy(
    session: Session, version: int, effective_from: datetime, values: dict[str, Any]
) -> None:
    """Keep a version; one that is known already stays as it is."""
    row = insert(policy_versions).values(
        version=version, effective_from=effective_from, values=values
    )
    session.execute(row.on_conflict_do_nothing())


def policy_at(session: Session, now: datetime) -> Policy:
    """The newest version in force at a time (UTC); raises Unavailable before the first is known."""
    query = (
        select(policy_versions)
        .where(policy_versions.c.effective_from <= now)
        .order_by(policy_versions.c.version.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    if row is None:
        raise Unavailable("No policy is in force yet.")
    return Policy(row.version, row.values, row.effective_from)


def policy_of_version(session: Session, version: int) -> Policy:
    """A version that something was decided by; raises Unavailable for one that is not known."""
    query = select(policy_versions).where(policy_versions.c.version == version)
    row = session.execute(query).first()
    if row is None:
        raise Unavailable("This version of the policy is not known here yet.")
    return Policy(row.version, row._mapping["values"], row.effective_from)


def tell_version(session: Session, error: Error, now: datetime) -> None:
    """Say with a refusal which version of the rules was in force when it was decided."""
    if error.policy is not None or error.status >= InternalError.status:
        return
    version, effective_from = policy_versions.c.version, policy_versions.c.effective_from
    query = select(version, effective_from).where(effective_from <= now)
    row = session.execute(query.order_by(version.desc()).limit(1)).first()
    if row is not None:
        error.policy = version_told(row.version, row.effective_from)


def version_told(version: int, effective_from: datetime) -> dict[str, Any]:
    """
    >>> from datetime import UTC
    >>> version_told(2, datetime(2026, 6, 1, tzinfo=UTC))
    {'version': 2, 'effective_from': '2026-06-01T00:00:00+00:00'}
    """
    return {"version": version, "effective_from": plain(effective_from)}
