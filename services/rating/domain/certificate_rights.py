"""Who may ask for, see and revoke certificates; each raises Unauthenticated or Forbidden."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from services.identity.contract import Role, Scope
from services.kernel.caller import Caller
from services.kernel.contract import CITY_AREA, Forbidden
from services.rating.domain.people import Person
from services.rating.domain.powers import Power
from services.rating.domain.rights import signed_in


def stands_for(
    powers: Iterable[Power], holder: Person | None, now: datetime, adult_age: int
) -> bool:
    """Who may see what the volunteer earned (by consent), or is the guardian, asks for them too."""
    return any(
        power.covers(Scope.SEE_WALLET, now)
        and (not power.of_minor or (holder is not None and holder.is_minor(now, adult_age)))
        for power in powers
    )


def may_hold(caller: Caller, person_id: UUID, holder: Person | None, is_agent: bool) -> UUID:
    """Ask for one and read it: oneself, who stands for them, the street's clerk, the officers."""
    acted_by = signed_in(caller)
    if acted_by != person_id and not is_agent:
        require_staff_over(caller, holder)
    return acted_by


def may_revoke(caller: Caller, person_id: UUID, holder: Person | None) -> UUID:
    """The street's clerk and the officers; never of oneself."""
    acted_by = signed_in(caller)
    if acted_by == person_id:
        raise Forbidden
    require_staff_over(caller, holder)
    return acted_by


def require_staff_over(caller: Caller, holder: Person | None) -> None:
    """Over where the volunteer lives now."""
    if caller.holds(Role.CITY_OFFICER, CITY_AREA):
        return
    roles = (Role.AGENCY_CLERK, Role.DISTRICT_OFFICER)
    if holder is None or not any(caller.holds(role, holder.street) for role in roles):
        raise Forbidden


def may_know_there_is_none(caller: Caller) -> None:
    """Staff learn that there is no such certificate; to others it is one that is not theirs."""
    signed_in(caller)
    roles = (Role.AGENCY_CLERK, Role.DISTRICT_OFFICER, Role.CITY_OFFICER)
    if not any(role.role in roles for role in caller.roles):
        raise Forbidden
