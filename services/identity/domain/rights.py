"""Who may do what: one function per question, each raising Unauthenticated or Forbidden."""

from uuid import UUID

from services.identity.contract import ClosingReason, Declaration, Role
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


def require_staff_of(caller: Caller, person: Person) -> None:
    """A clerk of the street, an officer of the district or the city; not the person themselves."""
    require_signed_in(caller)
    is_officer = caller.holds(Role.DISTRICT_OFFICER, person.street) or caller.holds(
        Role.CITY_OFFICER, CITY_AREA
    )
    if is_one_of(caller, person) or not (is_officer or is_clerk_of(caller, person)):
        raise Forbidden


def require_oneself(caller: Caller, person: Person) -> None:
    require_signed_in(caller)
    if not is_one_of(caller, person):
        raise Forbidden


def require_district_officer_of(caller: Caller, person: Person) -> None:
    require_role(caller, Role.DISTRICT_OFFICER, person.street)
    if is_one_of(caller, person):
        raise Forbidden


def require_may_assign(caller: Caller, role: Role, area: str) -> None:
    """City officers give and take any role; a district's those of its own streets."""
    require_signed_in(caller)
    if caller.holds(Role.CITY_OFFICER, CITY_AREA):
        return
    if role not in (Role.AGENCY_CLERK, Role.STREET_OFFICER):
        raise Forbidden
    caller.require(Role.DISTRICT_OFFICER, area)


def require_may_see(caller: Caller, person: Person) -> None:
    """The person, the guardian, and the clerks and officers of the area."""
    require_signed_in(caller)
    is_close = is_one_of(caller, person) or is_guardian_of(caller, person)
    is_officer = caller.holds(Role.DISTRICT_OFFICER, person.street) or caller.holds(
        Role.CITY_OFFICER, CITY_AREA
    )
    if not (is_close or is_officer or is_clerk_of(caller, person)):
        raise Forbidden


def require_may_change(caller: Caller, person: Person) -> UUID:
    """The person, the guardian, or a clerk over the street; who acts is returned."""
    acted_by = acting(caller)
    if not (is_one_of(caller, person) or is_guardian_of(caller, person)):
        require_clerk_of(caller, person)
    return acted_by


def require_may_declare(caller: Caller, person: Person, declaration: Declaration) -> UUID:
    """Whoever may change the record; but the guardian's consent is not the pupil's to give."""
    if declaration is Declaration.GUARDIAN_CONSENT and is_one_of(caller, person):
        raise Forbidden
    return require_may_change(caller, person)


def require_may_close(caller: Caller, person: Person, reason: ClosingReason) -> UUID:
    """Leaving: the person, or a clerk over the street. Death: the clerk, or a district officer."""
    acted_by = acting(caller)
    if reason is ClosingReason.LEAVING and is_one_of(caller, person):
        return acted_by
    if reason is ClosingReason.DEATH and caller.holds(Role.DISTRICT_OFFICER, person.street):
        require_district_officer_of(caller, person)
    else:
        require_clerk_of(caller, person)
    return acted_by


def require_may_reveal(caller: Caller, person: Person) -> tuple[UUID, Role]:
    """A clerk over the street or an officer of the district, never of themselves; in which role."""
    read_by = acting(caller)
    for role in (Role.AGENCY_CLERK, Role.DISTRICT_OFFICER):
        if read_by != person.person_id and caller.holds(role, person.street):
            return read_by, role
    raise Forbidden


def require_self_or_guardian(caller: Caller, person: Person) -> None:
    """What is held on somebody, and who read it, is for them; of a pupil for the guardian too."""
    require_signed_in(caller)
    if not (is_one_of(caller, person) or is_guardian_of(caller, person)):
        raise Forbidden


def acting(caller: Caller) -> UUID:
    if caller.person_id is None:
        raise Unauthenticated
    return caller.person_id


def require_may_claim(caller: Caller, person: Person, relative: Person) -> None:
    """One of the two, or a clerk over the street of either."""
    require_signed_in(caller)
    if not (is_one_of(caller, person, relative) or is_clerk_of(caller, person, relative)):
        raise Forbidden


def is_one_of(caller: Caller, *people: Person) -> bool:
    return caller.person_id in {person.person_id for person in people}


def is_guardian_of(caller: Caller, person: Person) -> bool:
    return caller.person_id is not None and caller.person_id == person.guardian_id


def is_clerk_of(caller: Caller, *people: Person) -> bool:
    return any(caller.holds(Role.AGENCY_CLERK, person.street) for person in people)
