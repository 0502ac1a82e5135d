"""The states of a person: every move that exists, and every one that does not."""

from itertools import product

import pytest

from services.identity.contract import AccountClosed, AlreadyVerified, WrongPersonState
from services.identity.domain.states import MOVES, PersonState, moved
from services.kernel.contract import Error


S = PersonState
EDGES = {
    (S.UNVERIFIED, S.PENDING),
    (S.UNVERIFIED, S.VERIFIED),
    (S.UNVERIFIED, S.REFUSED),
    (S.UNVERIFIED, S.CLOSED),
    (S.PENDING, S.UNVERIFIED),
    (S.PENDING, S.VERIFIED),
    (S.PENDING, S.REFUSED),
    (S.PENDING, S.CLOSED),
    (S.VERIFIED, S.PENDING),
    (S.VERIFIED, S.CLOSED),
    (S.REFUSED, S.PENDING),
    (S.REFUSED, S.VERIFIED),
    (S.REFUSED, S.CLOSED),
}


@pytest.mark.parametrize(("state", "to"), sorted(product(S, S)))
def test_a_person_goes_from_state_to_state_as_drawn_and_in_no_other_way(
    state: PersonState, to: PersonState
) -> None:
    if (state, to) in EDGES:
        assert moved(state, to) is to
        return
    with pytest.raises(Error) as refusal:
        moved(state, to)
    if state is S.CLOSED:
        assert type(refusal.value) is AccountClosed
    elif state is to is S.VERIFIED:
        assert type(refusal.value) is AlreadyVerified
    else:
        assert type(refusal.value) is WrongPersonState


def test_from_every_state_an_account_can_be_closed_and_from_there_leads_no_way() -> None:
    assert all(S.CLOSED in MOVES[state] for state in S if state is not S.CLOSED)
    assert S.CLOSED not in MOVES
