"""An account that ends freezes the wallet, until an officer settles it; moves are followed."""

from datetime import date
from uuid import uuid4

import pytest

from services.identity.contract import PersonChanged, PersonClosed
from services.kernel.caller import Caller
from services.kernel.contract import Error
from services.ledger.contract import HoldRefused, WalletFrozenByOfficer
from tests.integration.ledger.conftest import DISTRICT, DISTRICT_OFFICER, Ledger


def close(ledger: Ledger, person: Caller, **changes) -> None:
    facts = {
        "person_id": person.person_id,
        "reason": "death",
        "closed_on": date(2026, 11, 24),
        "closed_by": uuid4(),
        "district": DISTRICT,
    }
    ledger.publish(PersonClosed, **facts | changes)


def test_a_closed_accounts_wallet_is_frozen_until_the_officer_settles_it(ledger: Ledger):
    holder = ledger.verify()
    ledger.earn(holder, 90)
    held = ledger.held(holder, 60)
    closed_by = uuid4()
    close(ledger, holder, closed_by=closed_by)
    close(ledger, holder, closed_by=closed_by)
    ledger.eventually(lambda: ledger.wallet(holder)["state"] == "frozen")
    ledger.request(holder, 30)
    (refused,) = ledger.eventually(lambda: ledger.recorded(HoldRefused))
    assert refused["reason"] == "wallet_frozen"
    (told,) = ledger.recorded(WalletFrozenByOfficer)
    assert told["changed_by"] == str(closed_by)
    assert told["reason"] == "account closed: death on 2026-11-24"

    settle = {"person_id": holder.person_id, "cause": "death", "reason": "certificate seen"}
    with pytest.raises(Error) as refusal:
        ledger.call("close_wallet", settle, DISTRICT_OFFICER)
    assert refusal.value.code == "holds_open"
    ledger.visit(held, ledger.verify(), 0)
    ledger.eventually(lambda: ledger.wallet(holder)["held_minutes"] == 0)
    assert ledger.call("close_wallet", settle, DISTRICT_OFFICER)["settled_minutes"] == 90


def test_a_person_who_moves_is_found_in_the_new_street(ledger: Ledger):
    mover = ledger.verify()
    ledger.publish(
        PersonChanged,
        person_id=mover.person_id,
        name="李四",
        birth_date=date(1950, 1, 1),
        street="110101002",
        home={"latitude": 39.9, "longitude": 116.4},
        willing_and_healthy=True,
        guardian_id=None,
        district="110101",
    )
    ledger.eventually(lambda: ledger.street_of(mover) == "110101002")
