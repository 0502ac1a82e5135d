"""Which states a request, its booking and its visit go through; other moves are refused."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from services.matching.contract import (
    DeviceState,
    ExceptionState,
    RequestState,
    StrikeState,
    WrongState,
)


S = RequestState

# From each state to those that may follow it. What is not listed is final.
MOVES: dict[RequestState, frozenset[RequestState]] = {
    S.SUBMITTED: frozenset({S.IN_REVIEW, S.OPEN, S.REFUSED, S.CANCELLED, S.EXPIRED}),
    S.IN_REVIEW: frozenset({S.OPEN, S.REFUSED, S.CANCELLED, S.EXPIRED}),
    S.OPEN: frozenset({S.IN_REVIEW, S.ACCEPTED, S.CANCELLED, S.EXPIRED}),
    S.ACCEPTED: frozenset({S.OPEN, S.UNDERWAY, S.CANCELLED, S.NO_SHOW}),
    S.UNDERWAY: frozenset({S.COMPLETED, S.EXCEPTED}),
    S.EXCEPTED: frozenset({S.COMPLETED}),
}


class BookingState(StrEnum):
    """accepted → underway → completed | excepted; or released, cancelled, no_show."""

    ACCEPTED = "accepted"
    UNDERWAY = "underway"
    EXCEPTED = "excepted"
    COMPLETED = "completed"
    RELEASED = "released"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


# Whoever withdrew, or was not wanted any more, has nothing to do with the request now.
LAPSED = frozenset({BookingState.RELEASED, BookingState.CANCELLED})
# Whoever never came has no more business at the door.
AWAY = LAPSED | {BookingState.NO_SHOW}


class VisitState(StrEnum):
    """underway → completed, or excepted until a clerk decides."""

    UNDERWAY = "underway"
    EXCEPTED = "excepted"
    COMPLETED = "completed"


VISIT_MOVES: dict[VisitState, frozenset[VisitState]] = {
    VisitState.UNDERWAY: frozenset({VisitState.COMPLETED, VisitState.EXCEPTED}),
    VisitState.EXCEPTED: frozenset({VisitState.COMPLETED}),
}
EXCEPTION_MOVES: dict[ExceptionState, frozenset[ExceptionState]] = {
    ExceptionState.OPEN: frozenset({ExceptionState.DECIDED}),
}
STRIKE_MOVES: dict[StrikeState, frozenset[StrikeState]] = {
    StrikeState.GIVEN: frozenset({StrikeState.WAIVED}),
}
DEVICE_MOVES: dict[DeviceState, frozenset[DeviceState]] = {
    DeviceState.ACTIVE: frozenset({DeviceState.REVOKED}),
}

T = TypeVar("T", bound=StrEnum)


def moved_in(moves: Mapping[T, frozenset[T]], state: T, to: T) -> T:
    """The state after a move of one of these tables; raises WrongState for one that is not there.

    >>> str(moved_in(STRIKE_MOVES, StrikeState.GIVEN, StrikeState.WAIVED))
    'waived'
    """
    if to not in moves.get(state, frozenset()):
        raise WrongState(fields={"state": str(state), "to": str(to)})
    return to


def moved(state: RequestState, to: RequestState) -> RequestState:
    """The state after the move; raises WrongState for a move that does not exist.

    >>> str(moved(RequestState.OPEN, RequestState.ACCEPTED))
    'accepted'
    """
    return moved_in(MOVES, state, to)
