"""Guardianship: of a pupil until they are of age, or of an adult whom a court has put in care."""

from dataclasses import replace
from datetime import date
from enum import StrEnum

from services.identity.contract import (
    CannotGuard,
    GuardianshipDecided,
    GuardianshipKind,
)
from services.identity.domain.people import Person, may_guard


class GuardianshipState(StrEnum):
    """Named by the ward, the guardian or a clerk, and what became of it."""

    NAMED = "named"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    ENDED = "ended"


# A ward who comes of age needs no move: that is computed from the birth date, wherever it matters.
OF_AGE = "of_age"

# From each state to those that may follow it. What is not listed is final.
MOVES: dict[GuardianshipState, frozenset[GuardianshipState]] = {
    GuardianshipState.NAMED: frozenset({GuardianshipState.CONFIRMED, GuardianshipState.REFUSED}),
    GuardianshipState.CONFIRMED: frozenset({GuardianshipState.ENDED}),
}


def moved(state: GuardianshipState, to: GuardianshipState) -> GuardianshipState:
    """The state after the move; raises GuardianshipDecided for a move that does not exist."""
    if to not in MOVES.get(state, frozenset()):
        raise GuardianshipDecided(fields={"state": str(state)})
    return to


def kind_for(ward: Person, today: date, adult_age: int) -> GuardianshipKind:
    if ward.is_adult(today, adult_age):
        return GuardianshipKind.ADULT
    return GuardianshipKind.MINOR


def shown_state(
    state: GuardianshipState, kind: GuardianshipKind, ward: Person, today: date, adult_age: int
) -> str:
    """The state, or that the ward of a confirmed one has come of age meanwhile."""
    is_confirmed_minor = (state, kind) == (GuardianshipState.CONFIRMED, GuardianshipKind.MINOR)
    return OF_AGE if is_confirmed_minor and ward.is_adult(today, adult_age) else state


def as_guarded(person: Person, is_in_care: bool, today: date, adult_age: int) -> Person:
    """Without the guardian of the years before: of somebody of age only a court names one."""
    if is_in_care or not person.is_adult(today, adult_age):
        return person
    return replace(person, guardian_id=None)


def check_can_guard(
    guardian: Person, ward: Person, kind: GuardianshipKind, today: date, adult_age: int
) -> None:
    """Raises CannotGuard for the ward, somebody unverified or under age, or a ward now of age."""
    if guardian.person_id == ward.person_id or not may_guard(guardian, today, adult_age):
        raise CannotGuard
    if kind is not kind_for(ward, today, adult_age):
        raise CannotGuard("The ward has come of age.")
