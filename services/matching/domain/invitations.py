"""The states of an invitation, and until when it is to be answered."""

from datetime import datetime, timedelta

from services.matching.contract.finding import InvitationEnded, InvitationState
from services.matching.domain.finding_policy import FindingPolicy


S = InvitationState

# What is not listed is final.
INVITATION_MOVES: dict[InvitationState, frozenset[InvitationState]] = {
    S.INVITED: frozenset({S.ACCEPTED, S.DECLINED, S.LAPSED, S.WITHDRAWN}),
}


def invitation_moved(state: InvitationState, to: InvitationState) -> InvitationState:
    """The state after the move; raises InvitationEnded once there is no other to come.

    >>> str(invitation_moved(InvitationState.INVITED, InvitationState.DECLINED))
    'declined'
    """
    if to not in INVITATION_MOVES.get(state, frozenset()):
        raise InvitationEnded(fields={"state": str(state), "to": str(to)})
    return to


def answer_deadline(now: datetime, starts_at: datetime, policy: FindingPolicy) -> datetime | None:
    """When an invitation sent now lapses; None when the visit begins too soon to ask anybody."""
    before_start = starts_at - timedelta(minutes=policy.answer_before_start_minutes)
    deadline = min(now + timedelta(hours=policy.answer_hours), before_start)
    return deadline if deadline > now else None
