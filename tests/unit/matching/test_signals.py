"""What puts a visit before a clerk, and what does not."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from services.matching import domain, metrics
from services.matching.contract import ExceptionReason
from services.matching.domain import Around, Facts
from services.matching.domain.signals import shortest_path
from tests.unit.matching.test_domain import POLICY, ROOT


# Ten in the morning in Beijing.
TEN = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
HERE = (39.9, 116.4)
ELDER, VOLUNTEER, THIRD, FOURTH, FIFTH = (uuid.UUID(int=number) for number in range(1, 6))
WORDS = yaml.safe_load((Path(ROOT) / "services/matching/data/exceptions.yaml").read_text())


def around(start: float = 0, minutes: float | None = 60, **changes: Any) -> Around:
    """A visit that begins so many minutes after ten."""
    begins = TEN + timedelta(minutes=start)
    ends = None if minutes is None else begins + timedelta(minutes=minutes)
    facts = {
        "visit_id": uuid.uuid4(),
        "request_id": uuid.uuid4(),
        "elder_id": ELDER,
        "volunteer_id": VOLUNTEER,
        "started_at": begins,
        "ended_at": ends,
        "place": HERE,
    }
    return Around(**facts | changes)


def reasons(visit: Around, **facts: Any) -> list[str]:
    found = domain.signals_of(
        visit, Facts(**{"planned_minutes": 60} | facts), POLICY.visit, POLICY.integrity
    )
    for signal in found:
        words = WORDS[signal.reason]
        assert words["zh"].format(**signal.evidence)
        assert words["en"].format(**signal.evidence)
    return [str(signal.reason) for signal in found]


def test_an_ordinary_visit_concerns_no_clerk() -> None:
    assert reasons(around()) == []


def test_every_reason_has_its_words_in_both_languages() -> None:
    assert set(WORDS) == set(ExceptionReason)
    assert all(words["zh"] and words["en"] for words in WORDS.values())


@pytest.mark.parametrize(("minutes", "found"), [(120, []), (121, ["over_long"])])
def test_an_hour_more_than_planned_is_long_enough(minutes: int, found: list[str]) -> None:
    assert reasons(around(minutes=minutes)) == found


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (around(-60, 60, volunteer_id=THIRD), []),
        (around(60, 60, volunteer_id=THIRD), []),
        (around(59, 60, volunteer_id=THIRD), ["overlap"]),
        (around(-30, None, volunteer_id=THIRD), ["overlap"]),
        (around(10, 10, elder_id=THIRD), ["overlap"]),
        (around(-600, 1200, elder_id=THIRD), ["overlap"]),
    ],
)
def test_nobody_is_at_two_visits_at_once(other: Around, found: list[str]) -> None:
    assert reasons(around(), same_time=[other]) == found


def test_several_volunteers_of_one_request_are_there_together() -> None:
    visit = around()
    assert reasons(visit, same_time=[around(volunteer_id=THIRD, request_id=visit.request_id)]) == []


def test_an_overlap_says_whose_and_for_how_long() -> None:
    others = [around(30, 60, elder_id=THIRD), around(50, 60, volunteer_id=THIRD)]
    facts = Facts(planned_minutes=60, same_time=others)
    (signal,) = domain.signals_of(around(), facts, POLICY.visit, POLICY.integrity)
    seen = [(each["of"], each["minutes"]) for each in signal.evidence["visits"]]
    assert seen == [("volunteer", 30), ("elder", 10)]


# Twenty kilometres less the error of both ends take nine and a half minutes at the policy's speed.
FAR = (39.9 + 20_000 / 111_195, 116.4)


@pytest.mark.parametrize(("gap", "found"), [(9, ["impossible_travel"]), (10, [])])
def test_the_way_between_two_visits_takes_its_time(gap: int, found: list[str]) -> None:
    before = around(-60 - gap, 60, place=FAR)
    after = around(60 + gap, 60, place=FAR)
    assert reasons(around(), neighbours=[before]) == found
    assert reasons(around(), neighbours=[after]) == found


def test_next_door_no_time_is_needed() -> None:
    assert reasons(around(), neighbours=[around(-60, 60), around(60, None)]) == []


@pytest.mark.parametrize(
    ("hour", "minute", "found"),
    [
        (5, 59, ["unusual_hours"]),
        (6, 0, []),
        (21, 0, []),
        (21, 1, ["unusual_hours"]),
        (0, 0, ["unusual_hours"]),
    ],
)
def test_a_visit_begins_and_ends_by_day(hour: int, minute: int, found: list[str]) -> None:
    start = (hour - 10) * 60 + minute
    assert reasons(around(start)) == found


def test_a_phone_that_the_elder_uses_is_told_of() -> None:
    assert reasons(around(), elders_device_at=["start"]) == ["same_device"]


@pytest.mark.parametrize(("times", "found"), [(0, []), (1, []), (2, ["round_trip"])])
def test_to_be_helped_in_return_once_is_friendship(times: int, found: list[str]) -> None:
    assert reasons(around(), served_back=times) == found


@pytest.mark.parametrize(
    ("served", "found"),
    [
        ([(ELDER, VOLUNTEER)], []),
        ([(ELDER, THIRD)], []),
        ([(ELDER, THIRD), (THIRD, VOLUNTEER)], ["ring"]),
        ([(ELDER, THIRD), (THIRD, FOURTH), (FOURTH, VOLUNTEER)], ["ring"]),
        ([(ELDER, THIRD), (THIRD, FOURTH), (FOURTH, FIFTH), (FIFTH, VOLUNTEER)], []),
        ([(ELDER, THIRD), (THIRD, ELDER), (FOURTH, VOLUNTEER)], []),
        ([(ELDER, VOLUNTEER), (ELDER, THIRD), (THIRD, VOLUNTEER)], ["ring"]),
    ],
)
def test_a_ring_of_three_or_four_is_found_and_no_longer_one(
    served: list[tuple[uuid.UUID, uuid.UUID]], found: list[str]
) -> None:
    assert reasons(around(), served=served) == found


PEOPLE = [uuid.UUID(int=number) for number in range(1, 8)]


@given(
    edges=st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)), max_size=20),
    most=st.integers(1, 5),
)
def test_a_path_goes_along_what_was_served_visits_nobody_twice_and_is_short_enough(
    edges: list[tuple[uuid.UUID, uuid.UUID]], most: int
) -> None:
    start, goal = PEOPLE[0], PEOPLE[1]
    path = shortest_path(start, goal, edges, most)
    if path is not None:
        steps = list(zip(path, path[1:], strict=False))
        assert set(steps) <= set(edges)
        assert 2 <= len(steps) <= most
        assert len(set(path)) == len(path)
        assert (path[0], path[-1]) == (start, goal)


@given(spans=st.lists(st.tuples(st.integers(0, 600), st.integers(1, 300)), min_size=2, max_size=5))
def test_of_visits_that_overlap_at_least_the_one_that_ends_last_is_seen(
    spans: list[tuple[int, int]],
) -> None:
    """However they are begun and ended: whoever ends looks at all that have begun."""
    visits = [around(start, minutes, elder_id=uuid.uuid4()) for start, minutes in spans]
    ordered = sorted(visits, key=lambda each: (each.ended_at, str(each.visit_id)))
    seen: set[uuid.UUID] = set()
    for visit in ordered:
        assert visit.ended_at is not None
        begun = [
            replace(
                other, ended_at=other.ended_at if other in ordered[: ordered.index(visit)] else None
            )
            for other in visits
            if other is not visit and other.started_at < visit.ended_at
        ]
        if "overlap" in reasons(visit, same_time=begun, planned_minutes=600):
            seen.add(visit.visit_id)
    for one in visits:
        for other in visits:
            if one is not other and one.started_at < other.started_at < (one.ended_at or TEN):
                assert {one.visit_id, other.visit_id} & seen


def test_how_many_wait_and_how_long_is_shown_to_whoever_watches() -> None:
    metrics.show_queue(3, TEN, TEN + timedelta(hours=2))
    assert REGISTRY.get_sample_value("timebank_matching_open_exceptions") == 3
    assert REGISTRY.get_sample_value("timebank_matching_oldest_exception_seconds") == 7200
    metrics.show_queue(0, None, TEN)
    assert REGISTRY.get_sample_value("timebank_matching_oldest_exception_seconds") == 0
