"""What officers may do to accounts and roles of others, never to their own."""

from collections.abc import Iterable
from uuid import UUID

from services.identity.contract import Role
from services.identity.domain.people import Person
from services.identity.domain.rights import (
    acting,
    is_one_of,
    require_may_assign,
    require_may_change,
    require_signed_in,
)
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import CITY_AREA, Forbidden


# Whoever is answerable to the city alone is stopped by the city alone.
OF_THE_CITY = frozenset((Role.DISTRICT_OFFICER, Role.CITY_OFFICER, Role.OPERATOR))


def is_officer_of(caller: Caller, place: str) -> bool:
    """An officer of the district, or of the city."""
    return caller.holds(Role.DISTRICT_OFFICER, place) or caller.holds(Role.CITY_OFFICER, CITY_AREA)


def require_officer_of(caller: Caller, place: str) -> None:
    require_signed_in(caller)
    if not is_officer_of(caller, place):
        raise Forbidden


def require_may_suspend(caller: Caller, person: Person, roles: Iterable[RoleIn]) -> None:
    """An officer of the person's district or of the city; of another officer, the city's."""
    require_signed_in(caller)
    if is_one_of(caller, person):
        raise Forbidden
    if any(held.role in OF_THE_CITY for held in roles):
        caller.require(Role.CITY_OFFICER, CITY_AREA)
    elif not is_officer_of(caller, person.street):
        raise Forbidden


def require_may_stop(caller: Caller, person: Person, roles: Iterable[RoleIn]) -> None:
    """Whatever stops an officer of the city's is the city's, or the officer's own: roles go first.

    Else a clerk could end or put off, at the desk, the account of whoever watches over clerks.
    """
    if is_one_of(caller, person) or caller.holds(Role.CITY_OFFICER, CITY_AREA):
        return
    if any(held.role in OF_THE_CITY for held in roles):
        raise Forbidden("The city takes the role back first.")


def require_may_change_phone(caller: Caller, person: Person, roles: Iterable[RoleIn]) -> UUID:
    """Whoever may change the record; of somebody with roles, only who could give each of them.

    For whoever has the phone can log in, and would act in the roles of the one whose it was.
    """
    held = tuple(roles)
    if not held or is_one_of(caller, person):
        return require_may_change(caller, person)
    for each in held:
        require_may_assign(caller, Role(each.role), each.area)
    return acting(caller)


def require_self_or_officer_of(caller: Caller, person: Person) -> None:
    require_signed_in(caller)
    if not is_one_of(caller, person) and not is_officer_of(caller, person.street):
        raise Forbidden
