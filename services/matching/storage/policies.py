"""The policy as matching needs it: the one in force at a moment, or the one a visit began under."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.kernel.policy import policy_at
from services.kernel.tables import policy_versions
from services.matching.domain import MatchingPolicy


def policy_in_force(session: Session, moment: datetime) -> MatchingPolicy:
    """The rules of a moment; raises Unavailable before the first policy is known."""
    policy = policy_at(session, moment)
    return MatchingPolicy.from_values(policy.version, policy.values)


def policy_of_version(session: Session, version: int) -> MatchingPolicy:
    """The rules of a version that something here was decided by."""
    values = policy_versions.c["values"]
    query = select(values).where(policy_versions.c.version == version)
    return MatchingPolicy.from_values(version, session.execute(query).scalar_one())
