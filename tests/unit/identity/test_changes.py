"""How accounts end, who comes back, and what is told of a change."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.identity.contract import (
    AccountClosed,
    AlreadyRegistered,
    ClosingReason,
    PersonChanged,
    PersonClosed,
)
from services.identity.domain.changes import (
    Closing,
    changed_facts,
    check_closing,
    check_may_return,
    closed_facts,
)
from services.identity.domain.states import PersonState
from services.kernel.contract import InvalidRequest
from services.kernel.wire import plain
from tests.unit.identity.test_people import TODAY, make_person


BORN = date(1950, 1, 1)
DEATH = Closing(UUID(int=1), ClosingReason.DEATH, TODAY, UUID(int=2), "Certificate 7")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"paper": None}, "paper"),
        ({"closed_on": TODAY + timedelta(days=1)}, "closed_on"),
        ({"closed_on": BORN - timedelta(days=1)}, "closed_on"),
    ],
)
def test_a_closing_that_cannot_be_is_refused_by_field(changes: dict[str, Any], field: str) -> None:
    check_closing(DEATH, BORN, TODAY)
    with pytest.raises(InvalidRequest) as refusal:
        check_closing(replace(DEATH, **changes), BORN, TODAY)
    assert list(refusal.value.fields) == [field]


def test_leaving_needs_no_paper() -> None:
    check_closing(replace(DEATH, reason=ClosingReason.LEAVING, paper=None), BORN, TODAY)


@pytest.mark.parametrize("state", list(PersonState))
@pytest.mark.parametrize("reason", [*ClosingReason, None])
def test_only_whoever_left_comes_back(state: PersonState, reason: ClosingReason | None) -> None:
    if state is PersonState.CLOSED and reason is ClosingReason.LEAVING:
        check_may_return(state, reason)
        return
    expected = AccountClosed if state is PersonState.CLOSED else AlreadyRegistered
    with pytest.raises(expected):
        check_may_return(state, reason)


def test_what_is_told_fits_the_contract() -> None:
    person = make_person()
    changed = PersonChanged.parse(plain(changed_facts(person)))
    assert (changed["street"], changed["district"]) == ("110105001", "110105")
    closed = PersonClosed.parse(plain(closed_facts(person, DEATH)))
    assert (closed["reason"], closed["closed_on"]) == (ClosingReason.DEATH, TODAY)
