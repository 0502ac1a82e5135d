"""People of the city as rows and events of identity; loading goes on where it stopped."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from deploy.city.people import CityPerson, Population
from deploy.city.policy import load_policy
from services.identity.bulk import (
    NewKinship,
    NewMembership,
    NewPerson,
    hash_password,
    load_kinships,
    load_memberships,
    load_people,
    vault_of_environment,
)
from services.identity.contract import AlreadyRegistered, Role
from services.identity.domain.group_rules import GroupRules
from services.identity.storage.people import find_person
from services.identity.storage.tables import PersonRow
from services.identity.storage.vault import Vault
from services.kernel.calendar import age_at
from services.kernel.caller import Call
from services.kernel.contract import Error, Event
from services.kernel.outbox import record


BATCH = 500


class AnotherCity(Error):
    """The database holds other people: a city of another seed, or one that is in use already."""

    code, status = "another_city", 409


def count_loaded(session: Session, population: Population, size: int) -> int:
    """How many of the first ``size`` people are there: they come in order, so halving finds it.

    Raises AnotherCity when there are people, but not the first of these.
    """
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        if find_person(session, population.person_id(middle)):
            low = middle + 1
        else:
            high = middle
    if low == 0 and session.scalar(select(func.count()).select_from(PersonRow)):
        raise AnotherCity
    return low


def bring_in(
    database: sessionmaker[Session],
    population: Population,
    size: int,
    start: int,
    progress: Callable[[int], None],
) -> None:
    """Add people ``start`` to ``size``, each batch with its kin and groups or not at all."""
    password_hash = hash_password(population.city.words["password"])
    vault = vault_of_environment()
    people = population.people(size, start)
    while batch := list(islice(people, BATCH)):
        with database.begin() as session:
            add_batch(session, population, batch, password_hash, vault, datetime.now(UTC))
        progress(batch[-1].number + 1)


def add_batch(
    session: Session,
    population: Population,
    batch: list[CityPerson],
    password_hash: str,
    vault: Vault,
    now: datetime,
) -> None:
    def tell(session: Session, event: type[Event], **facts: Any) -> None:
        record(session, event, Call(now), **facts)

    newcomers = [newcomer(population, person, password_hash) for person in batch]
    try:
        load_people(session, newcomers, now, tell, vault)
    except AlreadyRegistered as error:
        raise AnotherCity from error
    load_kinships(session, list(kinships(population, batch)), now, tell)
    rules = GroupRules.from_values(load_policy()["values"])
    load_memberships(session, memberships(population, batch, rules, now), now, tell, vault, rules)


def memberships(
    population: Population, batch: list[CityPerson], rules: GroupRules, now: datetime
) -> Iterable[NewMembership]:
    """Applied for at the desk of the street, approved by the district."""
    for person in batch:
        group = person.special_group
        if group is None or age_at(person.born, now) < rules.youngest(group):
            continue
        assert person.verified_by is not None, "elders were verified by a clerk"
        officer = population.staff_number(Role.DISTRICT_OFFICER, person.district)
        yield NewMembership(
            membership_id=uuid5(person.person_id, group),
            person_id=person.person_id,
            group=group,
            evidence=population.city.words["words"]["evidence"],
            entered_by=population.person_id(person.verified_by),
            approved_by=population.person_id(officer),
        )


def newcomer(population: Population, person: CityPerson, password_hash: str) -> NewPerson:
    def id_of(number: int | None) -> Any:
        return None if number is None else population.person_id(number)

    return NewPerson(
        person_id=person.person_id,
        name=person.name,
        id_number=person.id_number,
        phone=person.phone,
        password_hash=password_hash,
        street=person.street,
        address=person.address,
        latitude=person.latitude,
        longitude=person.longitude,
        willing_and_healthy=person.volunteers,
        school=person.school,
        guardian_id=id_of(person.guardian),
        roles=person.roles,
        verified_by=id_of(person.verified_by),
    )


def kinships(population: Population, batch: Iterable[CityPerson]) -> Iterable[NewKinship]:
    for person in batch:
        for kin in person.kin:
            assert person.verified_by is not None, "whoever has kin was verified by a clerk"
            yield NewKinship(
                kinship_id=population.kinship_id(person.number, kin),
                person_id=person.person_id,
                relative_id=population.person_id(kin.relative),
                relation=kin.relation,
                confirmed_by=population.person_id(person.verified_by),
            )
