"""What may be done with a selection: every state before every act."""

from itertools import product

import pytest

from services.rating.contract import WrongSelectionState
from services.rating.domain.selection_states import MOVES, SelectionAct, SelectionState, moved


EDGES = {
    ("draft", "appoint", "draft"),
    ("draft", "nominate", "draft"),
    ("draft", "shortlist", "shortlisted"),
    ("draft", "cancel", "cancelled"),
    ("shortlisted", "appoint", "shortlisted"),
    ("shortlisted", "shortlist", "shortlisted"),
    ("shortlisted", "start", "voting"),
    ("shortlisted", "cancel", "cancelled"),
    ("voting", "vote", "voting"),
    ("voting", "extend", "voting"),
    ("voting", "decide", "decided"),
    ("voting", "cancel", "cancelled"),
    ("decided", "announce", "announced"),
    ("decided", "cancel", "cancelled"),
}


def test_the_moves_of_a_selection_are_these_and_no_other() -> None:
    assert {(str(a), str(act), str(b)) for (a, act), b in MOVES.items()} == EDGES


@pytest.mark.parametrize(("state", "act"), list(product(SelectionState, SelectionAct)))
def test_every_act_in_every_state_is_a_move_or_is_refused(
    state: SelectionState, act: SelectionAct
) -> None:
    expected = {(a, how): b for a, how, b in EDGES}.get((state, act))
    if expected:
        assert moved(state, act) == expected
    else:
        with pytest.raises(WrongSelectionState) as refused:
            moved(state, act)
        assert refused.value.fields == {"state": [str(state)]}
