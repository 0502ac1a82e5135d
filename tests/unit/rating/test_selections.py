"""Selections: points, ranks, words, and votes, for whatever figures there are."""

from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.contract import StaffState
from services.kernel.contract import InvalidRequest
from services.rating.contract import InterestInCandidate, SelectionKind, VotingClosed
from services.rating.domain.attribution import (
    Attribution,
    terms_of,
)
from services.rating.domain.figures import (
    Figures,
    MetInPeriod,
    count_figures,
)
from services.rating.domain.selections import (
    check_decision,
    check_vote,
    follows,
    interests_of,
    tally,
)
from services.rating.domain.shortlist import Judged, shortlist
from services.rating.selection_words import in_words, points_in_words
from tests.unit.rating.selected import (
    DAY,
    HOUR,
    POLICY,
    SELECTION,
    START,
    candidate,
    organisation,
    person,
    step,
)


COUNTS = st.builds(
    lambda minutes, visits, elders, volunteers, stars: Figures(
        minutes, visits, elders, volunteers, len(stars), len(stars), 100 * sum(stars)
    ),
    st.integers(0, 10_000),
    st.integers(0, 60),
    st.integers(0, 30),
    st.integers(0, 9),
    st.lists(st.integers(1, 5), max_size=30),
)


def is_fit(figures: Figures) -> bool:
    return (
        figures.visits >= 3
        and figures.elders >= 2
        and figures.volunteers >= 2
        and figures.raters >= 2
    )


@given(st.lists(COUNTS, max_size=8), st.integers())
def test_a_shortlist_is_the_same_in_any_order_and_ranks_by_its_points(
    counted: list[Figures], seed: int
) -> None:
    candidates = [candidate(number) for number in range(len(counted))]
    figures = {organisation(number): each for number, each in enumerate(counted)}
    listed = shortlist(candidates, figures, POLICY)
    shuffled = candidates[:]
    Random(seed).shuffle(shuffled)
    assert shortlist(shuffled, figures, POLICY) == listed
    assert {each.candidate_id for each in listed if each.rank} == {
        key for key, each in figures.items() if is_fit(each)
    }
    ranked = [each for each in listed if each.rank is not None]
    assert [each.total for each in ranked] == sorted((each.total for each in ranked), reverse=True)
    for each in listed:
        assert bool(each.lacking) == (each.rank is None) == (not each.points)
        assert 0 <= each.total <= 10_002
    from_kept = shortlist(
        [each.candidate for each in listed],
        {each.candidate_id: Figures(**each.figures.to_json()) for each in listed},
        POLICY,
    )
    assert from_kept == listed


@given(COUNTS.filter(is_fit), COUNTS.filter(is_fit))
def test_points_are_the_weighted_shares_that_they_are_said_to_be(
    one: Figures, other: Figures
) -> None:
    figures = {organisation(0): one, organisation(1): other}
    for judged in shortlist([candidate(0), candidate(1)], figures, POLICY):
        own = judged.figures
        for criterion, name in (("hours", "minutes"), ("visits", "visits"), ("elders", "elders")):
            best = max(getattr(one, name), getattr(other, name), 1)
            exact = Fraction(POLICY.weights[criterion]) * getattr(own, name) / best
            assert abs(Fraction(judged.points[criterion], 100) - exact) <= Fraction(1, 200)


def test_who_has_more_of_everything_is_never_ranked_below() -> None:
    small, big = Figures(600, 10, 5, 2, 4, 4, 1600), Figures(1200, 20, 9, 4, 8, 8, 3600)
    first, second = shortlist(
        [candidate(0), candidate(1)], {organisation(0): small, organisation(1): big}, POLICY
    )
    assert (first.candidate_id, first.rank, second.rank) == (organisation(1), 1, 2)
    assert first.points == {
        "hours": 3000,
        "visits": 1000,
        "elders": 2500,
        "volunteers": 1000,
        "satisfaction": 2069,
    }
    assert second.points["hours"] == 1500


def test_candidates_alike_in_everything_share_a_rank_and_the_next_is_third() -> None:
    same, less = Figures(600, 10, 5, 2, 4, 4, 1600), Figures(600, 10, 5, 2, 4, 4, 1200)
    listed = shortlist(
        [candidate(0, "b"), candidate(1, "a"), candidate(2, "c")],
        {organisation(0): same, organisation(1): same, organisation(2): less},
        POLICY,
    )
    assert [(each.candidate.name, each.rank) for each in listed] == [("a", 1), ("b", 1), ("c", 3)]


def test_a_lucky_few_ratings_do_not_beat_many_good_ones() -> None:
    few, many = Figures(raters=2, voices=1000), Figures(raters=40, voices=19000)
    assert few.shrunken(POLICY) < many.shrunken(POLICY)


def test_one_elder_has_one_voice_however_often_they_rate() -> None:
    attribution = Attribution.of(terms_of([step(1, 0, StaffState.ACTIVE)]), [])
    at = START + HOUR
    friend = [MetInPeriod(UUID(int=n), person(0), "law", at, UUID(int=99), 5) for n in range(50)]
    others = [
        MetInPeriod(UUID(int=100 + n), person(0), "law", at, UUID(int=n), 3) for n in range(3)
    ]

    def counted(met: list[MetInPeriod]) -> Figures:
        (figures,) = count_figures(SelectionKind.ORGANISATION, attribution, [], met).values()
        return figures

    assert counted([*friend, *others]).shrunken(POLICY) == counted([friend[0], *others]).shrunken(
        POLICY
    )
    # And what one elder says is neither judged nor shown as what people say.
    (judged,) = shortlist([candidate(0)], {organisation(0): counted(friend)}, POLICY)
    assert "raters" in judged.lacking


