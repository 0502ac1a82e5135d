"""What callers are shown: personal data masked unless it is their own."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from services.identity.contract import Declaration, SpecialGroup
from services.identity.domain.id_number import mask_id_number
from services.identity.domain.people import Person
from services.identity.domain.phones import mask_phone
from services.identity.storage.kinships import kinship_from
from services.identity.storage.people import Private
from services.identity.storage.tables import KinshipRow


def person(
    person: Person,
    private: Private,
    groups: Iterable[SpecialGroup],
    missing: Iterable[Declaration] = (),
    to_self: bool = False,
) -> dict[str, Any]:
    """One person's record; only they themselves see their whole phone number.

    The answers to commands are kept for repeats, so they are masked whoever asks.
    """
    phone = private.phone
    return {
        "person_id": person.person_id,
        "state": person.state,
        "name": person.name,
        "document": person.document,
        "id_number": mask_id_number(private.id_number) if private.id_number else None,
        "phone": phone if to_self or phone is None else mask_phone(phone),
        "birth_date": person.birth_date,
        "district": person.district,
        "street": person.street,
        "willing_and_healthy": person.willing_and_healthy,
        "school": person.school,
        "guardian_id": person.guardian_id,
        "special_groups": list(groups),
        "missing_declarations": list(missing),
    }


def kinship(row: KinshipRow, seen_from: UUID) -> dict[str, Any]:
    """A kinship as one of the two would tell it."""
    seen = kinship_from(row).seen_from(seen_from)
    return {"kinship_id": row.kinship_id, **vars(seen), "state": row.state}
