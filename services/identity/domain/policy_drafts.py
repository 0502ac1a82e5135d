"""How a change of the policy comes about: drafted by one officer, approved by another, dated."""

from datetime import datetime
from uuid import UUID

from services.identity.contract import (
    DraftOutdated,
    DraftState,
    EffectiveTooEarly,
    SecondOfficerNeeded,
    VersionStanding,
    WrongDraftState,
)
from services.kernel.contract import Forbidden


S = DraftState

# From each state to those that may follow it. What is not listed is final.
# A returned draft becomes a draft again by being revised; approved, it is a version for good.
MOVES: dict[DraftState, frozenset[DraftState]] = {
    S.DRAFT: frozenset({S.SUBMITTED, S.WITHDRAWN}),
    S.SUBMITTED: frozenset({S.APPROVED, S.RETURNED, S.WITHDRAWN}),
    S.RETURNED: frozenset({S.DRAFT, S.WITHDRAWN}),
}


def moved(state: DraftState, to: DraftState) -> DraftState:
    """
    >>> str(moved(DraftState.SUBMITTED, DraftState.APPROVED))
    'approved'
    """
    if to not in MOVES.get(state, frozenset()):
        raise WrongDraftState(fields={"state": [str(state)], "to": [str(to)]})
    return to


def revised(state: DraftState) -> DraftState:
    """What a draft is after its author has changed it: what lies before another stays as it is."""
    return state if state is S.DRAFT else moved(state, S.DRAFT)


def check_author(author_id: UUID, acted_by: UUID) -> None:
    """Only the author changes, submits or withdraws a draft."""
    if acted_by != author_id:
        raise Forbidden


def check_second_officer(author_id: UUID, acted_by: UUID) -> None:
    """Nobody decides about their own draft; raises SecondOfficerNeeded."""
    if acted_by == author_id:
        raise SecondOfficerNeeded


def check_base(base_version: int, newest: int) -> None:
    """What was compared with a version that has been followed since is not what would change."""
    if base_version != newest:
        raise DraftOutdated(fields={"version": [f"The newest version is {newest}."]})


def check_effective(effective_from: datetime, now: datetime) -> None:
    """No rule changes backwards: raises EffectiveTooEarly."""
    if effective_from < now:
        raise EffectiveTooEarly(fields={"earliest": [now.isoformat()]})


def standing(
    effective_from: datetime, newer_from: datetime | None, now: datetime
) -> VersionStanding:
    """Where a version stands, of which ``newer_from`` says when the first of those after it holds.

    The newest version whose date has come is in force; so one that a newer version overtakes
    before its own date never is.
    """
    if newer_from is not None and newer_from <= max(effective_from, now):
        was_in_force = effective_from < newer_from
        return VersionStanding.FORMER if was_in_force else VersionStanding.OVERTAKEN
    return VersionStanding.SCHEDULED if effective_from > now else VersionStanding.IN_FORCE
