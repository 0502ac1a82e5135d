"""Bring many people into identity at once: the demonstration city, or a hand-over from elsewhere.

Rows and events are the same as those of the service; call it with one transaction for each batch.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.identity import memberships
from services.identity.contract import (
    Declaration,
    GuardianshipConfirmed,
    GuardianshipKind,
    MembershipState,
    Paper,
    PersonRegistered,
    PersonVerified,
    Relation,
    Role,
    SpecialGroup,
    VerificationWay,
    Way,
)
from services.identity.declarations import texts
from services.identity.domain.declarations import in_force
from services.identity.domain.family import Change, Standing, change
from services.identity.domain.group_rules import GroupRules
from services.identity.domain.guardianship import GuardianshipState
from services.identity.domain.id_number import parse_id_number
from services.identity.domain.kinship import Kinship, KinshipState, check_plausible
from services.identity.domain.memberships import Term
from services.identity.domain.people import (
    Person,
    check_role_area,
    check_street,
    registered_facts,
)
from services.identity.domain.phones import normalise_phone
from services.identity.domain.states import PersonState
from services.identity.domain.verification import Step, verification_facts
from services.identity.passwords import hash_password
from services.identity.standing_in import GUARDIANSHIP
from services.identity.storage.declarations import acceptance_values, add_acceptances
from services.identity.storage.guardianships import add_confirmed
from services.identity.storage.kinships import family_around, lock_kinships
from services.identity.storage.memberships import add_membership
from services.identity.storage.people import (
    Private,
    add_people,
    get_person,
    row_values,
)
from services.identity.storage.tables import KinshipRow, RoleRow
from services.identity.storage.vault import Vault
from services.identity.storage.verification import add_steps
from services.identity.telling import tell_change
from services.kernel.calendar import city_date
from services.kernel.caller import Call, Caller
from services.kernel.settings import Settings


__all__ = [
    "NewKinship",
    "NewMembership",
    "NewPerson",
    "hash_password",
    "load_kinships",
    "load_memberships",
    "load_people",
]

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
class NewMembership:
    """That an elder belongs to a special group: entered by one, approved by another."""

    membership_id: UUID
    person_id: UUID
    group: SpecialGroup
    evidence: str
    entered_by: UUID
    approved_by: UUID


@dataclass(frozen=True)
class NewKinship:
    """A confirmed kinship: ``relative_id`` is the ``relation`` of ``person_id``."""

    kinship_id: UUID
    person_id: UUID
    relative_id: UUID
    relation: Relation
    confirmed_by: UUID
    paper: Paper = Paper.HOUSEHOLD_REGISTER


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
    brought_in = VerificationWay.BROUGHT_IN
    add_steps(
        session, [(p.person_id, Step(p.state, now, brought_in, acted_by=by)) for p, by in told]
    )
    for person, verified_by in told:
        record(session, PersonRegistered, **registered_facts(person))
        record(session, PersonVerified, **verification_facts(person, verified_by, brought_in))
    load_guardianships(session, told, now, record)


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


def load_guardianships(
    session: Session, people: Iterable[tuple[Person, UUID | None]], now: datetime, record: Record
) -> None:
    """Pupils come with a confirmed guardian, by whoever verified them."""
    wards = [(ward, acted_by) for ward, acted_by in people if ward.guardian_id is not None]
    rows = [guardianship_row(ward, acted_by, now) for ward, acted_by in wards]
    add_confirmed(session, rows)
    for (ward, acted_by), row in zip(wards, rows, strict=True):
        facts = {name: row[name] for name in GUARDIANSHIP}
        record(
            session,
            GuardianshipConfirmed,
            district=ward.district,
            **facts,
            confirmed_by=acted_by,
        )


def guardianship_row(ward: Person, acted_by: UUID | None, now: datetime) -> dict[str, Any]:
    return {
        "guardianship_id": uuid5(ward.person_id, str(ward.guardian_id)),
        "ward_id": ward.person_id,
        "guardian_id": ward.guardian_id,
        "kind": GuardianshipKind.MINOR,
        "state": GuardianshipState.CONFIRMED,
        "named_at": now,
        "named_by": ward.person_id,
        "confirmed_at": now,
        "confirmed_by": acted_by,
        "confirmed_way": Way.PAPER_SEEN,
        "paper": Paper.HOUSEHOLD_REGISTER,
    }


def load_kinships(
    session: Session, kinships: Sequence[NewKinship], now: datetime, record: Record
) -> None:
    """Add confirmed kinships between people who are there, and tell of what follows from them.

    All or none, at once with no other change of kinship; like the service's own, but that the
    clerks are trusted to have brought nothing that contradicts.
    """
    if not kinships:
        return
    lock_kinships(session)
    edges = [standing(session, new) for new in kinships]
    pairs = [(edge.kinship.person_id, edge.kinship.relative_id) for edge in edges]
    before = family_around(session, {one for pair in pairs for one in pair}, most=None)
    session.execute(
        insert(KinshipRow),
        [kinship_row(new, edge, now) for new, edge in zip(kinships, edges, strict=True)],
    )
    told = change(before, before.plus(*edges))
    confirmed_by = {new.kinship_id: new.confirmed_by for new in kinships}
    for tie in told.brought:
        of_edge = next(edge for edge in tie.path if edge.kinship_id in confirmed_by)
        acted_by = confirmed_by[of_edge.kinship_id]
        tell_change(record, session, Change((tie,), ()), acted_by)


def standing(session: Session, new: NewKinship) -> Standing:
    told = Kinship(new.person_id, new.relative_id, Relation(new.relation))
    person = get_person(session, told.person_id)
    relative = get_person(session, told.relative_id)
    check_plausible(told, person.birth_date, relative.birth_date)
    return Standing(new.kinship_id, told.canonical())


def kinship_row(new: NewKinship, edge: Standing, now: datetime) -> dict[str, Any]:
    return {
        "kinship_id": new.kinship_id,
        **vars(edge.kinship),
        "state": KinshipState.CONFIRMED,
        "claimed_at": now,
        "claimed_by": new.confirmed_by,
        "confirmed_at": now,
        "confirmed_by": new.confirmed_by,
        "confirmed_way": Way.PAPER_SEEN,
        "paper": new.paper,
    }


def load_memberships(
    session: Session,
    new_ones: Iterable[NewMembership],
    now: datetime,
    record: Record,
    vault: Vault,
    rules: GroupRules,
) -> None:
    """Enter elders into special groups, each approved by another than who entered it, and tell."""
    for new in new_ones:
        person = get_person(session, new.person_id)
        row = add_membership(
            session,
            vault,
            new.person_id,
            new.group,
            new.evidence,
            Term(None, None),
            MembershipState.APPLIED,
            now,
            new.entered_by,
            membership_id=new.membership_id,
        )
        if row is not None:
            call = Call(now, Caller(new.approved_by))
            memberships.approve(record, session, row, person, call, rules)
