"""Who may open a dispute, speak in it, decide it, and read of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.identity.contract import Role
from services.kernel.caller import Caller
from services.kernel.contract import CITY_AREA, Forbidden, InvalidRequest
from services.rating.contract import IsParty, Level, Side
from services.rating.domain.disputes import (
    BEFORE_A_DECISION,
    OPEN_STATES,
    Decision,
    Disputable,
    Dispute,
    DisputeAct,
    DisputeState,
    Evidence,
    due_act,
)
from services.rating.domain.rights import signed_in
from services.rating.domain.visits import DISTRICT_DIGITS


ARBITERS = {
    Level.STREET: Role.AGENCY_CLERK,
    Level.DISTRICT: Role.DISTRICT_OFFICER,
    Level.CITY: Role.CITY_OFFICER,
}
SIDES = (Side.ELDER, Side.VOLUNTEER)


@dataclass(frozen=True)
class Standing:
    """Where the caller stands: for the elder, for the volunteer, on the staff of the place."""

    for_elder: bool = False
    for_volunteer: bool = False
    is_staff: bool = False

    @property
    def side(self) -> Side | None:
        """Whose word the caller brings; those concerned are that, whatever their role."""
        if self.for_elder:
            return Side.ELDER
        if self.for_volunteer:
            return Side.VOLUNTEER
        return Side.CLERK if self.is_staff else None

    @property
    def concerns(self) -> bool:
        return self.for_elder or self.for_volunteer


def holds_level(caller: Caller, level: Level, street: str) -> bool:
    """Whether the caller is of those who decide on this level over the street."""
    area = {
        Level.STREET: street,
        Level.DISTRICT: street[:DISTRICT_DIGITS],
        Level.CITY: CITY_AREA,
    }
    return caller.holds(ARBITERS[level], area[level])


def standing_of(
    caller: Caller,
    visit: Disputable | Dispute,
    is_agent: bool,
    is_guardian: bool,
) -> Standing:
    """``is_agent`` acts for the elder, ``is_guardian`` for the pupil who served.

    Nobody is on both sides: who has served does not speak for the elder, whatever their consent.
    """
    person_id = signed_in(caller)
    is_elder = person_id == visit.elder_id
    for_volunteer = person_id == visit.volunteer_id or (is_guardian and not is_elder)
    return Standing(
        for_elder=is_elder or (is_agent and not for_volunteer),
        for_volunteer=for_volunteer,
        is_staff=any(holds_level(caller, level, visit.street) for level in Level),
    )


def side_of(standing: Standing) -> Side:
    """For whom the caller opens a dispute; raises Forbidden for a stranger."""
    if standing.side is None:
        raise Forbidden
    return standing.side


def side_spoken_for(standing: Standing, asked: Side | None, clerk_speaks: bool) -> Side:
    """Whose word a statement or an appeal is; raises Forbidden for a stranger.

    The staff of the place bring what somebody without a telephone says at the desk, and, where
    ``clerk_speaks``, what they have found themselves.
    """
    side = side_of(standing)
    if side is not Side.CLERK:
        if asked not in (None, side):
            raise InvalidRequest(fields={"side": [f"You speak as {side}."]})
        return side
    if asked in SIDES:
        return asked
    if not clerk_speaks:
        raise InvalidRequest(fields={"side": ["Say whose word you bring: elder or volunteer."]})
    return Side.CLERK


def may_see(standing: Standing) -> None:
    side_of(standing)


def may_withdraw(caller: Caller, dispute: Dispute, standing: Standing) -> UUID:
    """Who has opened it and still speaks for that side; an elder also what was opened for them."""
    person_id = signed_in(caller)
    if not withdraws(caller, dispute, standing):
        raise Forbidden("Only who has opened a dispute withdraws it.")
    return person_id


def withdraws(caller: Caller, dispute: Dispute, standing: Standing) -> bool:
    is_own = caller.person_id in (dispute.opened_by, dispute.elder_id)
    return is_own and standing.side is dispute.side


def require_level(caller: Caller, dispute: Dispute) -> UUID:
    """Who decides on the level where the dispute is; raises Forbidden for all others."""
    person_id = signed_in(caller)
    if not holds_level(caller, dispute.level, dispute.street):
        raise Forbidden
    return person_id


def parties_of(
    dispute: Dispute, acted_by: Iterable[UUID], evidence: Iterable[Evidence]
) -> frozenset[UUID | None]:
    """All who took part in the visit or in the dispute: none of them is its arbiter."""
    spoke = (each.given_by for each in evidence if each.side in SIDES)
    took_part = (dispute.elder_id, dispute.volunteer_id, dispute.opened_by, dispute.appealed_by)
    return frozenset((*took_part, *acted_by, *spoke)) - {None}


def is_barred(
    caller: Caller,
    parties: Collection[UUID | None],
    is_close: bool,
    former: Decision | None,
) -> bool:
    """A party, somebody close to one, or who has decided it already."""
    heard = former is not None and former.decided_by == caller.person_id
    return is_close or heard or caller.person_id in parties


def may_decide(
    caller: Caller,
    dispute: Dispute,
    parties: Collection[UUID | None],
    is_close: bool,
    former: Decision | None,
) -> UUID:
    """An arbiter of the level who is nobody's: no party, no relative of one, not heard before."""
    person_id = require_level(caller, dispute)
    if is_barred(caller, parties, is_close, former):
        raise IsParty
    return person_id


def may_list_to_decide(caller: Caller, area: str, level: Level) -> None:
    """Who decides on that level in the area, and the officers above them."""
    signed_in(caller)
    levels = tuple(Level)
    above = levels[levels.index(level) :]
    if not any(caller.holds(ARBITERS[each], area) for each in above):
        raise Forbidden


def may_see_dispute_statistics(caller: Caller, area: str) -> None:
    """Officers of the district and the city; each sees nobody's name."""
    signed_in(caller)
    if not any(caller.holds(role, area) for role in (Role.DISTRICT_OFFICER, Role.CITY_OFFICER)):
        raise Forbidden


def require_sweeper(caller: Caller) -> None:
    signed_in(caller)
    caller.require(Role.OPERATOR, CITY_AREA)


def possible_acts(
    dispute: Dispute, caller: Caller, standing: Standing, barred: bool, now: datetime
) -> list[DisputeAct]:
    """What the caller can do now; who is ``barred`` from deciding may hand it up."""
    acts: list[DisputeAct] = []
    if dispute.state in OPEN_STATES and standing.side is not None:
        acts.append(DisputeAct.GIVE_EVIDENCE)
    if dispute.state in BEFORE_A_DECISION and withdraws(caller, dispute, standing):
        acts.append(DisputeAct.WITHDRAW)
    is_in_time = due_act(dispute, now) is None
    if dispute.state is DisputeState.DECIDED and standing.side is not None and is_in_time:
        acts.append(DisputeAct.APPEAL)
    decides = holds_level(caller, dispute.level, dispute.street)
    waits = dispute.state in (DisputeState.UNDER_REVIEW, DisputeState.APPEALED)
    if decides and waits and is_in_time:
        acts += [] if barred else [DisputeAct.DECIDE]
        acts += [] if dispute.level is Level.CITY else [DisputeAct.HAND_UP]
    if decides and dispute.state is DisputeState.UNFUNDED and not barred:
        acts.append(DisputeAct.SETTLE_AGAIN)
    return acts
