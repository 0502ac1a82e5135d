"""Guardianship and consent: their moves, their limits, the papers, and who may."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.identity.contract import (
    CannotGuard,
    ConsentEnd,
    ConsentEnded,
    GuardianshipDecided,
    GuardianshipKind,
    NotTheirKin,
    Paper,
    PaperRequired,
    Relation,
    Way,
)
from services.identity.domain import consent, guardianship, kin_rights
from services.identity.domain.consent import ConsentState, check_agent, check_until
from services.identity.domain.family import Standing, Tie
from services.identity.domain.family_rules import FamilyRules
from services.identity.domain.guardianship import GuardianshipState, check_can_guard, kind_for
from services.identity.domain.kinship import Kinship
from services.identity.domain.papers import SHOWS, check_paper, papers_for
from services.identity.domain.states import PersonState
from services.identity.papers import PAPERS
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Error, Forbidden, InvalidRequest, Unauthenticated
from tests.unit.identity.test_people import make_person


NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
TODAY, ADULT = date(2026, 11, 25), 18
MINOR_KIND, ADULT_KIND = GuardianshipKind.MINOR, GuardianshipKind.ADULT
ELDER = make_person(person_id=UUID(int=1), birth_date=date(1945, 1, 1))
CHILD = make_person(person_id=UUID(int=2), birth_date=date(1975, 1, 1), street="110101002")
PUPIL = make_person(person_id=UUID(int=3), birth_date=date(2012, 1, 1))
CLERK = Caller(UUID(int=9), (RoleIn("agency_clerk", "110105001"),))
CLERK_OF_CHILD = Caller(UUID(int=9), (RoleIn("agency_clerk", "110101002"),))
STRANGER = Caller(UUID(int=8))


@pytest.mark.parametrize("to", GuardianshipState)
@pytest.mark.parametrize("state", GuardianshipState)
def test_a_guardianship_moves_as_drawn_and_no_other_way(
    state: GuardianshipState, to: GuardianshipState
) -> None:
    drawn = {("named", "confirmed"), ("named", "refused"), ("confirmed", "ended")}
    if (state, to) in drawn:
        assert guardianship.moved(state, to) is to
        return
    with pytest.raises(GuardianshipDecided):
        guardianship.moved(state, to)


@pytest.mark.parametrize("to", ConsentState)
@pytest.mark.parametrize("state", ConsentState)
def test_a_consent_moves_as_drawn_and_no_other_way(state: ConsentState, to: ConsentState) -> None:
    if (state, to) == ("given", "ended"):
        assert consent.moved(state, to) is to
        return
    with pytest.raises(ConsentEnded):
        consent.moved(state, to)


@pytest.mark.parametrize("kind", GuardianshipKind)
@pytest.mark.parametrize("state", GuardianshipState)
def test_a_minors_guardianship_is_over_on_the_day_the_ward_comes_of_age(
    state: GuardianshipState, kind: GuardianshipKind
) -> None:
    birthday = date(2030, 1, 1)
    eve = birthday - timedelta(days=1)
    assert guardianship.shown_state(state, kind, PUPIL, eve, ADULT) == state
    over = (state, kind) == ("confirmed", "minor")
    shown = guardianship.shown_state(state, kind, PUPIL, birthday, ADULT)
    assert shown == ("of_age" if over else state)


def test_a_consent_lapses_at_its_moment() -> None:
    for state in ConsentState:
        assert consent.shown_state(state, NOW + timedelta(seconds=1), NOW) == state
        lapsed = "lapsed" if state is ConsentState.GIVEN else state
        assert consent.shown_state(state, NOW, NOW) == lapsed


@pytest.mark.parametrize(
    ("ahead", "right"),
    [
        (timedelta(0), False),
        (timedelta(seconds=1), True),
        (timedelta(days=365), True),
        (timedelta(days=365, seconds=1), False),
    ],
)
def test_a_consent_ends_after_now_and_within_the_policys_days(
    ahead: timedelta, right: bool
) -> None:
    if right:
        check_until(NOW + ahead, NOW, 365)
        return
    with pytest.raises(InvalidRequest):
        check_until(NOW + ahead, NOW, 365)


TIE = Tie(
    Kinship(CHILD.person_id, ELDER.person_id, Relation.PARENT),
    (Standing(UUID(int=7), Kinship(CHILD.person_id, ELDER.person_id, Relation.PARENT)),),
)


@pytest.mark.parametrize(
    ("elder", "agent", "tie"),
    [
        (ELDER, CHILD, None),
        (PUPIL, CHILD, TIE),
        (ELDER, PUPIL, TIE),
        (ELDER, make_person(state=PersonState.PENDING, birth_date=date(1975, 1, 1)), TIE),
        (make_person(state=PersonState.CLOSED, birth_date=date(1945, 1, 1)), CHILD, TIE),
    ],
)
def test_only_verified_adult_kin_stand_in(elder: Any, agent: Any, tie: Tie | None) -> None:
    check_agent(ELDER, CHILD, TIE, TODAY, ADULT)
    with pytest.raises(NotTheirKin):
        check_agent(elder, agent, tie, TODAY, ADULT)


def test_the_kind_follows_from_the_age_and_a_ward_grows_up() -> None:
    assert kind_for(PUPIL, TODAY, ADULT) is MINOR_KIND
    assert kind_for(ELDER, TODAY, ADULT) is ADULT_KIND
    check_can_guard(CHILD, PUPIL, MINOR_KIND, TODAY, ADULT)
    unverified = make_person(state=PersonState.UNVERIFIED, birth_date=date(1975, 1, 1))
    for guardian, ward, kind in (
        (PUPIL, PUPIL, MINOR_KIND),
        (unverified, PUPIL, MINOR_KIND),
        (PUPIL, ELDER, ADULT_KIND),
        (CHILD, ELDER, MINOR_KIND),
    ):
        with pytest.raises(CannotGuard):
            check_can_guard(guardian, ward, kind, TODAY, ADULT)


def test_every_paper_has_its_words_and_everything_has_a_paper() -> None:
    assert [paper["code"] for paper in PAPERS] == [paper.value for paper in Paper]
    assert all(paper["zh"] and paper["en"] and paper["shows"] for paper in PAPERS)
    for what in (*Relation, *GuardianshipKind):
        assert papers_for(what)
    assert papers_for(ADULT_KIND) == [Paper.COURT_RULING]


@pytest.mark.parametrize("what", [*Relation, *GuardianshipKind])
@pytest.mark.parametrize("paper", [None, *Paper])
def test_a_paper_does_for_what_it_shows(
    paper: Paper | None, what: Relation | GuardianshipKind
) -> None:
    if paper is not None and what in SHOWS[paper]:
        check_paper(paper, what)
        return
    with pytest.raises(PaperRequired) as refused:
        check_paper(paper, what)
    assert refused.value.fields["paper"] == papers_for(what)


@pytest.mark.parametrize(
    ("caller", "claimed_by", "way"),
    [
        (Caller(ELDER.person_id), CHILD.person_id, Way.BY_THE_OTHER),
        (Caller(CHILD.person_id), ELDER.person_id, Way.BY_THE_OTHER),
        (Caller(ELDER.person_id), ELDER.person_id, Forbidden),
        (Caller(ELDER.person_id), CLERK.person_id, Forbidden),
        (Caller(ELDER.person_id, CLERK.roles), ELDER.person_id, Forbidden),
        (CLERK, ELDER.person_id, Way.PAPER_SEEN),
        (CLERK_OF_CHILD, CLERK.person_id, Way.PAPER_SEEN),
        (STRANGER, ELDER.person_id, Forbidden),
        (Caller(), ELDER.person_id, Unauthenticated),
    ],
)
def test_the_other_confirms_or_a_clerk_with_the_paper(
    caller: Caller, claimed_by: UUID, way: Way | type[Error]
) -> None:
    def ask() -> Way:
        return kin_rights.way_to_confirm(caller, claimed_by, (ELDER, CHILD), TODAY, ADULT)

    if isinstance(way, Way):
        assert ask() is way
        return
    with pytest.raises(way):
        ask()


def test_somebody_under_age_confirms_nothing() -> None:
    with pytest.raises(Forbidden):
        kin_rights.way_to_confirm(
            Caller(PUPIL.person_id), CHILD.person_id, (PUPIL, CHILD), TODAY, ADULT
        )


@pytest.mark.parametrize(
    ("caller", "reason"),
    [
        (Caller(ELDER.person_id), ConsentEnd.REVOKED),
        (CLERK, ConsentEnd.REVOKED),
        (Caller(CHILD.person_id), ConsentEnd.LAID_DOWN),
        (Caller(CHILD.person_id, CLERK.roles), ConsentEnd.LAID_DOWN),
        (CLERK_OF_CHILD, None),
        (STRANGER, None),
    ],
)
def test_the_elder_or_the_desk_revokes_and_the_agent_lays_down(
    caller: Caller, reason: ConsentEnd | None
) -> None:
    if reason:
        assert kin_rights.way_to_revoke(caller, ELDER, CHILD.person_id) is reason
        return
    with pytest.raises(Forbidden):
        kin_rights.way_to_revoke(caller, ELDER, CHILD.person_id)


VALUES: dict[str, Any] = {"kin": {"most_parents": 4}, "consent": {"most_days": 365}}


def test_the_numbers_come_from_the_policy() -> None:
    assert FamilyRules.from_values(VALUES) == FamilyRules(4, 365)


@pytest.mark.parametrize("spoil", [lambda v: v.pop("kin"), lambda v: v.pop("consent")])
def test_a_policy_without_them_is_refused(spoil: Callable[[dict[str, Any]], Any]) -> None:
    values = dict(VALUES)
    spoil(values)
    with pytest.raises(InvalidRequest):
        FamilyRules.from_values(values)
