"""People: who may open an account, what is told about them, and what it takes to be verified."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.identity.contract import (
    AccountClosed,
    DocumentKind,
    GuardianRequired,
    NotVerified,
    Role,
)
from services.identity.domain.states import PersonState
from services.kernel.calendar import age_on
from services.kernel.caller import covers
from services.kernel.contract import CITY_AREA, InvalidRequest


DISTRICT_DIGITS, STREET_DIGITS = 6, 9


@dataclass(frozen=True)
class Person:
    """What the rules need to know; ID number, phone and address stay sealed in the database.

    Of a closed account it is unknown where the home was. Whoever left and came back has another
    account, with the ``earlier_id`` of the one before.
    """

    person_id: UUID
    state: PersonState
    name: str
    birth_date: date
    street: str
    latitude: float | None
    longitude: float | None
    willing_and_healthy: bool
    school: str | None
    guardian_id: UUID | None
    document: DocumentKind = DocumentKind.RESIDENT_ID_CARD
    earlier_id: UUID | None = None

    @property
    def district(self) -> str:
        return self.street[:DISTRICT_DIGITS]

    @property
    def is_verified(self) -> bool:
        return self.state is PersonState.VERIFIED

    def is_adult(self, today: date, adult_age: int) -> bool:
        return age_on(self.birth_date, today) >= adult_age


def checked_name(name: str) -> str:
    """The name without blanks around it; blanks alone are none."""
    trimmed = name.strip()
    if not trimmed:
        raise InvalidRequest(fields={"name": ["A name has letters."]})
    return trimmed


def check_street(street: str) -> None:
    """The time bank is for those who live in the city (S1)."""
    if not covers(CITY_AREA, street):
        raise InvalidRequest(fields={"street": ["This street is not in the city."]})


def check_guardian(person: Person, guardian: Person | None, today: date, adult_age: int) -> None:
    """Somebody under age needs a school and a guardian, who must be verified and adult."""
    fields = {}
    is_minor = not person.is_adult(today, adult_age)
    if is_minor and not person.school:
        fields["school"] = ["Somebody under age names a school."]
    if is_minor and person.guardian_id is None:
        fields["guardian_id"] = ["Somebody under age names a guardian."]
    elif person.guardian_id is not None and not may_guard(guardian, today, adult_age):
        fields["guardian_id"] = ["The guardian must be a verified adult with an account."]
    if fields:
        raise GuardianRequired(fields={**fields, "adult_age": adult_age})


def may_guard(guardian: Person | None, today: date, adult_age: int) -> bool:
    return guardian is not None and guardian.is_verified and guardian.is_adult(today, adult_age)


def check_open(person: Person) -> None:
    """Nothing is done any more with an account that has been closed."""
    if person.state is PersonState.CLOSED:
        raise AccountClosed


def check_verified(*people: Person) -> None:
    if not all(person.is_verified for person in people):
        raise NotVerified


def check_role_area(role: Role, area: str) -> None:
    """A role is held where it makes sense: the city's in the city, a district's in a district."""
    in_city = covers(CITY_AREA, area)
    fits = {
        Role.AGENCY_CLERK: in_city and area != CITY_AREA,
        Role.STREET_OFFICER: in_city and len(area) == STREET_DIGITS,
        Role.DISTRICT_OFFICER: in_city and area != CITY_AREA and len(area) == DISTRICT_DIGITS,
        Role.CITY_OFFICER: area == CITY_AREA,
        Role.OPERATOR: in_city,
    }
    if not fits[role]:
        raise InvalidRequest(fields={"area": [f"The role {role} cannot be held there."]})


def registered_facts(person: Person) -> dict[str, Any]:
    """What person.registered tells."""
    return {
        "district": person.district,
        "person_id": person.person_id,
        "birth_date": person.birth_date,
        "street": person.street,
        "guardian_id": person.guardian_id,
    }


def verified_facts(person: Person, verified_by: UUID | None) -> dict[str, Any]:
    """What person.verified tells."""
    return {
        **registered_facts(person),
        "name": person.name,
        "home": {"latitude": person.latitude, "longitude": person.longitude},
        "willing_and_healthy": person.willing_and_healthy,
        "verified_by": verified_by,
    }
