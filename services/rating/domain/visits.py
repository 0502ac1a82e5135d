"""What rating knows of a visit."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


DISTRICT_DIGITS = 6


@dataclass(frozen=True)
class Visit:
    """What rating knows of a completed visit."""

    visit_id: UUID
    elder_id: UUID
    volunteer_id: UUID
    street: str
    ended_at: datetime
    category: str = ""

    @property
    def district(self) -> str:
        return self.street[:DISTRICT_DIGITS]
