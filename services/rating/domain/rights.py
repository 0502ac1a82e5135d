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
    if signed_in(caller) in (visit.elder_id, visit.volunteer_id):
        return
    if not (
        caller.holds(Role.AGENCY_CLERK, visit.street)
        or caller.holds(Role.DISTRICT_OFFICER, visit.district)
        or caller.holds(Role.CITY_OFFICER, CITY_AREA)
    ):
        raise Forbidden
