"""Freezing on the real stack: nothing goes out, not even what was asked for a moment before."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from services.identity.contract import Relation
from services.kernel.caller import Caller
from services.kernel.contract import Forbidden
from services.ledger import domain, storage
from services.ledger.contract import (
    AlreadyFrozen,
    HoldRefused,
    NotFrozen,
    WalletFrozen,
    WalletFrozenByOfficer,
    WalletUnfrozenByOfficer,
)
from services.ledger.domain import Kinship, WalletState
from tests.integration.ledger.conftest import (
    CITY_OFFICER,
    DISTRICT_OFFICER,
    NOW,
    Books,
    Ledger,
)
from tests.integration.ledger.crossing import answer_when_overtaken, prepare


def change(ledger: Ledger, operation, person, caller=DISTRICT_OFFICER, **options):
    payload = {"person_id": person.person_id, "reason": "the phone was lost"}
    return ledger.call(operation, payload, caller, **options)


def test_a_frozen_wallet_gives_nothing_and_takes_what_comes(ledger: Ledger):
    giver, elder = ledger.verify(), ledger.verify()
    ledger.earn(giver, 120)
    ledger.confirm_kinship(giver, elder, Relation.PARENT)
    gift = {"receiver_id": elder.person_id, "minutes": 30}

    frozen = [change(ledger, "freeze_wallet", giver, key="freeze-it-now") for _ in range(2)]
    assert frozen[0] == frozen[1]
    assert (frozen[0]["state"], frozen[0]["reason"]) == ("frozen", "the phone was lost")
    assert frozen[0]["changed_by"] == str(DISTRICT_OFFICER.person_id)
    assert ledger.wallet(giver)["state"] == "frozen"
    with pytest.raises(WalletFrozen):
        ledger.call("gift_coins", gift, giver)
    ledger.request(giver, 30)
    (refused,) = ledger.eventually(lambda: ledger.recorded(HoldRefused))
    assert refused["reason"] == "wallet_frozen"
    ledger.earn(giver, 30)
    ledger.eventually(lambda: ledger.wallet(giver)["earned_minutes"] == 150)

    assert change(ledger, "unfreeze_wallet", giver, CITY_OFFICER)["state"] == "open"
    ledger.call("gift_coins", gift, giver)
    assert ledger.wallet(giver)["state"] == "open"
    (told,) = ledger.recorded(WalletFrozenByOfficer)
    assert (told["person_id"], told["reason"]) == (str(giver.person_id), "the phone was lost")
    assert len(ledger.recorded(WalletUnfrozenByOfficer)) == 1


def test_freezing_that_changes_nothing_or_is_not_ones_right_is_refused(ledger: Ledger):
    person = ledger.verify()
    with pytest.raises(NotFrozen):
        change(ledger, "unfreeze_wallet", person)
    with pytest.raises(Forbidden):
        change(ledger, "freeze_wallet", person, person)
    change(ledger, "freeze_wallet", person)
    with pytest.raises(AlreadyFrozen):
        change(ledger, "freeze_wallet", person)
    with pytest.raises(Forbidden):
        change(ledger, "unfreeze_wallet", person, Caller(uuid4()))
    assert ledger.wallet(person)["state"] == "frozen"


def test_a_gift_that_waits_while_the_wallet_is_frozen_is_refused(
    books: Books, policy_values: dict[str, Any]
):
    giver, receiver = uuid4(), uuid4()
    prepare(books, policy_values, giver, receiver)
    with books.begin() as session:
        storage.save_kinship(session, uuid4(), Kinship(giver, receiver, Relation.PARENT))
    change = domain.WalletChange(giver, WalletState.FROZEN, "lost", uuid4(), NOW)

    def freeze(session: Session) -> None:
        storage.save_wallet_changes(session, [change])

    gift = domain.Gift(uuid4(), Caller(giver), receiver, 60)
    answer = answer_when_overtaken(books, gift, domain.wallets(giver).values(), freeze)
    assert answer["error"]["code"] == WalletFrozen.code