@given(COUNTS, st.booleans())
def test_no_count_under_the_smallest_that_may_be_shown_is_shown(
    figures: Figures, judged: bool
) -> None:
    policy = replace(POLICY, least_shown=5)
    shown = figures.shown(policy, judged)
    for name in ("visits", "elders", "volunteers", "ratings", "raters", "upheld"):
        assert shown[name] in (0, None) or shown[name] >= 5
    if 0 < figures.elders < 5 or 0 < figures.visits < 5:
        assert shown["minutes"] is None
    assert shown["satisfaction"] is None or judged


def test_who_is_judged_always_has_counts_that_may_be_shown() -> None:
    policy = replace(POLICY, least_shown=50)
    assert set(policy.least().values()) == {50}


def test_words_say_the_figures_and_of_too_few_only_that_they_are() -> None:
    figures = {
        organisation(0): Figures(610, 10, 5, 2, 4, 3, 1200),
        organisation(1): Figures(99, 2, 1),
    }
    judged, too_few = shortlist([candidate(0), candidate(1)], figures, POLICY)
    assert in_words(judged, POLICY)["en"] == (
        "rank 1 with 93.75 points: 10 h 10 min in 10 visits to 5 elders by 2 volunteers;"
        " 4 ratings by 3 elders, shrunken mean 4.00"
    )
    assert in_words(too_few, POLICY)["zh"] == (
        "数量太少，不作评比：服务不足3次，服务老人不足2位，志愿者不足2名，作出评价的老人不足2位"
    )
    points = points_in_words(judged, figures[organisation(0)], POLICY)
    assert points[-1]["en"] == (
        "satisfaction: shrunken mean 4.00 (75% of the way from 1 to 5), weight 25, 18.75 points"
    )
    assert points_in_words(too_few, figures[organisation(0)], POLICY) == []


LISTED: list[Judged] = shortlist(
    [candidate(number) for number in range(4)],
    {organisation(number): Figures(600 - number, 10, 5, 2, 4, 4, 1600) for number in range(3)},
    POLICY,
)
ONE, TWO, THREE, TOO_FEW = (organisation(number) for number in range(4))


def test_a_vote_is_for_judged_candidates_in_time_and_without_interest() -> None:
    assert check_vote(SELECTION, [TWO, ONE, ONE], LISTED, (), START) == [ONE, TWO]
    for chosen in ([TOO_FEW], [UUID(int=77)], [ONE, TWO, THREE]):
        with pytest.raises(InvalidRequest):
            check_vote(SELECTION, chosen, LISTED, (), START)
    with pytest.raises(InterestInCandidate):
        check_vote(SELECTION, [ONE, TWO], LISTED, {TWO}, START)
    assert check_vote(SELECTION, [ONE], LISTED, {TWO}, START) == [ONE]
    with pytest.raises(VotingClosed):
        check_vote(SELECTION, [ONE], LISTED, (), START + DAY)


def test_an_interest_is_over_when_it_ended_before_the_period_began() -> None:
    # 1 January in the city begins 106 hours before START.
    for ended, interests in ((-107, set()), (-106, {organisation(0)})):
        steps = [step(1, -999, StaffState.ACTIVE), step(1, ended, StaffState.ENDED)]
        assert interests_of(person(0), terms_of(steps), SELECTION) == interests
        assert interests_of(person(1), terms_of(steps), SELECTION) == set()


VOTES = st.dictionaries(
    st.integers(0, 8).map(person),
    st.lists(st.sampled_from([ONE, TWO, THREE]), min_size=1, max_size=2, unique=True),
    max_size=8,
)


@given(VOTES, st.integers(1, 3))
def test_the_votes_are_followed_by_taking_from_the_top(votes: Any, winners: int) -> None:
    counted = tally(votes)
    top = [candidate_id for candidate_id, _ in counted.most_common(winners)]
    assert follows(top, votes, winners)
    best = max(counted.values(), default=0)
    for each in (ONE, TWO, THREE):
        assert follows([each], votes, 1) == (bool(counted) and counted[each] == best)


def test_a_decision_beside_the_votes_says_why_and_never_takes_who_was_not_judged() -> None:
    votes = {person(1): [ONE], person(2): [ONE, TWO], person(3): [THREE, ONE]}
    assert check_decision(SELECTION, [ONE, TWO], LISTED, votes, None)
    assert check_decision(SELECTION, [ONE, THREE], LISTED, votes, None)
    for winners in ([TWO, THREE], [ONE], []):
        with pytest.raises(InvalidRequest):
            check_decision(SELECTION, winners, LISTED, votes, "  ")
        assert not check_decision(SELECTION, winners, LISTED, votes, "如实说明")
    for winners in ([TOO_FEW], [ONE, TWO, THREE]):
        with pytest.raises(InvalidRequest):
            check_decision(SELECTION, winners, LISTED, votes, "如实说明")
