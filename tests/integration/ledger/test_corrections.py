"""Corrections on the real stack: the budget pays for them, and they are told."""

from uuid import uuid4

import pytest

from services.kernel.contract import Forbidden, InvalidRequest
from services.ledger.contract import CoinsCorrected, InsufficientBudget, InsufficientCoins
from tests.integration.ledger.conftest import (
    BORN_ADULT,
    CITY_OFFICER,
    DISTRICT,
    DISTRICT_OFFICER,
    Ledger,
)


def correct(ledger: Ledger, person, minutes, caller=DISTRICT_OFFICER, about=None, **options):
    payload = {
        "person_id": person.person_id,
        "minutes": minutes,
        "reason": "the visit ended later",
        "about": about,
    }
    return ledger.call("correct_wallet", payload, caller, **options)


def budget(ledger: Ledger):
    return ledger.call("show_budget", {"district": DISTRICT}, CITY_OFFICER, key=None)["minutes"]


def transfer_of(ledger: Ledger, person):
    payload = {"person_id": person.person_id}
    return ledger.call("show_statement", payload, person, key=None)["items"][0]["transfer_id"]


def test_a_correction_moves_between_budget_and_earned_coins_once(ledger: Ledger):
    volunteer = ledger.verify(BORN_ADULT)
    ledger.earn(volunteer, 60)
    ledger.top_up(100)
    paid = transfer_of(ledger, volunteer)
    answers = [correct(ledger, volunteer, 25, about=paid, key="add-25-minutes") for _ in range(2)]
    assert answers[0] == answers[1]
    assert (ledger.wallet(volunteer)["earned_minutes"], budget(ledger)) == (85, 75)
    correct(ledger, volunteer, -85)
    assert (ledger.wallet(volunteer)["earned_minutes"], budget(ledger)) == (0, 160)
    first, second = ledger.recorded(CoinsCorrected)
    assert (first["minutes"], first["about"]) == (25, paid)
    assert (second["minutes"], second["about"]) == (-85, None)
    trial = ledger.trial_balance()
    assert (trial["total_minutes"], trial["supply_minutes"]) == (0, 160)


def test_a_correction_that_may_not_be_changes_nothing(ledger: Ledger):
    volunteer, other = ledger.verify(BORN_ADULT), ledger.verify(BORN_ADULT)
    ledger.earn(other, 60)
    ledger.top_up(30)
    before = ledger.trial_balance()
    refusals = [
        (InsufficientBudget, {"minutes": 31}),
        (InsufficientCoins, {"minutes": -1}),
        (InvalidRequest, {"minutes": 0}),
        (InvalidRequest, {"minutes": 10, "about": uuid4()}),
        (InvalidRequest, {"minutes": 10, "about": transfer_of(ledger, other)}),
        (Forbidden, {"minutes": 10, "caller": CITY_OFFICER}),
        (Forbidden, {"minutes": 10, "caller": volunteer}),
    ]
    for error, asked in refusals:
        with pytest.raises(error):
            correct(ledger, volunteer, **asked)
    assert ledger.trial_balance() == before
