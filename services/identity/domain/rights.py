"""Who may do what: one function per question, each raising Unauthenticated or Forbidden."""

from services.identity.contract import Role
from services.identity.domain.people import Person
from services.kernel.caller import Caller
from services.kernel.contract import CITY_AREA, Forbidden, Unauthenticated


def require_signed_in(caller: Caller) -> None:
    if caller.person_id is None and not caller.roles:
        raise Unauthenticated


def require_role(caller: Caller, role: Role, area: str) -> None:
    require_signed_in(caller)
    caller.require(role, area)


def require_clerk_of(caller: Caller, *people: Person) -> None:
    """A clerk over the street of one of them, and none of them: nobody vouches for themselves."""
    require_signed_in(caller)
    if is_one_of(caller, *people) or not is_clerk_of(caller, *people):
        raise Forbidden


def require_district_officer_of(caller: Caller, person: Person) -> None:
    require_role(caller, Role.DISTRICT_OFFICER, person.street)
    if is_one_of(caller, person):
        raise Forbidden


def require_may_assign(caller: Caller, role: Role, area: str) -> None:
    """City officers give any role; district officers make clerks inside their own district."""
    require_signed_in(caller)
    if caller.holds(Role.CITY_OFFICER, CITY_AREA):
        return
    if role is not Role.AGENCY_CLERK:
        raise Forbidden
    caller.require(Role.DISTRICT_OFFICER, area)


def require_may_see(caller: Caller, person: Person) -> None:
    """The person, the guardian, and the clerks and officers of the area."""
    require_signed_in(caller)
    is_close = is_one_of(caller, person) or (
        caller.person_id is not None and caller.person_id == person.guardian_id
    )
    is_officer = caller.holds(Role.DISTRICT_OFFICER, person.street) or caller.holds(
        Role.CITY_OFFICER, CITY_AREA
    )
    if not (is_close or is_officer or is_clerk_of(caller, person)):
        raise Forbidden


def require_may_claim(caller: Caller, person: Person, relative: Person) -> None:
    """One of the two, or a clerk over the street of either."""
    require_signed_in(caller)
    if not (is_one_of(caller, person, relative) or is_clerk_of(caller, person, relative)):
        raise Forbidden


def is_one_of(caller: Caller, *people: Person) -> bool:
    return caller.person_id in {person.person_id for person in people}


def is_clerk_of(caller: Caller, *people: Person) -> bool:
    return any(caller.holds(Role.AGENCY_CLERK, person.street) for person in people)
