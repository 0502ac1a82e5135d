"""Which states a person goes through; other moves are refused."""

from enum import StrEnum

from services.identity.contract import AccountClosed, AlreadyVerified, WrongPersonState


class PersonState(StrEnum):
    """unverified → pending → verified | refused; closed, from any of them, is final."""

    UNVERIFIED = "unverified"
    PENDING = "pending"
    VERIFIED = "verified"
    REFUSED = "refused"
    CLOSED = "closed"


S = PersonState

# From each state to those that may follow it. What is not listed is final.
# A clerk who has the card and the person at the desk decides at once, so nothing need be pending.
# Somebody verified lapses into pending; an online check that came to nothing leads back.
MOVES: dict[PersonState, frozenset[PersonState]] = {
    S.UNVERIFIED: frozenset({S.PENDING, S.VERIFIED, S.REFUSED, S.CLOSED}),
    S.PENDING: frozenset({S.UNVERIFIED, S.VERIFIED, S.REFUSED, S.CLOSED}),
    S.VERIFIED: frozenset({S.PENDING, S.CLOSED}),
    S.REFUSED: frozenset({S.PENDING, S.VERIFIED, S.CLOSED}),
}


def moved(state: PersonState, to: PersonState) -> PersonState:
    """The state after the move; a move that does not exist is refused with the reason.

    >>> str(moved(PersonState.PENDING, PersonState.VERIFIED))
    'verified'
    """
    if to in MOVES.get(state, frozenset()):
        return to
    if state is S.CLOSED:
        raise AccountClosed
    if state is to is S.VERIFIED:
        raise AlreadyVerified
    raise WrongPersonState(fields={"state": [str(state)], "to": [str(to)]})
