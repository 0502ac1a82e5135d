"""The states of a day's plan."""

from datetime import datetime, timedelta

from services.matching.contract.basics import WrongState
from services.matching.contract.dispatch import PlanState
from services.matching.domain.finding_policy import PlanningPolicy


S = PlanState

# What is not listed is final.
PLAN_MOVES: dict[PlanState, frozenset[PlanState]] = {
    S.ASKED: frozenset({S.COMPUTED, S.FAILED, S.STALE}),
    S.COMPUTED: frozenset({S.ACCEPTED, S.REJECTED, S.STALE}),
}


def plan_moved(state: PlanState, to: PlanState) -> PlanState:
    """The state after the move; raises WrongState for a move that does not exist.

    >>> str(plan_moved(PlanState.ASKED, PlanState.COMPUTED))
    'computed'
    """
    if to not in PLAN_MOVES.get(state, frozenset()):
        raise WrongState(fields={"state": str(state), "to": str(to)})
    return to


def is_stale(computed_at: datetime, now: datetime, policy: PlanningPolicy) -> bool:
    """Whether too much may have happened since a plan was computed."""
    return now - computed_at > timedelta(minutes=policy.plan_valid_minutes)
