"""Consent to act for somebody: given to a relative, for some things, until a day."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from services.identity.contract import ConsentEnded, NotTheirKin
from services.identity.domain.family import Tie
from services.identity.domain.people import Person
from services.kernel.contract import InvalidRequest


class ConsentState(StrEnum):
    """Given, and ended before its day; that its day has come is computed."""

    GIVEN = "given"
    ENDED = "ended"


LAPSED = "lapsed"

# From each state to those that may follow it. What is not listed is final.
MOVES: dict[ConsentState, frozenset[ConsentState]] = {
    ConsentState.GIVEN: frozenset({ConsentState.ENDED}),
}


def shown_state(state: ConsentState, until: datetime, now: datetime) -> str:
    return LAPSED if state is ConsentState.GIVEN and until <= now else state


def moved(state: ConsentState, to: ConsentState) -> ConsentState:
    """The state after the move; raises ConsentEnded for a move that does not exist."""
    if to not in MOVES.get(state, frozenset()):
        raise ConsentEnded
    return to


def check_until(until: datetime, now: datetime, most_days: int) -> None:
    if not now < until <= now + timedelta(days=most_days):
        raise InvalidRequest(fields={"until": [f"From now on, and at most {most_days} days."]})


def check_agent(elder: Person, agent: Person, tie: Tie | None, today: date, adult_age: int) -> None:
    """Both are verified and of age, and the agent is confirmed kin, by whichever way."""
    people = (elder, agent)
    if not all(person.is_verified and person.is_adult(today, adult_age) for person in people):
        raise NotTheirKin
    if tie is None:
        raise NotTheirKin
