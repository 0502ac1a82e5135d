"""What can still be done about a rating: the only place that says which act is allowed when."""

from datetime import datetime, timedelta
from enum import StrEnum

from services.kernel.contract import Error
from services.rating.contract import (
    AlreadyAnswered,
    AlreadyRated,
    NotRatedYet,
    RatingWindowClosed,
)
from services.rating.domain.policy import RatingPolicy
from services.rating.domain.visits import Visit


class State(StrEnum):
    """``open`` → ``rated`` → ``answered``; time makes the rest of them."""

    OPEN = "open"
    MISSED = "missed"
    RATED = "rated"
    ANSWERED = "answered"
    STANDING = "standing"
    SETTLED = "settled"
    FINAL = "final"


class Act(StrEnum):
    RATE = "rate"
    EDIT = "edit"
    ANSWER = "answer"


MOVES = {
    (State.OPEN, Act.RATE): State.RATED,
    (State.RATED, Act.EDIT): State.RATED,
    (State.RATED, Act.ANSWER): State.ANSWERED,
    (State.ANSWERED, Act.EDIT): State.ANSWERED,
    (State.STANDING, Act.ANSWER): State.SETTLED,
}
# What time alone does: to the left before the end of a window, to the right after it.
OVERTAKEN = {
    State.OPEN: State.MISSED,
    State.RATED: State.STANDING,
    State.ANSWERED: State.SETTLED,
    State.STANDING: State.FINAL,
}
UNRATED = (State.OPEN, State.MISSED)


def window_of(visit: Visit, policy: RatingPolicy) -> datetime:
    """The last moment at which the visit can be rated."""
    return visit.ended_at + timedelta(days=policy.window_days)


def closed_for(visit: Visit, policy: RatingPolicy, act: Act = Act.RATE) -> RatingWindowClosed:
    """The refusal, with the days that the policy gives and what they were counted from."""
    closed_at, facts = window_of(visit, policy), {"ended_at": visit.ended_at.isoformat()}
    numbers = {"window_days": policy.window_days}
    if act is Act.ANSWER:
        closed_at += timedelta(days=policy.answer_days)
        numbers["answer_days"] = policy.answer_days
    return RatingWindowClosed(fields={**facts, **numbers, "closed_at": closed_at.isoformat()})


def require_open(visit: Visit, now: datetime, policy: RatingPolicy) -> None:
    """Raise RatingWindowClosed when the visit's end is longer ago than the policy's days."""
    if now > window_of(visit, policy):
        raise closed_for(visit, policy)


def state_at(
    visit: Visit, is_rated: bool, is_answered: bool, now: datetime, policy: RatingPolicy
) -> State:
    """Where a visit's rating stands: by what was done, and by the policy's days since the end."""
    state = State.OPEN
    if is_rated:
        state = State.ANSWERED if is_answered else State.RATED
    window = window_of(visit, policy)
    if now > window:
        state = OVERTAKEN[state]
    if state is State.STANDING and now > window + timedelta(days=policy.answer_days):
        state = OVERTAKEN[state]
    return state


def moved(state: State, act: Act, closed: RatingWindowClosed | None = None) -> State:
    """The state after the act; raises what refuses it: ``closed`` where it is too late."""
    if (state, act) not in MOVES:
        raise refusal(state, act, closed or RatingWindowClosed())
    return MOVES[state, act]


def refusal(state: State, act: Act, closed: RatingWindowClosed) -> Error:
    """What has been done is said before what is too late."""
    if act is Act.RATE:
        return closed if state is State.MISSED else AlreadyRated()
    if state in UNRATED:
        return NotRatedYet()
    if act is Act.ANSWER and state in (State.ANSWERED, State.SETTLED):
        return AlreadyAnswered()
    return closed
