"""What changes about a person: the phone, the home, what was declared."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.identity.domain.people import Person
from services.identity.storage.blind_indexes import ID_NUMBER, PHONE, add_indexes, drop_indexes
from services.identity.storage.tables import PersonRow
from services.identity.storage.vault import Vault


def save_phone(session: Session, vault: Vault, person_id: UUID, phone: str) -> None:
    """Raises AlreadyRegistered when the number is somebody else's."""
    drop_indexes(session, person_id, PHONE)
    add_indexes(session, vault, [(person_id, PHONE, phone)])
    set_columns(session, person_id, sealed_phone=vault.seal(phone, "phone", person_id))


def save_details(
    session: Session, vault: Vault, person: Person, id_number: str, other_number: bool
) -> None:
    """Name, card and what the number says. Raises AlreadyRegistered when it is somebody else's."""
    owner = person.person_id
    if other_number:
        drop_indexes(session, owner, ID_NUMBER)
        add_indexes(session, vault, [(owner, ID_NUMBER, id_number)])
    set_columns(
        session,
        owner,
        name=person.name,
        birth_date=person.birth_date,
        document=person.document,
        sealed_id_number=vault.seal(id_number, "id_number", owner),
    )


def save_home(
    session: Session,
    vault: Vault,
    person: Person,
    street: str,
    address: str,
    latitude: float,
    longitude: float,
) -> Person:
    """The person as they live now."""
    sealed = vault.seal(address, "address", person.person_id)
    set_columns(
        session,
        person.person_id,
        street=street,
        sealed_address=sealed,
        latitude=latitude,
        longitude=longitude,
    )
    return replace(person, street=street, latitude=latitude, longitude=longitude)


def save_willing(session: Session, person: Person, willing: bool) -> Person:
    set_columns(session, person.person_id, willing_and_healthy=willing)
    return replace(person, willing_and_healthy=willing)


def set_columns(session: Session, person_id: UUID, **columns: Any) -> None:
    session.execute(update(PersonRow).where(PersonRow.person_id == person_id).values(**columns))
