"""Who may act for an elder: a relative by the elder's consent, or a guardian whom a court chose."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.identity.contract import Scope


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
