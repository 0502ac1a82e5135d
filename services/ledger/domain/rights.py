"""Who may see and do what in the ledger; each raises Unauthenticated or Forbidden."""

from uuid import UUID

from services.identity.contract import Role
from services.kernel.caller import Caller, covers
from services.kernel.contract import CITY_AREA, Forbidden, InvalidRequest, Unauthenticated
from services.ledger.domain.people import Person


def signed_in(caller: Caller) -> UUID:
    if caller.person_id is None:
        raise Unauthenticated
    return caller.person_id


def may_see(caller: Caller, person_id: UUID, person: Person | None) -> None:
    """Oneself, a clerk of the street, an officer of the district or of the city."""
    if signed_in(caller) == person_id or caller.holds(Role.CITY_OFFICER, CITY_AREA):
        return
    if person is None:
        raise Forbidden
    if caller.holds(Role.AGENCY_CLERK, person.street):
        return
    caller.require(Role.DISTRICT_OFFICER, person.district)


def may_top_up(caller: Caller, district: str) -> UUID:
    """A city officer; budgets are for the districts of the city, not for the city itself."""
    acted_by = signed_in(caller)
    caller.require(Role.CITY_OFFICER, CITY_AREA)
    caller.require(Role.CITY_OFFICER, district)
    if district == CITY_AREA:
        raise InvalidRequest(fields={"district": ["A district, not the whole city."]})
    return acted_by


def may_grant(caller: Caller, person: Person | None) -> UUID:
    """A district officer over the person's district; of an unknown person, any district's."""
    granted_by = signed_in(caller)
    if person is None:
        if not any(held.role == Role.DISTRICT_OFFICER for held in caller.roles):
            raise Forbidden
    else:
        caller.require(Role.DISTRICT_OFFICER, person.district)
    return granted_by


def may_run_grants(caller: Caller, district: str) -> UUID:
    """A district officer of that district, nobody else."""
    granted_by = signed_in(caller)
    caller.require(Role.DISTRICT_OFFICER, district)
    return granted_by


def may_run_programmes(caller: Caller, district: str) -> UUID:
    """A district officer over the programme's district, whose budget it is paid from."""
    return may_run_grants(caller, district)


def may_run_some_programmes(caller: Caller) -> None:
    """Who is a district officer anywhere may know that there is no such programme."""
    if not any(held.role == Role.DISTRICT_OFFICER for held in caller.roles):
        raise Forbidden


def may_see_programme(caller: Caller, district: str) -> None:
    """What a programme promised: a clerk within its district, an officer of it or of the city."""
    clerk = any(
        held.role == Role.AGENCY_CLERK and covers(district, held.area) for held in caller.roles
    )
    if not clerk:
        may_see_district(caller, district)


def may_decide(caller: Caller, applicant_id: UUID, district: str) -> UUID:
    """A district officer over the application's district, never on their own application."""
    decided_by = signed_in(caller)
    caller.require(Role.DISTRICT_OFFICER, district)
    if decided_by == applicant_id:
        raise Forbidden
    return decided_by


def may_keep_rewards(caller: Caller, district: str) -> UUID:
    """A city officer everywhere; a district officer the rewards of the district."""
    acted_by = signed_in(caller)
    if not all(caller.holds(Role.CITY_OFFICER, area) for area in (CITY_AREA, district)):
        caller.require(Role.DISTRICT_OFFICER, district)
    return acted_by


def may_exchange(caller: Caller, person_id: UUID, person: Person | None) -> UUID:
    """Oneself, or a clerk of the person's street."""
    acted_by = signed_in(caller)
    if acted_by != person_id:
        if person is None:
            raise Forbidden
        caller.require(Role.AGENCY_CLERK, person.street)
    return acted_by


def may_hand_over(caller: Caller, person_id: UUID, street: str, district: str) -> UUID:
    """A clerk where it is picked up, or an officer who keeps the reward; never to oneself."""
    acted_by = signed_in(caller)
    if acted_by == person_id:
        raise Forbidden
    if not caller.holds(Role.AGENCY_CLERK, street):
        may_keep_rewards(caller, district)
    return acted_by


def may_see_pick_ups(caller: Caller, street: str) -> None:
    """A clerk of the street, an officer of its district or of the city."""
    signed_in(caller)
    if not caller.holds(Role.AGENCY_CLERK, street):
        may_see_district(caller, street)


def may_see_district(caller: Caller, district: str) -> None:
    signed_in(caller)
    if not caller.holds(Role.CITY_OFFICER, CITY_AREA):
        caller.require(Role.DISTRICT_OFFICER, district)


def may_audit(caller: Caller) -> None:
    signed_in(caller)
    if not caller.holds(Role.OPERATOR, CITY_AREA):
        caller.require(Role.CITY_OFFICER, CITY_AREA)
