"""The rules of matching: windows, minutes, distances, and every move between states."""

import doctest
import importlib
import pkgutil
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import asin, atan2, cos, degrees, pi, radians, sin
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.contract import InvalidRequest
from services.matching import contract, domain
from services.matching.catalogue import CATEGORIES
from services.matching.contract import Category, RequestState
from services.matching.domain.requests import window_flaws
from services.matching.domain.states import MOVES


ROOT = Path(__file__).parents[3]
DOCUMENT = yaml.safe_load((ROOT / "deploy/policies/beijing.yaml").read_text())
VALUES = {
    section: {rule: entry["value"] for rule, entry in rules.items()}
    for section, rules in DOCUMENT["values"].items()
}
POLICY = domain.MatchingPolicy.from_values(1, VALUES)
NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
ADULT = domain.Person(uuid.uuid4(), "张三", date(1990, 1, 1), "110105001", True, None)
PUPIL = replace(ADULT, birth_date=date(2011, 1, 1))

# The diagram in the service's README, edge by edge.
EDGES = {
    ("submitted", "open"),
    ("submitted", "in_review"),
    ("submitted", "refused"),
    ("submitted", "cancelled"),
    ("submitted", "expired"),
    ("in_review", "open"),
    ("in_review", "refused"),
    ("in_review", "cancelled"),
    ("in_review", "expired"),
    ("open", "in_review"),
    ("open", "accepted"),
    ("open", "cancelled"),
    ("open", "expired"),
    ("accepted", "open"),
    ("accepted", "underway"),
    ("accepted", "cancelled"),
    ("accepted", "no_show"),
    ("underway", "completed"),
    ("underway", "excepted"),
    ("excepted", "completed"),
}


@pytest.mark.parametrize("state", RequestState)
@pytest.mark.parametrize("to", RequestState)
def test_every_edge_of_the_state_machine_is_allowed_and_every_other_refused(
    state: RequestState, to: RequestState
) -> None:
    if (state, to) in EDGES:
        assert domain.moved(state, to) is to
    else:
        with pytest.raises(contract.WrongState):
            domain.moved(state, to)


def test_the_readme_draws_exactly_these_edges() -> None:
    text = (ROOT / "services/matching/README.md").read_text()
    lines = text.partition("## A request's states\n")[2].partition("\n## ")[0].splitlines()
    drawn = {tuple(line.split(":")[0].split(" --> ")) for line in lines if " --> " in line}
    drawn = {(a.strip(), b.strip()) for a, b in drawn if "[*]" not in a + b}
    assert drawn == EDGES == {(str(a), str(b)) for a, follow in MOVES.items() for b in follow}


@given(
    served=st.integers(0, 2000),
    seconds=st.integers(0, 59),
    planned=st.integers(15, 240),
    today=st.integers(0, 600),
)
def test_credited_minutes_never_exceed_what_was_served_planned_or_allowed(
    served: int, seconds: int, planned: int, today: int
) -> None:
    ended = NOW + timedelta(minutes=served, seconds=seconds)
    earned = domain.credit(NOW, ended, planned, domain.Credited(today), POLICY)
    left = max(0, POLICY.most_minutes_a_day - today)
    most = min(served, planned, POLICY.most_minutes_a_visit, left)
    assert earned.minutes == (most if most >= POLICY.smallest_credit_minutes else 0)
    minutes = [step["minutes"] for step in earned.explanation]
    assert minutes == sorted(minutes, reverse=True)
    assert minutes[-1] == earned.minutes


@pytest.mark.parametrize(
    ("served", "credited"), [(14, 0), (15, 15), (95, 95), (120, 120), (121, 120), (0, 0)]
)
def test_whole_minutes_from_fifteen_to_the_planned_are_credited(served: int, credited: int) -> None:
    ended = NOW + timedelta(minutes=served, seconds=59)
    assert domain.credit(NOW, ended, 120, domain.Credited(), POLICY).minutes == credited


def test_a_visit_cannot_end_before_it_began() -> None:
    with pytest.raises(contract.OutsideWindow):
        domain.credit(NOW, NOW - timedelta(seconds=1), 60, domain.Credited(), POLICY)


@given(
    start=st.integers(-3000, 100_000), length=st.integers(-100, 2000), minutes=st.integers(-5, 500)
)
def test_a_window_is_right_exactly_when_no_rule_is_broken(
    start: int, length: int, minutes: int
) -> None:
    starts_at = NOW + timedelta(minutes=start)
    window = domain.Window(starts_at, starts_at + timedelta(minutes=length), minutes)
    right = (
        0 < start <= POLICY.furthest_ahead_days * 1440
        and max(minutes, 1) <= length <= 1440
        and POLICY.smallest_request_minutes <= minutes <= POLICY.largest_request_minutes
    )
    assert (not window_flaws(window, NOW, POLICY)) == right


FURTHEST = POLICY.furthest_ahead_days * 1440
SMALLEST, LARGEST = POLICY.smallest_request_minutes, POLICY.largest_request_minutes


