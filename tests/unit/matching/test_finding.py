"""Scores that explain themselves, hours of the week, and the states of invitations and plans."""

import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.calendar import CITY_TIME
from services.kernel.contract import InvalidRequest
from services.matching import words
from services.matching.contract import InvitationEnded, InvitationState, PlanState, WrongState
from services.matching.domain import finding
from services.matching.domain.candidates import Unserved
from services.matching.domain.finding_policy import FindingPolicy, PlanningPolicy
from services.matching.domain.invitations import (
    INVITATION_MOVES,
    answer_deadline,
    invitation_moved,
)
from services.matching.domain.plans import PLAN_MOVES, is_stale, plan_moved
from services.matching.domain.reasons import Myself, reasons_for
from services.matching.domain.volunteers import (
    FreeTime,
    Profile,
    free_between,
    is_within,
    read_free_times,
    without,
)
from tests.unit.matching.test_domain import ROOT, VALUES


POLICY = FindingPolicy.from_values(1, VALUES)
PLANNING = PlanningPolicy.from_values(1, VALUES)
# A Wednesday, ten in the morning in Beijing.
START = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
END = START + timedelta(hours=2)
SKILLS = ("nursing", "barber")
LANGUAGES = ("hokkien", "english")

INVITATION_EDGES = {
    ("invited", "accepted"),
    ("invited", "declined"),
    ("invited", "lapsed"),
    ("invited", "withdrawn"),
}
PLAN_EDGES = {
    ("asked", "computed"),
    ("asked", "failed"),
    ("asked", "stale"),
    ("computed", "accepted"),
    ("computed", "rejected"),
    ("computed", "stale"),
}


def drawn_under(heading: str) -> set[tuple[str, str]]:
    """The edges of the diagram that follows a heading of the service's README."""
    text = (Path(ROOT) / "services/matching/README.md").read_text()
    section = text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line.split(":")[0].split(" --> ") for line in section.splitlines() if " --> " in line]
    return {(a.strip(), b.strip()) for a, b in lines if "[*]" not in a + b}


@pytest.mark.parametrize("state", InvitationState)
@pytest.mark.parametrize("to", InvitationState)
def test_every_move_of_an_invitation_is_drawn_and_every_other_refused(
    state: InvitationState, to: InvitationState
) -> None:
    if (state, to) in INVITATION_EDGES:
        assert invitation_moved(state, to) is to
    else:
        with pytest.raises(InvitationEnded):
            invitation_moved(state, to)


@pytest.mark.parametrize("state", PlanState)
@pytest.mark.parametrize("to", PlanState)
def test_every_move_of_a_plan_is_drawn_and_every_other_refused(
    state: PlanState, to: PlanState
) -> None:
    if (state, to) in PLAN_EDGES:
        assert plan_moved(state, to) is to
    else:
        with pytest.raises(WrongState):
            plan_moved(state, to)


def test_the_readme_draws_exactly_these_moves() -> None:
    for heading, edges, moves in (
        ("An invitation's states", INVITATION_EDGES, INVITATION_MOVES),
        ("A plan's states", PLAN_EDGES, PLAN_MOVES),
    ):
        kept = {(str(a), str(b)) for a, follow in moves.items() for b in follow}
        assert drawn_under(heading) == edges == kept


def profile(**more: Any) -> Profile:
    facts = {
        "skills": frozenset(),
        "certified": frozenset(),
        "languages": frozenset(),
        "free_times": (FreeTime(3, 540, 1080),),
        "days_off": frozenset(),
        "most_minutes_a_day": 240,
        "radius_metres": 3000,
    }
    return Profile(**facts | more)


def need(**more: Any) -> finding.Need:
    facts = {
        "starts_at": START,
        "ends_at": END,
        "skill": None,
        "certificate_needed": False,
        "language": None,
    }
    return finding.Need(**facts | more)


