"""Bring many people into identity at once: the demonstration city, or a hand-over from elsewhere.

Rows and events are the same as those of the service; call it with one transaction for each batch.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.identity.contract import (
    Declaration,
    KinshipConfirmed,
    PersonRegistered,
    PersonVerified,
    Relation,
    Role,
)
from services.identity.declarations import texts
from services.identity.domain.declarations import in_force
from services.identity.domain.id_number import parse_id_number
from services.identity.domain.kinship import Kinship, KinshipState, check_plausible
from services.identity.domain.people import (
    Person,
    check_role_area,
    check_street,
    registered_facts,
    verified_facts,
)
from services.identity.domain.phones import normalise_phone
from services.identity.domain.states import PersonState
from services.identity.passwords import hash_password
from services.identity.storage.declarations import acceptance_values, add_acceptances
from services.identity.storage.people import (
    Private,
    add_people,
    get_person,
    row_values,
)
from services.identity.storage.tables import KinshipRow, RoleRow
from services.identity.storage.vault import Vault
from services.kernel.calendar import city_date
from services.kernel.settings import Settings


__all__ = ["NewKinship", "NewPerson", "hash_password", "load_kinships", "load_people"]

# Called as record(session, EventClass, **facts), like the service's own.
Record = Callable[..., None]


@dataclass(frozen=True)
class NewPerson:
    """A person who comes verified; ``verified_by`` is None for the first ones of all."""

    person_id: UUID
    name: str
    id_number: str
    phone: str | None
    password_hash: str | None
    street: str
    address: str
    latitude: float
    longitude: float
    willing_and_healthy: bool = True
    school: str | None = None
    guardian_id: UUID | None = None
    roles: tuple[tuple[Role | str, str], ...] = ()
    verified_by: UUID | None = None


@dataclass(frozen=True)
class NewKinship:
    """A confirmed kinship: ``relative_id`` is the ``relation`` of ``person_id``."""

    kinship_id: UUID
    person_id: UUID
    relative_id: UUID
    relation: Relation
    confirmed_by: UUID


def vault_of_environment() -> Vault:
    return Vault.of(Settings.from_environment("data_key"))


def load_people(
    session: Session,
    people: Iterable[NewPerson],
    now: datetime,
    record: Record,
    vault: Vault | None = None,
) -> None:
    """Add verified people with their roles, and tell of each; guardians come before their wards.

    All or none: raises InvalidIdNumber, AlreadyRegistered or InvalidRequest for the whole batch.
    Without a vault, the data key comes from the environment.
    """
    vault = vault or vault_of_environment()
    rows: list[tuple[dict[str, Any], Private]] = []
    roles: list[dict[str, Any]] = []
    told: list[tuple[Person, UUID | None]] = []
    for new in people:
        person, private = verified_person(new, now)
        rows.append((row_values(vault, person, private, now, new.verified_by), private))
        roles.extend(role_rows(new, now))
        told.append((person, new.verified_by))
    add_people(session, vault, rows)
    add_acceptances(session, declared_rows((person for person, _ in told), now))
    if roles:
        session.execute(insert(RoleRow), roles)
    for person, verified_by in told:
        record(session, PersonRegistered, **registered_facts(person))
        record(session, PersonVerified, **verified_facts(person, verified_by))


def declared_rows(people: Iterable[Person], now: datetime) -> list[dict[str, Any]]:
    """Volunteers come with their declaration, pupils with the guardian's consent too."""
    asked = in_force(texts(), city_date(now))
    rows = []
    for person in people:
        if person.willing_and_healthy:
            by = {Declaration.WILLING_AND_HEALTHY: person.person_id}
            if person.guardian_id is not None:
                by[Declaration.GUARDIAN_CONSENT] = person.guardian_id
            rows += [
                acceptance_values(
                    person.person_id, declaration, asked[declaration].version, now, of
                )
                for declaration, of in by.items()
            ]
    return rows


def verified_person(new: NewPerson, now: datetime) -> tuple[Person, Private]:
    check_street(new.street)
    id_number = parse_id_number(new.id_number, city_date(now))
    person = Person(
        person_id=new.person_id,
        state=PersonState.VERIFIED,
        name=new.name,
        birth_date=id_number.birth_date,
        street=new.street,
        latitude=new.latitude,
        longitude=new.longitude,
        willing_and_healthy=new.willing_and_healthy,
        school=new.school,
        guardian_id=new.guardian_id,
        document=id_number.kinds[0],
    )
    phone = normalise_phone(new.phone) if new.phone else None
    return person, Private(id_number.number, phone, new.address, new.password_hash)


def role_rows(new: NewPerson, now: datetime) -> list[dict[str, Any]]:
    rows = []
    for name, area in new.roles:
        role = Role(name)
        check_role_area(role, area)
        rows.append(
            {
                "person_id": new.person_id,
                "role": role,
                "area": area,
                "assigned_at": now,
                "assigned_by": new.verified_by,
            }
        )
    return rows


def load_kinships(
    session: Session, kinships: Sequence[NewKinship], now: datetime, record: Record
) -> None:
    """Add confirmed kinships between people who are there, and tell of each. All or none."""
    for new in kinships:
        told = Kinship(new.person_id, new.relative_id, Relation(new.relation))
        person = get_person(session, told.person_id)
        relative = get_person(session, told.relative_id)
        check_plausible(told, person.birth_date, relative.birth_date)
        stored = told.canonical()
        session.execute(
            insert(KinshipRow).values(
                kinship_id=new.kinship_id,
                **vars(stored),
                state=KinshipState.CONFIRMED,
                claimed_at=now,
                claimed_by=new.confirmed_by,
                confirmed_at=now,
                confirmed_by=new.confirmed_by,
            )
        )
        record(
            session,
            KinshipConfirmed,
            district=(person if stored.person_id == person.person_id else relative).district,
            kinship_id=new.kinship_id,
            **vars(stored),
            confirmed_by=new.confirmed_by,
        )
