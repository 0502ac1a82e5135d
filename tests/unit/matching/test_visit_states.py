"""The small state machines around a visit: every edge, every non-edge, as the README draws them."""

from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from services.matching import domain
from services.matching.contract import DeviceState, ExceptionState, StrikeState, WrongState
from services.matching.domain import VisitState


README = Path(__file__).parents[3] / "services/matching/README.md"

MACHINES: dict[str, tuple[Any, type[StrEnum], set[tuple[str, str]]]] = {
    "visit": (
        domain.VISIT_MOVES,
        VisitState,
        {("underway", "completed"), ("underway", "excepted"), ("excepted", "completed")},
    ),
    "exception": (domain.EXCEPTION_MOVES, ExceptionState, {("open", "decided")}),
    "strike": (domain.STRIKE_MOVES, StrikeState, {("given", "waived")}),
    "device": (domain.DEVICE_MOVES, DeviceState, {("active", "revoked")}),
}
CASES = [
    (name, state, to)
    for name, (_, states, _) in MACHINES.items()
    for state, to in product(states, repeat=2)
]


@pytest.mark.parametrize(("name", "state", "to"), CASES)
def test_every_edge_is_allowed_and_every_other_refused(name: str, state: Any, to: Any) -> None:
    moves, _, edges = MACHINES[name]
    if (state, to) in edges:
        assert domain.moved_in(moves, state, to) is to
    else:
        with pytest.raises(WrongState):
            domain.moved_in(moves, state, to)


def test_the_readme_draws_exactly_these_edges() -> None:
    section = README.read_text().partition("## A visit's states\n")[2].partition("\n## ")[0]
    pairs = [line.split(":")[0].split(" --> ") for line in section.splitlines() if " --> " in line]
    drawn = {(a.strip(), b.strip()) for a, b in pairs if "[*]" not in a}
    assert drawn == set().union(*(edges for _, _, edges in MACHINES.values()))
