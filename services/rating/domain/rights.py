"""Who may see what in rating; each raises Unauthenticated or Forbidden."""

from uuid import UUID

from services.identity.contract import Role
from services.kernel.caller import Caller
from services.kernel.contract import CITY_AREA, Forbidden, Unauthenticated
from services.rating.domain.visits import Visit


def signed_in(caller: Caller) -> UUID:
    if caller.person_id is None:
        raise Unauthenticated
    return caller.person_id


def may_see_rating(caller: Caller, visit: Visit) -> None:
    """Elder and volunteer of the visit, the street's clerk, officers of the district and city."""
    if signed_in(caller) not in (visit.elder_id, visit.volunteer_id):
        require_staff_of(caller, visit)


def may_see_conditions(caller: Caller, visit: Visit) -> None:
    """The street's clerk and the officers; never those who were there, whatever their role."""
    if signed_in(caller) in (visit.elder_id, visit.volunteer_id):
        raise Forbidden
    require_staff_of(caller, visit)


def require_staff_of(caller: Caller, visit: Visit) -> None:
    if not (
        caller.holds(Role.AGENCY_CLERK, visit.street)
        or caller.holds(Role.DISTRICT_OFFICER, visit.district)
        or caller.holds(Role.CITY_OFFICER, CITY_AREA)
    ):
        raise Forbidden


def may_list_complaints(caller: Caller, area: str) -> None:
    """The clerk of the street, the officers of the district, the city's."""
    signed_in(caller)
    roles = (Role.AGENCY_CLERK, Role.DISTRICT_OFFICER, Role.CITY_OFFICER)
    if not any(caller.holds(role, area) for role in roles):
        raise Forbidden


def require_volunteer(caller: Caller, visit: Visit) -> None:
    """Whoever served, in person: nobody answers for them."""
    if signed_in(caller) != visit.volunteer_id:
        raise Forbidden


def require_recounter(caller: Caller) -> None:
    """Operators and the city's officers look whether what is kept adds up."""
    signed_in(caller)
    if not (caller.holds(Role.OPERATOR, CITY_AREA) or caller.holds(Role.CITY_OFFICER, CITY_AREA)):
        raise Forbidden


def require_clerk(caller: Caller) -> UUID:
    """Any agency's clerk; which visits they may speak of, each visit says."""
    person_id = signed_in(caller)
    if not any(role.role == Role.AGENCY_CLERK for role in caller.roles):
        raise Forbidden
    return person_id
