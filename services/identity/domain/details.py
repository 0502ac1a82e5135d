"""Another name or card: what has changed, and whether it may."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.identity.domain.people import Person, check_guardian
from services.kernel.contract import InvalidRequest


def check_asked(request: Mapping[str, Any]) -> None:
    if all(request[name] is None for name in ("name", "id_number", "document")):
        raise InvalidRequest(fields={"name": ["Name what is to change."]})


def changed(before: Person, after: Person, other_number: bool) -> set[str]:
    """Which of the fields that a verification is about are others now; the card is its number's."""
    fields = set()
    if after.name != before.name:
        fields.add("name")
    if other_number or after.document is not before.document:
        fields.add("id_number")
    return fields


def check_age(after: Person, guardian: Person | None, today: date, adult_age: int) -> None:
    """Whoever is a minor by the new number needs what every minor needs."""
    if not after.is_adult(today, adult_age):
        check_guardian(after, guardian, today, adult_age)
