"""The policy as finding and dispatch need it."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.kernel.policy import policy_at
from services.matching.domain.finding_policy import FindingPolicy, PlanningPolicy


def finding_policy(session: Session, moment: datetime) -> FindingPolicy:
    """The rules of a moment; raises Unavailable before the first policy is known."""
    policy = policy_at(session, moment)
    return FindingPolicy.from_values(policy.version, policy.values)


def planning_policy(session: Session, moment: datetime) -> PlanningPolicy:
    """The rules of a moment; raises Unavailable before the first policy is known."""
    policy = policy_at(session, moment)
    return PlanningPolicy.from_values(policy.version, policy.values)
