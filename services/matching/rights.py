"""Who may see and do what in matching; each raises Unauthenticated or Forbidden."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from services.identity.contract import Role, Scope
from services.kernel.caller import Caller
from services.kernel.contract import CITY_AREA, Forbidden, Unauthenticated
from services.matching.domain.acting import Power, is_agent


def signed_in(caller: Caller) -> UUID:
    if caller.person_id is None:
        raise Unauthenticated
    return caller.person_id


def is_staff(caller: Caller, street: str) -> bool:
    """A clerk of the street, an officer of the district or of the city."""
    return any(
        caller.holds(role, street)
        for role in (Role.AGENCY_CLERK, Role.DISTRICT_OFFICER, Role.CITY_OFFICER)
    )


def is_clerk(caller: Caller, street: str) -> bool:
    return caller.holds(Role.AGENCY_CLERK, street)


def may_act_for(
    caller: Caller,
    elder_id: UUID,
    street: str,
    powers: Iterable[Power],
    now: datetime,
    scope: Scope = Scope.REQUESTS,
) -> UUID:
    """The elder, their agent, or an agency's clerk for an elder of the street (S15).

    ``powers`` are the caller's over the elder. Who acts is returned.
    """
    acted_by = signed_in(caller)
    if acted_by != elder_id and not is_agent(powers, scope, now):
        caller.require(Role.AGENCY_CLERK, street)
    return acted_by


def may_see(caller: Caller, street: str, *parties: UUID | None) -> None:
    """Those whom it concerns, and the staff of the place."""
    if signed_in(caller) not in parties and not is_staff(caller, street):
        raise Forbidden


def may_see_address(caller: Caller, street: str, elder_id: UUID, volunteer_id: UUID | None) -> bool:
    """The door is for the elder, the street's agency, and the volunteer who comes."""
    concerned = signed_in(caller) in (elder_id, volunteer_id)
    return concerned or caller.holds(Role.AGENCY_CLERK, street)


def must_be(caller: Caller, person_id: UUID) -> None:
    if signed_in(caller) != person_id:
        raise Forbidden


def may_decide(caller: Caller, street: str, *parties: UUID | None, is_agent: bool = False) -> UUID:
    """A clerk of the street who took no part in the visit and stands for neither side."""
    decided_by = signed_in(caller)
    caller.require(Role.AGENCY_CLERK, street)
    return took_no_part(decided_by, *parties, is_agent=is_agent)


def may_settle(caller: Caller, street: str, *parties: UUID | None, is_agent: bool = False) -> UUID:
    """The same, or an officer of the district: a street's only clerk may have taken part."""
    settled_by = signed_in(caller)
    if not caller.holds(Role.DISTRICT_OFFICER, street):
        caller.require(Role.AGENCY_CLERK, street)
    return took_no_part(settled_by, *parties, is_agent=is_agent)


def took_no_part(decided_by: UUID, *parties: UUID | None, is_agent: bool = False) -> UUID:
    if is_agent or decided_by in parties:
        raise Forbidden("Nobody decides about a visit they took part in.")
    return decided_by


def may_list_reviews(caller: Caller, area: str) -> None:
    signed_in(caller)
    if not caller.holds(Role.AGENCY_CLERK, area):
        caller.require(Role.DISTRICT_OFFICER, area)


def may_review(caller: Caller, street: str, is_agent: bool, *parties: UUID) -> UUID:
    """A clerk of the street, or the district's officer where the only clerk has submitted it."""
    reviewed_by = signed_in(caller)
    may_list_reviews(caller, street)
    if is_agent or reviewed_by in parties:
        raise Forbidden("Nobody reviews what they asked for.")
    return reviewed_by


def may_organise(caller: Caller, street: str, is_programme: bool) -> UUID:
    """A clerk of the street sets up activities there; an officer what the district pays for."""
    organised_by = signed_in(caller)
    if not (is_programme and caller.holds(Role.DISTRICT_OFFICER, street[:6])):
        caller.require(Role.AGENCY_CLERK, street)
    return organised_by


def may_mark_absent(caller: Caller, street: str, volunteer_id: UUID | None) -> None:
    """Whoever leads the activity, or a clerk of the street."""
    if signed_in(caller) != volunteer_id:
        caller.require(Role.AGENCY_CLERK, street)


def may_change_items(caller: Caller, district: str) -> UUID:
    """A district's items are its officers', the city's are the city's officers' (S6)."""
    decided_by = signed_in(caller)
    role = Role.CITY_OFFICER if district == CITY_AREA else Role.DISTRICT_OFFICER
    caller.require(role, district)
    return decided_by


def may_operate(caller: Caller) -> None:
    signed_in(caller)
    if not caller.holds(Role.OPERATOR, CITY_AREA):
        caller.require(Role.CITY_OFFICER, CITY_AREA)


def may_set_profile(caller: Caller, person_id: UUID, street: str) -> None:
    """The volunteer, or an agency's clerk for a volunteer of the street without a phone (S15)."""
    if signed_in(caller) != person_id:
        caller.require(Role.AGENCY_CLERK, street)


def may_plan(caller: Caller, area: str) -> UUID:
    """A clerk of the street, or an officer of the district: whoever sees to it that people come."""
    planner = signed_in(caller)
    if not caller.holds(Role.AGENCY_CLERK, area):
        caller.require(Role.DISTRICT_OFFICER, area)
    return planner