@pytest.mark.parametrize(
    ("start", "length", "minutes", "flawed"),
    [
        (0, 60, 60, {"starts_at"}),
        (1, 60, 60, set()),
        (FURTHEST, 60, 60, set()),
        (FURTHEST + 1, 60, 60, {"starts_at"}),
        (1, 59, 60, {"minutes"}),
        (1, 0, 60, {"ends_at"}),
        (1, 1440, LARGEST, set()),
        (1, 1441, LARGEST, {"ends_at"}),
        (1, 1440, LARGEST + 1, {"minutes"}),
        (1, 60, SMALLEST, set()),
        (1, 60, SMALLEST - 1, {"minutes"}),
        (-1, -1, 0, {"starts_at", "ends_at", "minutes"}),
    ],
)
def test_each_edge_of_a_window_is_named_by_its_field(
    start: int, length: int, minutes: int, flawed: set[str]
) -> None:
    starts_at = NOW + timedelta(minutes=start)
    window = domain.Window(starts_at, starts_at + timedelta(minutes=length), minutes)
    assert set(window_flaws(window, NOW, POLICY)) == flawed


@given(st.floats(-80, 80), st.floats(-179, 179), st.floats(-80, 80), st.floats(-179, 179))
def test_a_distance_is_the_same_both_ways_and_zero_only_to_itself(
    a: float, b: float, c: float, d: float
) -> None:
    there = domain.haversine_metres(a, b, c, d)
    assert there == pytest.approx(domain.haversine_metres(c, d, a, b), abs=1e-3)
    assert domain.haversine_metres(a, b, a, b) == 0
    assert 0 <= there <= 20_016_000


@given(
    latitude=st.floats(-89.99, 89.99),
    longitude=st.floats(-120, 120),
    metres=st.integers(1, 50_000),
    share=st.floats(0, 1),
    bearing=st.floats(0, 2 * pi),
)
def test_no_place_within_the_radius_lies_outside_the_box(
    latitude: float, longitude: float, metres: int, share: float, bearing: float
) -> None:
    arc = metres * share / domain.EARTH_RADIUS_METRES
    here = radians(latitude)
    there = asin(max(-1, min(1, sin(here) * cos(arc) + cos(here) * sin(arc) * cos(bearing))))
    turn = atan2(sin(bearing) * sin(arc) * cos(here), cos(arc) - sin(here) * sin(there))
    south, west, north, east = domain.box_around(latitude, longitude, metres)
    slack = 1e-9
    assert south - slack <= degrees(there) <= north + slack
    assert west - slack <= longitude + degrees(turn) <= east + slack


def test_the_box_is_no_larger_than_it_must_be() -> None:
    south, west, north, east = domain.box_around(39.9, 116.4, 5000)
    assert domain.haversine_metres(39.9, 116.4, north, 116.4) == pytest.approx(5000)
    assert domain.haversine_metres(39.9, 116.4, south, 116.4) == pytest.approx(5000)
    for side in (west, east):
        assert domain.haversine_metres(39.9, 116.4, 39.9, side) == pytest.approx(5000, rel=1e-3)


@pytest.mark.parametrize(("metres", "inside"), [(0, True), (499, True), (501, False)])
def test_the_fence_is_a_circle_of_the_policys_radius(metres: int, inside: bool) -> None:
    here = 39.9 + metres / 111_195
    if inside:
        domain.check_within(here, 116.4, 39.9, 116.4, POLICY.geofence_metres)
    else:
        with pytest.raises(contract.TooFar):
            domain.check_within(here, 116.4, 39.9, 116.4, POLICY.geofence_metres)


@pytest.mark.parametrize(
    ("minutes", "allowed"), [(-31, False), (-30, True), (0, True), (119, True), (120, False)]
)
def test_check_in_opens_early_and_closes_with_the_window(minutes: int, allowed: bool) -> None:
    now, ends_at = NOW + timedelta(minutes=minutes), NOW + timedelta(hours=2)
    if allowed:
        domain.check_check_in(NOW, ends_at, now, POLICY)
    else:
        with pytest.raises(contract.OutsideWindow):
            domain.check_check_in(NOW, ends_at, now, POLICY)


def test_a_volunteer_is_a_pupil_until_the_eighteenth_birthday() -> None:
    assert domain.is_pupil(PUPIL, NOW, POLICY)
    assert not domain.is_pupil(ADULT, NOW, POLICY)
    assert not domain.is_pupil(replace(ADULT, birth_date=date(2008, 11, 25)), NOW, POLICY)


@pytest.mark.parametrize(("minutes_before", "late"), [(121, False), (120, False), (119, True)])
def test_a_release_counts_as_late_within_two_hours(minutes_before: int, late: bool) -> None:
    now = NOW - timedelta(minutes=minutes_before)
    assert domain.is_late_release(NOW, now, POLICY) is late


@pytest.mark.parametrize(("minutes_after", "overdue"), [(120, False), (121, True)])
def test_a_check_out_is_missing_two_hours_after_the_end(minutes_after: int, overdue: bool) -> None:
    assert domain.is_overdue(NOW, NOW + timedelta(minutes=minutes_after), POLICY) is overdue


def test_a_clerk_credits_at_most_what_was_planned() -> None:
    assert domain.check_decision(0, 60).minutes == 0
    assert domain.check_decision(60, 60).minutes == 60
    with pytest.raises(InvalidRequest):
        domain.check_decision(61, 60)


def test_the_catalogue_names_every_category_once_in_both_languages() -> None:
    assert [item["category"] for item in CATEGORIES] == list(Category)
    assert all(item["name_zh"] and item["name_en"] for item in CATEGORIES)


@pytest.mark.parametrize("name", [each.name for each in pkgutil.iter_modules(domain.__path__)])
def test_the_examples_in_the_rules_are_true(name: str) -> None:
    module = importlib.import_module(f"services.matching.domain.{name}")
    assert doctest.testmod(module).failed == 0
