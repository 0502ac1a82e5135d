"""Membership of a special group: its states, its term, who may approve it, when it is over."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.identity.contract import (
    ApproverEntered,
    GroupEnding,
    MembershipState,
    NotOfTheGroup,
    Role,
    SpecialGroup,
    WrongMembershipState,
)
from services.identity.domain.group_rules import GroupRules
from services.identity.domain.people import Person
from services.identity.domain.rights import (
    is_clerk_of,
    is_guardian_of,
    is_one_of,
    require_signed_in,
)
from services.kernel.calendar import age_on
from services.kernel.caller import Caller
from services.kernel.contract import Forbidden, InvalidRequest


S = MembershipState

# From each state to those that may follow it. What is not listed is final.
MOVES: dict[MembershipState, frozenset[MembershipState]] = {
    S.APPLIED: frozenset({S.APPROVED, S.REFUSED}),
    S.ENTERED: frozenset({S.APPROVED, S.REFUSED}),
    S.APPROVED: frozenset({S.ENDED}),
}
WAITING = (S.APPLIED, S.ENTERED)
STANDING = (*WAITING, S.APPROVED)
FARTHEST_START_DAYS = 366


def moved(state: MembershipState, to: MembershipState) -> MembershipState:
    """The state after the move; raises WrongMembershipState for a move that does not exist.

    >>> str(moved(MembershipState.ENTERED, MembershipState.APPROVED))
    'approved'
    """
    if to not in MOVES.get(state, frozenset()):
        raise WrongMembershipState(fields={"state": [str(state)], "to": [str(to)]})
    return to


@dataclass(frozen=True)
class Term:
    """From which day a membership counts, and its last day; None where nothing was said."""

    starts_on: date | None
    ends_on: date | None

    def flaw(self, today: date) -> str | None:
        starts_on = self.starts_on or today
        if self.ends_on is not None and self.ends_on < max(starts_on, today):
            return "It ends before it begins, or has ended."
        if starts_on > today + timedelta(days=FARTHEST_START_DAYS):
            return "It begins in more than a year."
        return None


def check_term(term: Term, today: date) -> None:
    flaw = term.flaw(today)
    if flaw:
        raise InvalidRequest(fields={"ends_on" if term.ends_on else "starts_on": [flaw]})


def is_old_enough(
    group: SpecialGroup, born: date, term: Term, today: date, rules: GroupRules
) -> bool:
    """On the day on which the membership begins."""
    return age_on(born, max(term.starts_on or today, today)) >= rules.youngest(group)


def check_age(
    group: SpecialGroup, person: Person, term: Term, today: date, rules: GroupRules
) -> None:
    if not is_old_enough(group, person.birth_date, term, today, rules):
        raise NotOfTheGroup(fields={"youngest_age": [rules.youngest(group)]})


def recheck_due(checked_on: date, rules: GroupRules) -> date:
    return checked_on + timedelta(days=rules.recheck_days)


def last_due_missed(today: date, rules: GroupRules) -> date:
    """A re-check that was due before this day is missed: its days of grace are over."""
    return today - timedelta(days=rules.recheck_grace_days)


def ending_of(ends_on: date | None, today: date) -> GroupEnding:
    """Why the day has ended a membership."""
    if ends_on is not None and ends_on < today:
        return GroupEnding.END_REACHED
    return GroupEnding.RECHECK_MISSED


def state_at_entry(caller: Caller, person: Person, is_agent: bool) -> MembershipState:
    """Applied for by the elder, who acts for them, or their clerk; entered by the district."""
    require_signed_in(caller)
    if is_one_of(caller, person) or is_guardian_of(caller, person) or is_agent:
        return S.APPLIED
    if caller.person_id is not None and is_clerk_of(caller, person):
        return S.APPLIED
    if caller.person_id is not None and caller.holds(Role.DISTRICT_OFFICER, person.street):
        return S.ENTERED
    raise Forbidden


def check_approver(approver: UUID | None, *entered_by: UUID | None) -> None:
    """Two people make a member: whoever applied for it or entered it does not approve it."""
    if approver is None or approver in entered_by:
        raise ApproverEntered
