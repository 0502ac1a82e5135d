"""Group activities: every move of a place, who pays, and shares that add up exactly."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.contract import InvalidRequest
from services.matching import contract
from services.matching.contract import RequestState, SeatState
from services.matching.domain import activities as rules
from tests.unit.matching.test_catalogue_and_reviews import ITEM
from tests.unit.matching.test_domain import POLICY, ROOT


EDGES = {
    ("submitted", "held"),
    ("submitted", "refused"),
    ("submitted", "cancelled"),
    ("submitted", "expired"),
    ("held", "attended"),
    ("held", "absent"),
    ("held", "cancelled"),
    ("held", "expired"),
}


@pytest.mark.parametrize("state", SeatState)
@pytest.mark.parametrize("to", SeatState)
def test_every_edge_of_a_place_is_allowed_and_every_other_refused(
    state: SeatState, to: SeatState
) -> None:
    if (state, to) in EDGES:
        assert rules.moved_seat(state, to) is to
    else:
        with pytest.raises(contract.WrongState):
            rules.moved_seat(state, to)


def test_the_readme_draws_exactly_the_edges_of_a_place() -> None:
    page = (ROOT / "services/matching/README.md").read_text()
    lines = page.partition("## A place's states")[2].partition("\n## ")[0].splitlines()
    drawn = {tuple(line.split(":")[0].split(" --> ")) for line in lines if " --> " in line}
    drawn = {(a.strip(), b.strip()) for a, b in drawn if "[*]" not in a + b}
    told = {(str(a), str(b)) for a, follow in rules.SEAT_MOVES.items() for b in follow}
    assert drawn == EDGES == told


@given(minutes=st.integers(0, 240), payers=st.integers(1, 500))
def test_shares_differ_by_at_most_a_minute_and_add_up_exactly(minutes: int, payers: int) -> None:
    split = rules.shares(minutes, payers)
    assert sum(split) == minutes
    assert len(split) == payers
    assert max(split) - min(split) <= 1


@given(
    minutes=st.integers(15, 240),
    smallest=st.integers(1, 60),
    more=st.integers(0, 60),
    away=st.integers(0, 120),
    served=st.integers(0, 240),
)
def test_nobody_pays_more_than_is_held_for_them_however_many_stay_away(
    minutes: int, smallest: int, more: int, away: int, served: int
) -> None:
    held = list(range(smallest + more))
    absent, present = held[:away], held[away:]
    paying = rules.payers(present, absent, smallest)
    assert len(paying) == len(set(paying)) >= smallest
    assert set(present) <= set(paying)
    split = rules.shares(min(served, minutes), len(paying))
    assert max(split) <= rules.minutes_to_hold(minutes, smallest)


@pytest.mark.parametrize("state", RequestState)
def test_places_are_taken_and_given_back_only_before_it_begins(state: RequestState) -> None:
    if state in {"submitted", "in_review", "open", "accepted"}:
        rules.check_before_it_begins(state)
    else:
        with pytest.raises(contract.WrongState):
            rules.check_before_it_begins(state)


GROUP = replace(ITEM, smallest_group=3, largest_group=12, largest_minutes=120)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({}, None),
        ({"smallest": 12}, None),
        ({"item": ITEM}, contract.NotForGroups),
        ({"minutes": 121}, contract.InvalidWindow),
        ({"smallest": 2}, InvalidRequest),
        ({"largest": 13}, InvalidRequest),
        ({"smallest": 9, "largest": 8}, InvalidRequest),
    ],
)
def test_an_activity_keeps_within_its_items_numbers(
    changes: dict[str, Any], error: type[Exception] | None
) -> None:
    given = {"item": GROUP, "minutes": 120, "smallest": 3, "largest": 12} | changes
    numbers = (given["minutes"], given["smallest"], given["largest"])
    if error is None:
        rules.check_activity(given["item"], *numbers, POLICY)
    else:
        with pytest.raises(error):
            rules.check_activity(given["item"], *numbers, POLICY)
