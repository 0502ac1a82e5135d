"""Membership of special groups: every move and every non-move, terms, and who approves."""

from datetime import date, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.identity.contract import (
    ApproverEntered,
    GroupEnding,
    MembershipState,
    SpecialGroup,
    WrongMembershipState,
)
from services.identity.domain.group_rules import GroupRules
from services.identity.domain.memberships import (
    MOVES,
    Term,
    check_approver,
    ending_of,
    is_old_enough,
    last_due_missed,
    moved,
    recheck_due,
    state_at_entry,
)
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Forbidden
from tests.unit.identity.test_people import make_person


TODAY = date(2026, 11, 25)
RULES = GroupRules(
    elder_age=60,
    hardship_age=60,
    advanced_age=70,
    recheck_days=365,
    recheck_grace_days=30,
    recheck_notice_days=60,
)
DRAWN = {
    ("applied", "approved"),
    ("applied", "refused"),
    ("entered", "approved"),
    ("entered", "refused"),
    ("approved", "ended"),
}


@pytest.mark.parametrize(("state", "to"), [*product(MembershipState, MembershipState)])
def test_a_membership_moves_along_the_drawn_edges_and_no_other(
    state: MembershipState, to: MembershipState
) -> None:
    assert (to in MOVES.get(state, ())) == ((state, to) in DRAWN)
    if (state, to) in DRAWN:
        assert moved(state, to) is to
        return
    with pytest.raises(WrongMembershipState):
        moved(state, to)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "is_sane"),
    [
        (None, None, True),
        (None, TODAY, True),
        (None, TODAY - timedelta(1), False),
        (TODAY + timedelta(5), TODAY + timedelta(5), True),
        (TODAY + timedelta(5), TODAY + timedelta(4), False),
        (TODAY - timedelta(900), None, True),
        (TODAY - timedelta(900), TODAY - timedelta(1), False),
        (TODAY + timedelta(366), None, True),
        (TODAY + timedelta(367), None, False),
    ],
)
def test_a_term_ends_after_it_begins_and_not_in_the_past(
    starts_on: date | None, ends_on: date | None, is_sane: bool
) -> None:
    assert (Term(starts_on, ends_on).flaw(TODAY) is None) == is_sane


@pytest.mark.parametrize("group", SpecialGroup)
def test_every_group_is_of_elders_and_one_of_those_of_advanced_age(group: SpecialGroup) -> None:
    youngest = 70 if group is SpecialGroup.ADVANCED_AGE else 60
    just = date(TODAY.year - youngest, TODAY.month, TODAY.day)
    assert is_old_enough(group, just, Term(None, None), TODAY, RULES)
    tomorrow = just + timedelta(1)
    assert not is_old_enough(group, tomorrow, Term(None, None), TODAY, RULES)
    assert is_old_enough(group, tomorrow, Term(TODAY + timedelta(1), None), TODAY, RULES)


def test_whoever_entered_it_is_nobody_to_approve_it() -> None:
    one, other = UUID(int=1), UUID(int=2)
    check_approver(one, other)
    check_approver(one, other, None)
    for entered_by in ((one,), (other, one)):
        with pytest.raises(ApproverEntered):
            check_approver(one, *entered_by)
    with pytest.raises(ApproverEntered):
        check_approver(None, other)


@given(some.dates(max_value=date(2200, 1, 1)), some.integers(0, 800))
def test_a_recheck_is_missed_when_its_year_and_the_grace_are_over_and_not_a_day_before(
    checked_on: date, days: int
) -> None:
    day = checked_on + timedelta(days=days)
    if day.year < 2:
        return
    is_missed = recheck_due(checked_on, RULES) < last_due_missed(day, RULES)
    assert is_missed == (days > 365 + 30)
    assert ending_of(None, day) is GroupEnding.RECHECK_MISSED
    assert ending_of(day - timedelta(1), day) is GroupEnding.END_REACHED


@pytest.mark.parametrize(
    ("caller", "state"),
    [
        (Caller(UUID(int=1)), "applied"),
        (Caller(UUID(int=2)), "applied"),
        (Caller(UUID(int=9), (RoleIn("agency_clerk", "110105001"),)), "applied"),
        (Caller(UUID(int=9), (RoleIn("district_officer", "110105"),)), "entered"),
        (Caller(UUID(int=9), (RoleIn("district_officer", "110101"),)), None),
        (Caller(UUID(int=9), (RoleIn("city_officer", "110000"),)), None),
        (Caller(UUID(int=9)), None),
    ],
)
def test_who_says_so_makes_it_applied_for_or_entered(caller: Caller, state: str | None) -> None:
    elder = make_person(person_id=UUID(int=1), guardian_id=UUID(int=2))
    if state is None:
        with pytest.raises(Forbidden):
            state_at_entry(caller, elder, is_agent=False)
        assert state_at_entry(caller, elder, is_agent=True) == "applied"
        return
    assert state_at_entry(caller, elder, is_agent=False) == state
