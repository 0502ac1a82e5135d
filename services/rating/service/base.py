"""What every part of rating stands on."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.identity.contract import Scope
from services.kernel.caller import Call
from services.kernel.contract import InvalidRequest, Unavailable
from services.kernel.policy import policy_at
from services.kernel.service import Service
from services.rating import domain, storage
from services.rating.contract import StarReached
from services.rating.domain.powers import is_agent
from services.rating.domain.stars import due_stars
from services.rating.storage import stars


Facts = dict[str, Any]


def pick(facts: Facts, names: tuple[str, ...]) -> Facts:
    return {name: facts[name] for name in names}


def rules_at(session: Session, call: Call) -> domain.RatingPolicy:
    policy = policy_at(session, call.now)
    return domain.RatingPolicy.from_values(policy.version, policy.values)


def certificate_rules_at(session: Session, call: Call) -> domain.CertificatePolicy:
    policy = policy_at(session, call.now)
    return domain.CertificatePolicy.from_values(policy.version, policy.values)


def star_rules_at(session: Session, call: Call) -> domain.StarPolicy:
    policy = policy_at(session, call.now)
    return domain.StarPolicy.from_values(policy.version, policy.values)


def dispute_rules_at(session: Session, call: Call) -> domain.DisputePolicy:
    policy = policy_at(session, call.now)
    return domain.DisputePolicy.from_values(policy.version, policy.values)


class RatingPart(Service):
    """One room of rating; all of them together are the service."""

    def _is_agent(self, session: Session, visit: domain.Visit, call: Call) -> bool:
        """Whether the elder lets the caller rate, or the caller is the elder's guardian."""
        powers = storage.powers_over(session, visit.elder_id, call.caller.person_id)
        return is_agent(powers, Scope.RATING, call.now)

    def _award(self, session: Session, volunteer_id: UUID, district: str, call: Call) -> None:
        """Give the stars that are due; the caller holds the volunteer's service locked."""
        try:
            policy = star_rules_at(session, call)
        except (Unavailable, InvalidRequest):
            # Before there are rules for stars none is due: the next visit or rating looks again.
            return
        reached = {each.star for each in stars.stars_of(session, volunteer_id)}
        minutes = stars.minutes_served(session, volunteer_id)
        reputation = storage.find_reputation(session, volunteer_id)
        for star in due_stars(minutes, reputation, reached, policy, call.now):
            stars.add_star(session, star)
            self.record(session, StarReached, district=district, **vars(star))
