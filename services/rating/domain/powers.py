"""What somebody may do for another: by their consent, or as their guardian."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.identity.contract import Scope


@dataclass(frozen=True)
class Power:
    """For these things, and until then; a guardian's has no end of its own.

    ``of_minor``: the guardian of somebody under age, who stands for them until they are of age.
    """

    scopes: frozenset[Scope]
    until: datetime | None = None
    of_minor: bool = False

    def covers(self, scope: Scope, now: datetime) -> bool:
        return scope in self.scopes and (self.until is None or now < self.until)


def leads(powers: Iterable[Power]) -> bool:
    """Whether one of them is the guardianship of a pupil."""
    return any(power.of_minor for power in powers)


def is_agent(powers: Iterable[Power], scope: Scope, now: datetime) -> bool:
    return any(power.covers(scope, now) for power in powers)
