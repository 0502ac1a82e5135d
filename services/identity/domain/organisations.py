"""Organisations and their staff: states, what each kind needs, and who may do what with them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.identity.contract import (
    OrganisationKind,
    OrganisationState,
    Role,
    StaffState,
    WrongKind,
    WrongOrganisationState,
    WrongStaffState,
)
from services.identity.domain.officers import is_officer_of
from services.identity.domain.rights import acting
from services.kernel.caller import Caller, covers
from services.kernel.contract import CITY_AREA, Forbidden, InvalidRequest
from services.matching.contract import Category


Of, S = OrganisationState, StaffState

# From each state to those that may follow it. What is not listed is final.
MOVES: dict[OrganisationState, frozenset[OrganisationState]] = {
    Of.PROPOSED: frozenset({Of.CONFIRMED, Of.CLOSED}),
    Of.CONFIRMED: frozenset({Of.SUSPENDED, Of.CLOSED}),
    Of.SUSPENDED: frozenset({Of.CONFIRMED, Of.CLOSED}),
}
STAFF_MOVES: dict[StaffState, frozenset[StaffState]] = {
    S.ACTIVE: frozenset({S.SUSPENDED, S.ENDED}),
    S.SUSPENDED: frozenset({S.ACTIVE, S.ENDED}),
}


@dataclass(frozen=True)
class Organisation:
    """What the rules need to know; ``streets`` says of each whether it has confirmed the agency."""

    organisation_id: UUID
    kind: OrganisationKind
    name: str
    district: str
    state: OrganisationState
    places: int | None
    proposed_by: UUID
    streets: tuple[tuple[str, bool], ...] = ()

    @property
    def confirmed_streets(self) -> list[str]:
        return [street for street, is_confirmed in self.streets if is_confirmed]

    @property
    def is_agency(self) -> bool:
        return self.kind is OrganisationKind.AGENCY


def moved(state: OrganisationState, to: OrganisationState) -> OrganisationState:
    """The state after the move; raises WrongOrganisationState for a move that does not exist.

    >>> str(moved(OrganisationState.SUSPENDED, OrganisationState.CONFIRMED))
    'confirmed'
    """
    if to not in MOVES.get(state, frozenset()):
        raise WrongOrganisationState(fields={"state": [str(state)], "to": [str(to)]})
    return to


def staff_moved(state: StaffState, to: StaffState) -> StaffState:
    """The state after the move; raises WrongStaffState for a move that does not exist."""
    if to not in STAFF_MOVES.get(state, frozenset()):
        raise WrongStaffState(fields={"state": [str(state)], "to": [str(to)]})
    return to


def check_proposal(
    kind: OrganisationKind, district: str, streets: Collection[str], places: int | None
) -> None:
    """An agency has streets of its district, a care home has places, and nobody else has either."""
    flaws: dict[str, list[str]] = {}
    if not covers(CITY_AREA, district) or district == CITY_AREA:
        flaws["district"] = ["This is no district of the city."]
    if (kind is OrganisationKind.AGENCY) != bool(streets):
        flaws["streets"] = ["An agency names its streets, and only an agency."]
    elif any(not covers(district, street) for street in streets):
        flaws["streets"] = ["Every street lies in the district."]
    if (kind is OrganisationKind.CARE_HOME) != (places is not None):
        flaws["places"] = ["A care home says how many places it has, and only a care home."]
    if flaws:
        raise InvalidRequest(fields=flaws)


def streets_to_confirm(caller: Caller, organisation: Organisation) -> list[str]:
    """Which streets of an agency the caller confirms now; none for what is no agency.

    Raises Forbidden for the one who proposed it, and for an officer of elsewhere.
    """
    if acting(caller) == organisation.proposed_by:
        raise Forbidden("Another person confirms what you have proposed.")
    if not organisation.is_agency:
        if not is_officer_of(caller, organisation.district):
            raise Forbidden
        moved(organisation.state, Of.CONFIRMED)
        return []
    own = [street for street, _ in organisation.streets if is_over_street(caller, street)]
    if not own:
        raise Forbidden
    waiting = [street for street in own if street not in organisation.confirmed_streets]
    if organisation.state not in (Of.PROPOSED, Of.CONFIRMED) or not waiting:
        raise WrongOrganisationState(fields={"state": [str(organisation.state)]})
    return waiting


def is_over_street(caller: Caller, street: str) -> bool:
    """The street's own officer, or the district's."""
    return caller.holds(Role.STREET_OFFICER, street) or caller.holds(Role.DISTRICT_OFFICER, street)


def require_may_stop(caller: Caller, organisation: Organisation) -> UUID:
    """An officer of the district or the city; an agency of one street also that street's."""
    acted_by = acting(caller)
    if is_officer_of(caller, organisation.district):
        return acted_by
    streets = [street for street, _ in organisation.streets]
    if not streets or not all(is_over_street(caller, street) for street in streets):
        raise Forbidden
    return acted_by


def require_may_staff(
    caller: Caller, organisation: Organisation, leads: Iterable[UUID], about_lead: bool
) -> UUID:
    """An officer of the district; or a lead, about those who are none."""
    acted_by = acting(caller)
    if is_officer_of(caller, organisation.district):
        return acted_by
    if about_lead or acted_by not in leads:
        raise Forbidden
    return acted_by


def check_staff(organisation: Organisation, role: Role | None, area: str | None) -> None:
    """A role comes with a confirmed street of the agency; elsewhere there are neither."""
    check_confirmed(organisation)
    if (role is None) != (area is None):
        raise InvalidRequest(fields={"area": ["A role and its area come together."]})
    if role is not None and not organisation.is_agency:
        raise WrongKind
    if area is not None and area not in organisation.confirmed_streets:
        raise InvalidRequest(fields={"area": ["No street that has confirmed the agency."]})


def check_confirmed(organisation: Organisation) -> None:
    if organisation.state is not Of.CONFIRMED:
        raise WrongOrganisationState(fields={"state": [str(organisation.state)]})


def check_project(
    organisation: Organisation, category: str, starts_on: date, ends_on: date | None, today: date
) -> None:
    """Nothing that was done before counts for a project: selections compare them (S10)."""
    if organisation.kind is not OrganisationKind.VOLUNTEER_ORGANISATION:
        raise WrongKind
    check_confirmed(organisation)
    if category not in list(Category):
        raise InvalidRequest(fields={"category": ["None of the eight categories (S6)."]})
    if starts_on < today:
        raise InvalidRequest(fields={"starts_on": ["A project begins today at the earliest."]})
    if ends_on is not None and ends_on < starts_on:
        raise InvalidRequest(fields={"ends_on": ["It ends before it begins."]})


def facts_of(organisation: Organisation, acted_by: UUID) -> dict[str, object]:
    """What every event of an organisation tells."""
    return {
        "district": organisation.district,
        "organisation_id": organisation.organisation_id,
        "kind": organisation.kind,
        "name": organisation.name,
        "streets": organisation.confirmed_streets,
        "places": organisation.places,
        "acted_by": acted_by,
    }


def told_of(organisation: Organisation, row: object, names: Iterable[str]) -> dict[str, object]:
    """What is told of a member of staff or a project: all of it, in the organisation's district."""
    return {"district": organisation.district} | {name: getattr(row, name) for name in names}
