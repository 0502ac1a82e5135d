"""People and their roles: loaded as domain values, saved with their data sealed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.contract import AlreadyRegistered, OrganisationState, Role, StaffState
from services.identity.domain.people import Person
from services.identity.domain.states import PersonState, moved
from services.identity.storage.blind_indexes import (
    ID_NUMBER,
    PHONE,
    add_indexes,
    find_person_id,
)
from services.identity.storage.tables import PersonRow, RoleRow
from services.identity.storage.tables_organisations import OrganisationRow, StaffRow
from services.identity.storage.vault import Vault
from services.kernel.caller import RoleIn
from services.kernel.contract import NotFound


@dataclass(frozen=True)
class Private:
    """What is sealed of a person, opened; and the password's hash.

    Of a closed account phone and address are gone, and later the ID number too.
    """

    id_number: str | None
    phone: str | None
    address: str | None
    password_hash: str | None = None


@dataclass(frozen=True)
class Credentials:
    """What logging in needs to know of a person."""

    person: Person
    password_hash: str | None


def person_from(row: PersonRow) -> Person:
    return Person(
        person_id=row.person_id,
        state=row.state,
        name=row.name,
        birth_date=row.birth_date,
        street=row.street,
        latitude=row.latitude,
        longitude=row.longitude,
        willing_and_healthy=row.willing_and_healthy,
        school=row.school,
        guardian_id=row.guardian_id,
        document=row.document,
        earlier_id=row.earlier_id,
    )


def find_person(session: Session, person_id: UUID | None) -> Person | None:
    row = session.get(PersonRow, person_id) if person_id else None
    return person_from(row) if row else None


def get_person(session: Session, person_id: UUID) -> Person:
    person = find_person(session, person_id)
    if person is None:
        raise NotFound
    return person


def lock_person(session: Session, person_id: UUID) -> Person:
    """The person as it is now, kept from others until the transaction ends."""
    row = session.get(
        PersonRow, person_id, with_for_update={"key_share": True}, populate_existing=True
    )
    if row is None:
        raise NotFound
    return person_from(row)


def was_verified(session: Session, person_id: UUID) -> bool:
    """Whether somebody was ever verified, even if they must be checked again."""
    query = select(PersonRow.verified_at).where(PersonRow.person_id == person_id)
    return session.scalar(query) is not None


def row_values(
    vault: Vault, person: Person, private: Private, now: datetime, acted_by: UUID | None
) -> dict[str, Any]:
    """The columns of a new person; somebody who comes verified was verified by ``acted_by``."""
    owner = person.person_id
    id_number, phone, address = private.id_number, private.phone, private.address
    assert id_number and address, "an account begins whole"
    verified = {"verified_at": now, "verified_by": acted_by} if person.is_verified else {}
    return {
        **vars(person),
        "sealed_id_number": vault.seal(id_number, "id_number", owner),
        "sealed_phone": vault.seal(phone, "phone", owner) if phone else None,
        "sealed_address": vault.seal(address, "address", owner),
        "password_hash": private.password_hash,
        "registered_at": now,
        "registered_by": acted_by,
        "verified_at": None,
        "verified_by": None,
        **verified,
    }


def add_people(
    session: Session, vault: Vault, people: Iterable[tuple[dict[str, Any], Private]]
) -> None:
    """All of them or none: raises AlreadyRegistered when one's ID number or phone is known."""
    rows, indexed = [], []
    for row, private in people:
        rows.append(row)
        if private.id_number:
            indexed.append((row["person_id"], ID_NUMBER, private.id_number))
        if private.phone:
            indexed.append((row["person_id"], PHONE, private.phone))
    if not rows:
        return
    new = insert(PersonRow).on_conflict_do_nothing().returning(PersonRow.person_id)
    if len(session.execute(new, rows).all()) != len(rows):
        raise AlreadyRegistered
    add_indexes(session, vault, indexed)


def open_private(session: Session, vault: Vault, person_id: UUID) -> Private:
    row = session.get_one(PersonRow, person_id, populate_existing=True)

    def opened(sealed: str | None, field: str) -> str | None:
        return vault.open(sealed, field, person_id) if sealed else None

    return Private(
        id_number=opened(row.sealed_id_number, "id_number"),
        phone=opened(row.sealed_phone, "phone"),
        address=opened(row.sealed_address, "address"),
        password_hash=row.password_hash,
    )


def move(session: Session, person: Person, to: PersonState, **columns: Any) -> Person:
    """The only place where a person's state changes; call it with the person locked.

    ``columns`` are further columns that change with the state. Raises WrongPersonState,
    AlreadyVerified or AccountClosed for a move that does not exist.
    """
    state = moved(person.state, to)
    session.execute(
        update(PersonRow)
        .where(PersonRow.person_id == person.person_id)
        .values(state=state, **columns)
    )
    return replace(person, state=state)


def save_verified(
    session: Session, person: Person, now: datetime, verified_by: UUID | None
) -> Person:
    return move(session, person, PersonState.VERIFIED, verified_at=now, verified_by=verified_by)


def find_credentials(session: Session, vault: Vault, phone: str) -> Credentials | None:
    person_id = find_person_id(session, vault, PHONE, phone)
    row = session.get(PersonRow, person_id) if person_id else None
    return Credentials(person_from(row), row.password_hash) if row else None


def add_roles(
    session: Session,
    person_id: UUID,
    roles: Iterable[tuple[Role, str]],
    now: datetime,
    assigned_by: UUID | None,
) -> None:
    """Give roles; one that the person holds already stays as it is."""
    rows = [
        {
            "person_id": person_id,
            "role": role,
            "area": area,
            "assigned_at": now,
            "assigned_by": assigned_by,
        }
        for role, area in roles
    ]
    if rows:
        session.execute(insert(RoleRow).on_conflict_do_nothing(), rows)


def roles_of(session: Session, person_id: UUID) -> list[RoleIn]:
    """Those assigned, and those held as staff of an organisation while both are in order."""
    assigned = select(RoleRow.role, RoleRow.area).where(RoleRow.person_id == person_id)
    as_staff = (
        select(StaffRow.role, StaffRow.area)
        .join(OrganisationRow, OrganisationRow.organisation_id == StaffRow.organisation_id)
        .where(StaffRow.person_id == person_id, StaffRow.role.is_not(None))
        .where(StaffRow.state == StaffState.ACTIVE)
        .where(OrganisationRow.state == OrganisationState.CONFIRMED)
    )
    rows = [*session.execute(assigned), *session.execute(as_staff)]
    held = {RoleIn(str(role), str(area)) for role, area in rows}
    return sorted(held, key=lambda each: (each.role, each.area))
