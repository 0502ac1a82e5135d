"""The rules in force as data: each service keeps its copy of every version, fed by events."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.kernel.contract import Unavailable
from services.kernel.tables import policy_versions


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
