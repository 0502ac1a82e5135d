"""What can be done about a rating: every state before every act, and what time makes of them."""

import re
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest

from services.kernel.contract import Error
from services.rating.contract import (
    AlreadyAnswered,
    AlreadyRated,
    NotRatedYet,
    RatingWindowClosed,
)
from services.rating.domain import Act, RatingPolicy, State, Visit, moved, state_at
from services.rating.domain.states import MOVES, OVERTAKEN
from tests.conftest import ROOT


ENDED = datetime(2026, 6, 1, 2, tzinfo=UTC)
VISIT = Visit(uuid4(), uuid4(), uuid4(), "110105001", ENDED)
POLICY = RatingPolicy(1, window_days=15, answer_days=10)
MOMENT = timedelta(microseconds=1)

EDGES = {
    ("open", "rate", "rated"),
    ("rated", "edit", "rated"),
    ("rated", "answer", "answered"),
    ("answered", "edit", "answered"),
    ("standing", "answer", "settled"),
}
BY_TIME = {
    ("open", "missed"),
    ("rated", "standing"),
    ("answered", "settled"),
    ("standing", "final"),
}
REFUSALS: dict[tuple[str, str], type[Error]] = {
    ("missed", "rate"): RatingWindowClosed,
    ("open", "edit"): NotRatedYet,
    ("missed", "edit"): NotRatedYet,
    ("open", "answer"): NotRatedYet,
    ("missed", "answer"): NotRatedYet,
    ("standing", "edit"): RatingWindowClosed,
    ("settled", "edit"): RatingWindowClosed,
    ("final", "edit"): RatingWindowClosed,
    ("final", "answer"): RatingWindowClosed,
    ("answered", "answer"): AlreadyAnswered,
    ("settled", "answer"): AlreadyAnswered,
    ("rated", "rate"): AlreadyRated,
    ("answered", "rate"): AlreadyRated,
    ("standing", "rate"): AlreadyRated,
    ("settled", "rate"): AlreadyRated,
    ("final", "rate"): AlreadyRated,
}


def test_the_moves_are_the_ones_that_are_drawn() -> None:
    assert {(str(a), str(act), str(b)) for (a, act), b in MOVES.items()} == EDGES
    assert {(str(a), str(b)) for a, b in OVERTAKEN.items()} == BY_TIME
    readme = (ROOT / "services/rating/README.md").read_text()
    drawn = set(re.findall(r"^    (\w+) --> (\w+): ", readme, re.MULTILINE))
    assert drawn >= {(a, b) for a, _, b in EDGES} | BY_TIME


@pytest.mark.parametrize(("state", "act"), list(product(State, Act)))
def test_every_act_in_every_state_is_a_move_or_refused_for_its_reason(
    state: State, act: Act
) -> None:
    expected = {(a, how): b for a, how, b in EDGES}.get((state, act))
    if expected:
        assert moved(state, act) == expected
    else:
        with pytest.raises(REFUSALS[state, act]):
            moved(state, act)


@pytest.mark.parametrize(
    ("passed", "is_rated", "is_answered", "state"),
    [
        (timedelta(), False, False, "open"),
        (timedelta(days=15), False, False, "open"),
        (timedelta(days=15) + MOMENT, False, False, "missed"),
        (timedelta(days=99), False, False, "missed"),
        (timedelta(days=15), True, False, "rated"),
        (timedelta(days=15), True, True, "answered"),
        (timedelta(days=15) + MOMENT, True, False, "standing"),
        (timedelta(days=25), True, False, "standing"),
        (timedelta(days=25) + MOMENT, True, False, "final"),
        (timedelta(days=15) + MOMENT, True, True, "settled"),
        (timedelta(days=99), True, True, "settled"),
    ],
)
def test_time_alone_moves_a_rating_at_the_end_of_each_window(
    passed: timedelta, is_rated: bool, is_answered: bool, state: str
) -> None:
    assert state_at(VISIT, is_rated, is_answered, ENDED + passed, POLICY) == state
