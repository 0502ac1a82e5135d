"""Linked transfers between budgets on the real stack: all or none, once (S16)."""

import eventlet
import pytest

from services.kernel.contract import Forbidden, InvalidRequest
from services.ledger.contract import InsufficientBudget
from tests.integration.ledger.conftest import CITY_OFFICER, DISTRICT, DISTRICT_OFFICER, Ledger


CENTRE, HILLS = "110101", "110109"


def shift(ledger: Ledger, *moves, caller=CITY_OFFICER, **options):
    names = ("from_district", "to_district", "minutes")
    transfers = [dict(zip(names, each, strict=True)) for each in moves]
    return ledger.call(
        "transfer_budgets", {"transfers": transfers, "reason": "winter"}, caller, **options
    )


def budget(ledger: Ledger, district):
    return ledger.call("show_budget", {"district": district}, CITY_OFFICER, key=None)["minutes"]


def test_linked_transfers_move_on_what_the_ones_before_them_brought(ledger: Ledger):
    ledger.top_up(600)
    moves = [(DISTRICT, CENTRE, 500), (CENTRE, HILLS, 200)]
    answers = [shift(ledger, *moves, key="winter-2026") for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["budgets"] == [
        {"district": DISTRICT, "minutes": 100},
        {"district": CENTRE, "minutes": 300},
        {"district": HILLS, "minutes": 200},
    ]
    assert [budget(ledger, each) for each in (DISTRICT, CENTRE, HILLS)] == [100, 300, 200]


def test_of_linked_transfers_none_is_posted_when_one_is_not_covered(ledger: Ledger):
    ledger.top_up(600)
    before = ledger.trial_balance()
    with pytest.raises(InsufficientBudget) as refused:
        shift(ledger, (DISTRICT, CENTRE, 500), (CENTRE, HILLS, 501))
    assert refused.value.fields == {
        "transfer": 1,
        "district": CENTRE,
        "needed_minutes": 501,
        "budget_minutes": 500,
    }
    assert refused.value.policy is not None and refused.value.policy["version"] == 1
    with pytest.raises(Forbidden):
        shift(ledger, (DISTRICT, CENTRE, 60), caller=DISTRICT_OFFICER)
    with pytest.raises(InvalidRequest):
        shift(ledger, (DISTRICT, DISTRICT, 60))
    assert ledger.trial_balance() == before


def test_opposite_lists_at_once_lose_no_minute(ledger: Ledger):
    ledger.top_up(300)
    ledger.top_up(300, CENTRE)
    there, back = (DISTRICT, CENTRE, 200), (CENTRE, DISTRICT, 200)

    def move(number):
        try:
            shift(ledger, *([there, back] if number % 2 else [back, back, there]))
            return 1
        except InsufficientBudget:
            return 0

    list(eventlet.GreenPool(16).imap(move, range(16)))
    left = budget(ledger, DISTRICT), budget(ledger, CENTRE)
    assert sum(left) == 600
    assert min(left) >= 0
