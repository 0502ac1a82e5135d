"""What every part of rating stands on."""

from typing import Any

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.policy import policy_at
from services.kernel.service import Service
from services.rating import domain


Facts = dict[str, Any]


def pick(facts: Facts, names: tuple[str, ...]) -> Facts:
    return {name: facts[name] for name in names}


def rules_at(session: Session, call: Call) -> domain.RatingPolicy:
    return domain.RatingPolicy.from_values(policy_at(session, call.now).values)


class RatingPart(Service):
    """One room of rating; all of them together are the service."""
