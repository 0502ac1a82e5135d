"""Who may act for an elder: a relative by the elder's consent, or a guardian whom a court chose."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.identity.contract import Scope
from services.kernel.calendar import age_at
from services.matching.contract import GuardianshipRequired
from services.matching.domain.policy import MatchingPolicy
from services.matching.domain.requests import Person


@dataclass(frozen=True)
class Power:
    """What somebody may do for another, and until when; a guardian's has no end of its own."""

    scopes: frozenset[Scope]
    until: datetime | None = None

    def covers(self, scope: Scope, now: datetime) -> bool:
        return scope in self.scopes and (self.until is None or now < self.until)


GUARDIANS_POWER = Power(frozenset(Scope))


def is_agent(powers: Iterable[Power], scope: Scope, now: datetime) -> bool:
    return any(power.covers(scope, now) for power in powers)


def check_led(
    volunteer: Person, guardian_id: UUID | None, now: datetime, policy: MatchingPolicy
) -> None:
    """Raise GuardianshipRequired for a pupil without a confirmed guardian (S1)."""
    if age_at(volunteer.birth_date, now) < policy.adult_age and guardian_id is None:
        raise GuardianshipRequired
