"""Who is asking, in which role and for which area, and when."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.kernel.contract import Forbidden


CITY_SUFFIX = "0000"


def covers(area: str, place: str) -> bool:
    """Whether an area (city, district or street code) contains the other.

    >>> covers("110000", "110105001"), covers("110105", "110105001"), covers("110105001", "110105")
    (True, True, False)
    """
    prefix = area.removesuffix(CITY_SUFFIX) if len(area) == 6 else area
    return place.startswith(prefix)


@dataclass(frozen=True)
class RoleIn:
    """A role together with the area it is held in (GB/T 2260 code; streets have nine digits)."""

    role: str
    area: str


@dataclass(frozen=True)
class Caller:
    """The signed-in person behind a call; nobody when ``person_id`` is None."""

    person_id: UUID | None = None
    roles: tuple[RoleIn, ...] = ()

    def holds(self, role: str, area: str) -> bool:
        return any(held.role == role and covers(held.area, area) for held in self.roles)

    def require(self, role: str, area: str) -> None:
        """Raise Forbidden unless the caller holds the role over the area."""
        if not self.holds(role, area):
            raise Forbidden

    def to_wire(self) -> dict[str, Any]:
        return {
            "person_id": str(self.person_id) if self.person_id else None,
            "roles": [[held.role, held.area] for held in self.roles],
        }

    @staticmethod
    def from_wire(wire: dict[str, Any] | None) -> "Caller":
        if not wire:
            return Caller()
        person_id = wire.get("person_id")
        return Caller(
            UUID(person_id) if person_id else None,
            tuple(RoleIn(role, area) for role, area in wire.get("roles", [])),
        )


@dataclass(frozen=True)
class Call:
    """What a service method knows of the call it serves: who, when (UTC), in which story."""

    now: datetime
    caller: Caller = field(default_factory=Caller)
    key: str | None = None
    correlation_id: str = ""
