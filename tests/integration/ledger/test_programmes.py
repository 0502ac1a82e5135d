"""A programme of a district holds coins as a person does, and pays for activities with them."""

from datetime import date
from uuid import uuid4

import pytest

from services.kernel.caller import Caller
from services.kernel.contract import Forbidden
from services.ledger.contract import HoldRefused, NoWallet
from services.matching.contract import ProgrammeOpened
from tests.integration.ledger.conftest import DISTRICT, Ledger


def test_a_programme_is_granted_its_districts_coins_and_pays_who_leads(ledger: Ledger) -> None:
    programme, volunteer = Caller(uuid4()), ledger.verify(date(1990, 3, 1))
    facts = {"name": "数字素养公益课", "opened_by": uuid4(), "opened_on": date(2026, 11, 1)}
    for _ in range(2):
        ledger.publish(
            ProgrammeOpened, programme_id=programme.person_id, district=DISTRICT, **facts
        )
    ledger.eventually(lambda: ledger.knows(programme.person_id))
    ledger.top_up(200)
    ledger.grant(programme, 150)
    with pytest.raises(Forbidden):
        ledger.grant(programme, 10, by=volunteer)
    request = ledger.held(programme, 100)
    ledger.visit(request, volunteer, 93)
    ledger.eventually(lambda: ledger.wallet(volunteer)["earned_minutes"] == 93)
    assert ledger.wallet(programme)["granted_minutes"] == 57
    too_much = ledger.request(programme, 58)
    ledger.eventually(lambda: ledger.recorded(HoldRefused))
    (refused,) = ledger.recorded(HoldRefused)
    assert refused["request_id"] == str(too_much["request_id"])
    assert ledger.trial_balance()["total_minutes"] == 0


def test_what_nobody_opened_holds_no_coins(ledger: Ledger) -> None:
    ledger.top_up(100)
    with pytest.raises(NoWallet):
        ledger.grant(Caller(uuid4()), 50)