codes = st.frozensets(st.sampled_from(SKILLS))
profiles = st.builds(
    lambda skills, certified, languages, weekday, begins, radius: profile(
        skills=skills,
        certified=certified,
        languages=languages,
        free_times=(FreeTime(weekday, begins, begins + 300),),
        radius_metres=radius,
    ),
    codes,
    codes,
    st.frozensets(st.sampled_from(LANGUAGES)),
    st.integers(1, 7),
    st.integers(0, 1140),
    st.integers(100, 100_000),
)
people = st.lists(
    st.builds(
        lambda number, profile, share, ratings, stars, together, lately: finding.Known(
            uuid.UUID(int=number),
            profile,
            share * profile.radius_metres,
            ratings,
            round(ratings * stars),
            together,
            lately,
        ),
        st.integers(0, 2**64),
        profiles,
        st.floats(0, 1),
        st.integers(0, 500),
        st.floats(1, 5),
        st.integers(0, 50),
        st.integers(0, 20_000),
    ),
    max_size=8,
)
needs = st.builds(
    lambda skill, certificate, language: need(
        skill=skill, certificate_needed=certificate and skill is not None, language=language
    ),
    st.sampled_from((None, *SKILLS)),
    st.booleans(),
    st.sampled_from((None, *LANGUAGES)),
)


@given(asked=needs, known=people)
def test_parts_lie_between_nothing_and_one_and_their_points_add_up_to_the_score(
    asked: finding.Need, known: list[finding.Known]
) -> None:
    ranked = finding.rank(asked, known, POLICY)
    for each in ranked:
        assert [part.part for part in each.parts] == list(finding.Part)
        assert all(0 <= part.value <= 1 and 0 <= part.weight <= 1 for part in each.parts)
        assert sum(part.weight for part in each.parts) == pytest.approx(1)
        assert each.score == pytest.approx(sum(part.points for part in each.parts), abs=1e-9)
        assert 0 <= each.score <= 1
        assert finding.can(asked, each.known.profile)
    scores = [each.score for each in ranked]
    assert scores == sorted(scores, reverse=True)
    left_out = set(known) - {each.known for each in ranked}
    assert not any(finding.can(asked, each.profile) for each in left_out)


@given(ratings=st.integers(0, 1000), mean=st.floats(1, 5))
def test_few_ratings_are_drawn_towards_what_is_usual(ratings: int, mean: float) -> None:
    stars = finding.shrunken_stars(ratings, round(ratings * mean), POLICY)
    low, high = sorted((POLICY.prior_stars, mean))
    assert low - 0.5 <= stars <= high + 0.5
    assert 0 <= finding.reputation(ratings, round(ratings * mean), POLICY) <= 1


def test_one_perfect_rating_does_not_go_before_fifty_very_good_ones() -> None:
    newcomer, proven = (1, 5), (50, 240)
    assert finding.reputation(*newcomer, POLICY) < finding.reputation(*proven, POLICY)
    assert finding.shrunken_stars(0, 0, POLICY) == POLICY.prior_stars


@pytest.mark.parametrize(
    ("lately", "average", "share"), [(0, 0, 1.0), (0, 90, 1.0), (90, 90, 0.5), (270, 90, 0.25)]
)
def test_whoever_served_less_lately_goes_first(lately: int, average: float, share: float) -> None:
    assert finding.fair_share(lately, average) == share


def test_nobody_learns_from_the_value_of_a_part_what_the_rounded_distance_hides() -> None:
    scored = [
        finding.score(
            need(), finding.Known(uuid.uuid4(), profile(), metres, 0, 0, 0, 0), 0.0, POLICY
        )
        for metres in (410.0, 499.0)
    ]
    assert scored[0].parts == scored[1].parts


