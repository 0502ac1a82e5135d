"""Who may do what with a selection; each raises Unauthenticated or Forbidden."""

from collections.abc import Collection
from uuid import UUID

from services.identity.contract import Role
from services.kernel.caller import Caller
from services.kernel.contract import CITY_AREA, Forbidden
from services.rating.domain.rights import signed_in


def is_officer(caller: Caller, area: str) -> bool:
    """The city's officer for the city's selections, the district's for the district's."""
    role = Role.CITY_OFFICER if area == CITY_AREA else Role.DISTRICT_OFFICER
    return caller.holds(role, area)


def require_officer(caller: Caller, area: str) -> UUID:
    person_id = signed_in(caller)
    if not is_officer(caller, area):
        raise Forbidden
    return person_id


def require_decider(caller: Caller, area: str, jury: Collection[UUID]) -> UUID:
    """An officer who is not of the jury."""
    person_id = require_officer(caller, area)
    if person_id in jury:
        raise Forbidden("Who votes does not decide.")
    return person_id


def require_member(caller: Caller, jury: Collection[UUID]) -> UUID:
    """A member of the jury who holds a role, wherever that is."""
    person_id = signed_in(caller)
    if person_id not in jury or not caller.roles:
        raise Forbidden
    return person_id


def require_nominator(caller: Caller, area: str, leads: Collection[UUID]) -> UUID:
    """An officer of the selection's area, or who leads the candidate's organisation today."""
    person_id = signed_in(caller)
    if person_id not in leads and not is_officer(caller, area):
        raise Forbidden
    return person_id


def may_see_selection(caller: Caller, area: str, jury: Collection[UUID]) -> None:
    """The area's officers, the city's, and the jury."""
    person_id = signed_in(caller)
    if not may_list(caller, area) and person_id not in jury:
        raise Forbidden


def may_list(caller: Caller, area: str) -> bool:
    return is_officer(caller, area) or caller.holds(Role.CITY_OFFICER, CITY_AREA)


def require_lister(caller: Caller, area: str) -> None:
    signed_in(caller)
    if not may_list(caller, area):
        raise Forbidden


def require_recounter_of(caller: Caller, area: str) -> None:
    """Whoever may see it, and operators."""
    signed_in(caller)
    if not may_list(caller, area) and not caller.holds(Role.OPERATOR, CITY_AREA):
        raise Forbidden
