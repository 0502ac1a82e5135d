"""Where a selection stands: the only place that says what may be done with it when."""

from enum import StrEnum

from services.rating.contract import WrongSelectionState


class SelectionState(StrEnum):
    """draft → shortlisted → voting → decided → announced, or cancelled before that."""

    DRAFT = "draft"
    SHORTLISTED = "shortlisted"
    VOTING = "voting"
    DECIDED = "decided"
    ANNOUNCED = "announced"
    CANCELLED = "cancelled"


class SelectionAct(StrEnum):
    APPOINT = "appoint"
    NOMINATE = "nominate"
    SHORTLIST = "shortlist"
    START = "start"
    VOTE = "vote"
    EXTEND = "extend"
    DECIDE = "decide"
    ANNOUNCE = "announce"
    CANCEL = "cancel"


S, A = SelectionState, SelectionAct
MOVES = {
    (S.DRAFT, A.APPOINT): S.DRAFT,
    (S.DRAFT, A.NOMINATE): S.DRAFT,
    (S.DRAFT, A.SHORTLIST): S.SHORTLISTED,
    (S.DRAFT, A.CANCEL): S.CANCELLED,
    (S.SHORTLISTED, A.APPOINT): S.SHORTLISTED,
    (S.SHORTLISTED, A.SHORTLIST): S.SHORTLISTED,
    (S.SHORTLISTED, A.START): S.VOTING,
    (S.SHORTLISTED, A.CANCEL): S.CANCELLED,
    (S.VOTING, A.VOTE): S.VOTING,
    (S.VOTING, A.EXTEND): S.VOTING,
    (S.VOTING, A.DECIDE): S.DECIDED,
    (S.VOTING, A.CANCEL): S.CANCELLED,
    (S.DECIDED, A.ANNOUNCE): S.ANNOUNCED,
    (S.DECIDED, A.CANCEL): S.CANCELLED,
}


def moved(state: SelectionState, act: SelectionAct) -> SelectionState:
    """The state after the act; raises WrongSelectionState for one that is not allowed there.

    >>> str(moved(SelectionState.VOTING, SelectionAct.DECIDE))
    'decided'
    """
    if (state, act) not in MOVES:
        raise WrongSelectionState(fields={"state": [str(state)]})
    return MOVES[state, act]