midnights = st.integers(0, 20).map(
    lambda days: datetime(2026, 12, 1, tzinfo=CITY_TIME) + timedelta(days=days)
)
weeks = st.lists(
    st.builds(
        lambda weekday, begins, length: {
            "weekday": weekday,
            "begins": f"{begins:02}:00",
            "ends": f"{min(24, begins + length):02}:00",
        },
        st.integers(1, 7),
        st.integers(0, 23),
        st.integers(1, 12),
    ),
    max_size=10,
)


@given(week=weeks, since=midnights, hour=st.integers(0, 23), length=st.integers(1, 30))
def test_a_span_is_free_when_each_of_its_hours_is(
    week: list[dict[str, Any]], since: datetime, hour: int, length: int
) -> None:
    """Also over midnight, and whatever hours were given twice."""
    start = since + timedelta(hours=hour)
    end = start + timedelta(hours=length)
    spans = free_between(profile(free_times=read_free_times(week)), start, end)
    hours = [start + timedelta(hours=each) for each in range(length)]
    assert is_within(spans, start, end) == all(is_given(week, each) for each in hours)
    assert spans == sorted(spans)


def is_given(week: list[dict[str, Any]], moment: datetime) -> bool:
    return any(
        each["weekday"] == moment.isoweekday()
        and int(each["begins"][:2]) <= moment.hour < int(each["ends"][:2])
        for each in week
    )


spans = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 10)), max_size=6).map(
    lambda made: [
        (START + timedelta(hours=at), START + timedelta(hours=at + long))
        for at, long in sorted(made)
    ]
)


@given(free=spans, taken=spans)
def test_what_is_left_of_free_time_is_free_and_not_taken(free: Any, taken: Any) -> None:
    left = without(free, taken)
    for hour in range(65):
        moment = START + timedelta(hours=hour, minutes=30)
        inside = [begins <= moment < ends for begins, ends in left]
        is_free = any(begins <= moment < ends for begins, ends in free)
        is_taken = any(begins <= moment < ends for begins, ends in taken)
        assert any(inside) == (is_free and not is_taken)


def test_a_day_off_takes_the_whole_day() -> None:
    away = profile(days_off=frozenset({date(2026, 12, 2)}))
    assert finding.gives_time(need(), profile())
    assert not finding.gives_time(need(), away)


def test_hours_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(InvalidRequest):
        read_free_times([{"weekday": 1, "begins": "12:00", "ends": "09:00"}])


def test_reasons_name_first_that_the_elder_asks_for_them() -> None:
    able = profile(skills=frozenset({"barber"}), languages=frozenset({"hokkien"}))
    asked = need(skill="barber", language="hokkien")
    myself = Myself(able, ((START - timedelta(hours=1), START + timedelta(minutes=1)),))
    found = reasons_for(asked, 420, myself, visits_together=2, is_asked_for=True)
    assert [reason.code for reason in found] == [
        "asks_for_you",
        "knows_you",
        "near",
        "busy",
        "fits_time",
        "has_skill",
        "speaks_language",
    ]
    sentences = [words.told(reason.code, **reason.values) for reason in found]
    assert sentences[1]["zh"] == "您为这位老人服务过2次"
    assert sentences[2]["en"] == "about 500 m from you"
    assert sentences[5]["zh"] == "您会理发"


@pytest.mark.parametrize("reason", Unserved)
def test_every_reason_has_words_in_both_languages(reason: Unserved) -> None:
    told = words.told(reason)
    assert told["zh"]
    assert told["en"]


def test_an_invitation_is_to_be_answered_in_a_day_and_an_hour_before_the_visit() -> None:
    now = START - timedelta(days=3)
    assert answer_deadline(now, START, POLICY) == now + timedelta(hours=24)
    now = START - timedelta(hours=3)
    assert answer_deadline(now, START, POLICY) == START - timedelta(hours=1)
    assert answer_deadline(START - timedelta(hours=1), START, POLICY) is None


def test_a_plan_is_good_for_two_hours() -> None:
    assert not is_stale(START, START + timedelta(minutes=120), PLANNING)
    assert is_stale(START, START + timedelta(minutes=121), PLANNING)
