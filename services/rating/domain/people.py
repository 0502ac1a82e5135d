"""What rating knows of people: their name, their street, and whether they are of age."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.kernel.calendar import age_at
from services.rating.domain.visits import DISTRICT_DIGITS


@dataclass(frozen=True)
class Person:
    """A copy of what identity told of a verified person."""

    person_id: UUID
    name: str
    birth_date: date
    street: str

    @property
    def district(self) -> str:
        return self.street[:DISTRICT_DIGITS]

    def is_minor(self, now: datetime, adult_age: int) -> bool:
        return age_at(self.birth_date, now) < adult_age
