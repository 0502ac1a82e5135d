"""What officers may decide about other people's wallets, never about their own."""

from collections.abc import Collection
from uuid import UUID

from services.identity.contract import Role
from services.kernel.caller import Caller
from services.kernel.contract import CITY_AREA, Forbidden
from services.ledger.domain.people import Person
from services.ledger.domain.rights import may_grant, signed_in


def of_the_district(caller: Caller, person_id: UUID, person: Person | None) -> UUID:
    """A district officer over the person's district; of an unknown person, any district's."""
    if signed_in(caller) == person_id:
        raise Forbidden
    return may_grant(caller, person)


def of_district_or_city(caller: Caller, person_id: UUID, person: Person | None) -> UUID:
    """A district officer over the person's district, or a city officer."""
    acted_by = signed_in(caller)
    if acted_by != person_id and caller.holds(Role.CITY_OFFICER, CITY_AREA):
        return acted_by
    return of_the_district(caller, person_id, person)


def of_the_pool(caller: Caller, pool: str, person_id: UUID, person: Person | None) -> UUID:
    """From a district's pool its officer, to the district's people; from the city's the city's."""
    acted_by = signed_in(caller)
    if acted_by == person_id:
        raise Forbidden
    if pool == CITY_AREA:
        caller.require(Role.CITY_OFFICER, CITY_AREA)
        return acted_by
    caller.require(Role.DISTRICT_OFFICER, pool)
    if person is not None and person.district != pool:
        raise Forbidden
    return acted_by


def of_anywhere(caller: Caller) -> UUID:
    """An officer of some district or of the city, who may know that there is no such thing."""
    acted_by = signed_in(caller)
    if not any(held.role in (Role.DISTRICT_OFFICER, Role.CITY_OFFICER) for held in caller.roles):
        raise Forbidden
    return acted_by


def of_the_transfer(caller: Caller, district: str | None, people: Collection[UUID]) -> UUID:
    """A city officer, or one of the district if there is one; never one whom it concerns."""
    acted_by = signed_in(caller)
    if acted_by in people:
        raise Forbidden
    if not caller.holds(Role.CITY_OFFICER, CITY_AREA):
        if district is None:
            raise Forbidden
        caller.require(Role.DISTRICT_OFFICER, district)
    return acted_by
