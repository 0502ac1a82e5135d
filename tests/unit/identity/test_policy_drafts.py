"""The states of a draft of the policy: every move that exists, and every one that does not."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from services.identity.contract import (
    DraftOutdated,
    DraftState,
    EffectiveTooEarly,
    SecondOfficerNeeded,
    VersionStanding,
    WrongDraftState,
)
from services.identity.domain.policy_drafts import (
    check_author,
    check_base,
    check_effective,
    check_second_officer,
    moved,
    revised,
    standing,
)
from services.identity.domain.rules import check_is_first, check_same_values
from services.kernel.contract import Forbidden, InvalidRequest


S = DraftState
EDGES = {
    (S.DRAFT, S.SUBMITTED),
    (S.DRAFT, S.WITHDRAWN),
    (S.SUBMITTED, S.APPROVED),
    (S.SUBMITTED, S.RETURNED),
    (S.SUBMITTED, S.WITHDRAWN),
    (S.RETURNED, S.DRAFT),
    (S.RETURNED, S.WITHDRAWN),
}
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(("state", "to"), sorted(product(S, S)))
def test_a_draft_goes_from_state_to_state_as_drawn_and_in_no_other_way(
    state: DraftState, to: DraftState
) -> None:
    if (state, to) in EDGES:
        assert moved(state, to) is to
        return
    with pytest.raises(WrongDraftState):
        moved(state, to)


@pytest.mark.parametrize("state", S)
def test_only_what_lies_with_its_author_is_revised(state: DraftState) -> None:
    if state in (S.DRAFT, S.RETURNED):
        assert revised(state) is S.DRAFT
        return
    with pytest.raises(WrongDraftState):
        revised(state)


def test_a_draft_is_changed_by_its_author_and_decided_by_another() -> None:
    check_author(ONE, ONE)
    check_second_officer(ONE, OTHER)
    with pytest.raises(Forbidden):
        check_author(ONE, OTHER)
    with pytest.raises(SecondOfficerNeeded):
        check_second_officer(ONE, ONE)


def test_only_the_first_policy_needs_no_second_officer() -> None:
    check_is_first(0)
    with pytest.raises(SecondOfficerNeeded):
        check_is_first(1)


def test_a_draft_written_against_an_older_version_is_outdated() -> None:
    check_base(3, 3)
    with pytest.raises(DraftOutdated):
        check_base(2, 3)


def test_no_version_takes_effect_in_the_past() -> None:
    check_effective(NOW, NOW)
    with pytest.raises(EffectiveTooEarly):
        check_effective(NOW - timedelta(seconds=1), NOW)


def test_the_reasons_given_with_the_first_policy_are_those_of_its_values() -> None:
    check_same_values({"elder": {"redeem_from_age": 60}}, {"elder": {"redeem_from_age": 60}})
    with pytest.raises(InvalidRequest):
        check_same_values({"elder": {"redeem_from_age": 60}}, {"elder": {"redeem_from_age": 65}})


@pytest.mark.parametrize(
    ("own", "newer", "expected"),
    [
        (-DAY, None, VersionStanding.IN_FORCE),
        (-DAY, DAY, VersionStanding.IN_FORCE),
        (DAY, None, VersionStanding.SCHEDULED),
        (DAY, 2 * DAY, VersionStanding.SCHEDULED),
        (-2 * DAY, -DAY, VersionStanding.FORMER),
        (2 * DAY, DAY, VersionStanding.OVERTAKEN),
        (DAY, DAY, VersionStanding.OVERTAKEN),
        (-DAY, -2 * DAY, VersionStanding.OVERTAKEN),
    ],
)
def test_the_newest_version_whose_date_has_come_is_in_force(
    own: timedelta, newer: timedelta | None, expected: VersionStanding
) -> None:
    assert standing(NOW + own, NOW + newer if newer else None, NOW) is expected
