"""Closing on the real stack: a wallet ends, its coins go on, and so does what comes late."""

from typing import Any
from uuid import uuid4

import eventlet
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from services.identity.contract import Relation
from services.kernel.caller import Caller
from services.kernel.contract import Forbidden
from services.ledger import domain, storage
from services.ledger.contract import (
    CloseCause,
    EstateSettled,
    HoldRefused,
    HoldsOpen,
    InsufficientCoins,
    NotKin,
    Provenance,
    WalletClosed,
    WalletClosedForGood,
)
from services.ledger.domain import WalletState
from services.matching.contract import RequestCancelled
from tests.integration.ledger.conftest import (
    BORN_ADULT,
    CITY_OFFICER,
    DISTRICT,
    DISTRICT_OFFICER,
    NOW,
    Books,
    Ledger,
    post,
)
from tests.integration.ledger.crossing import answer_when_overtaken, prepare


def close(ledger: Ledger, person, heir=None, caller=DISTRICT_OFFICER, cause="death", **options):
    payload = {
        "person_id": person.person_id,
        "cause": cause,
        "heir_id": heir and heir.person_id,
        "reason": "certificate shown",
    }
    return ledger.call("close_wallet", payload, caller, **options)


def sums(ledger: Ledger) -> dict[str, Any]:
    return {line["kind"]: line["amount"] for line in ledger.trial_balance()["items"]}


def test_the_heir_gets_all_coins_as_gifted_ones_and_points_expire(ledger: Ledger):
    elder, heir = ledger.granted_elder(120), ledger.verify(BORN_ADULT)
    ledger.earn(elder, 60)
    ledger.confirm_kinship(elder, heir, Relation.GRANDCHILD)
    answers = [close(ledger, elder, heir, key="close-it-once") for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["settled_minutes"] == 180
    assert answers[0]["heir_id"] == str(heir.person_id)
    assert answers[0]["expired_points"] == 60
    wallet = ledger.wallet(elder)
    assert (wallet["state"], wallet["total_minutes"], wallet["points"]) == ("closed", 0, 0)
    assert ledger.wallet(heir)["gifted_minutes"] == 180
    (closed,) = ledger.recorded(WalletClosedForGood)
    assert (closed["cause"], closed["closed_by"]) == ("death", str(DISTRICT_OFFICER.person_id))
    (settled,) = ledger.recorded(EstateSettled)
    assert (settled["minutes"], settled["pool"]) == (180, None)
    with pytest.raises(WalletClosed):
        close(ledger, elder, heir)
    ledger.request(elder, 30)
    (refused,) = ledger.eventually(lambda: ledger.recorded(HoldRefused))
    assert refused["reason"] == "wallet_closed"
    with pytest.raises(WalletClosed):
        ledger.top_up(1)
        ledger.grant(elder, 1)


def test_a_visit_told_after_the_closing_is_paid_to_the_estate_and_settled_to_charity(
    ledger: Ledger,
):
    elder, volunteer = ledger.granted_elder(60), ledger.verify(BORN_ADULT)
    request = ledger.held(elder, 60)
    answer = close(ledger, volunteer, caller=volunteer, cause="leaving")
    assert (answer["settled_minutes"], answer["pool"]) == (0, DISTRICT)
    ledger.visit(request, volunteer, 45)
    ledger.eventually(lambda: sums(ledger).get("estate") == 45)
    assert close(ledger, volunteer)["settled_minutes"] == 45
    assert (sums(ledger)["estate"], sums(ledger)["charity"]) == (0, 45)
    assert len(ledger.recorded(WalletClosedForGood)) == 1
    assert ledger.wallet(volunteer)["total_minutes"] == 0


def test_a_wallet_whose_coins_are_held_stays_open_until_the_request_ends(ledger: Ledger):
    elder = ledger.granted_elder(60)
    request = ledger.held(elder, 30)
    with pytest.raises(HoldsOpen) as refused:
        close(ledger, elder)
    assert refused.value.fields == {"request_ids": [str(request["request_id"])]}
    ledger.publish(RequestCancelled, **request, cancelled_by=uuid4(), reason="died")
    ledger.eventually(lambda: ledger.hold(request, elder)["state"] == "released")
    assert close(ledger, elder)["settled_minutes"] == 60


def test_a_closing_that_may_not_be_changes_nothing(ledger: Ledger):
    elder, stranger = ledger.granted_elder(60), ledger.verify()
    before = ledger.trial_balance()
    for error, options in [
        (NotKin, {"heir": stranger}),
        (Forbidden, {"caller": stranger, "cause": "leaving"}),
        (Forbidden, {"caller": elder, "cause": "death"}),
        (Forbidden, {"caller": Caller(uuid4())}),
    ]:
        with pytest.raises(error):
            close(ledger, elder, **options)
    assert ledger.trial_balance() == before
    assert ledger.wallet(elder)["state"] == "open"
    assert close(ledger, elder, caller=CITY_OFFICER)["settled_minutes"] == 60


def test_gifts_that_cross_the_closing_leave_no_coin_in_a_closed_wallet(ledger: Ledger):
    elder, giver = ledger.verify(), ledger.verify(BORN_ADULT)
    ledger.earn(giver, 100)
    ledger.confirm_kinship(giver, elder, Relation.GRANDPARENT)

    def cross(number):
        try:
            if number == 5:
                close(ledger, elder)
            else:
                gift = {"receiver_id": elder.person_id, "minutes": 10}
                ledger.call("gift_coins", gift, giver)
                return 10
        except (WalletClosed, InsufficientCoins):
            return 0
        return 0

    given = sum(eventlet.GreenPool(12).imap(cross, range(12)))
    assert ledger.wallet(elder)["total_minutes"] == 0
    assert ledger.wallet(giver)["earned_minutes"] == 100 - given
    assert sums(ledger).get("charity", 0) == given


def test_a_closing_that_waits_while_coins_are_held_is_refused(
    books: Books, policy_values: dict[str, Any]
):
    elder = uuid4()
    prepare(books, policy_values, elder)
    shares = dict.fromkeys(Provenance, 0) | {Provenance.EARNED: 60}
    hold = domain.Hold(uuid4(), uuid4(), elder, DISTRICT, shares)

    def place(session: Session) -> None:
        storage.save_holds(session, [hold])
        post(session, domain.hold_transfer(hold, 1))

    leave = domain.Close(uuid4(), Caller(elder), elder, CloseCause.LEAVING, "moved away")
    answer = answer_when_overtaken(books, leave, domain.wallets(elder).values(), place)
    assert answer["error"]["code"] == HoldsOpen.code


@pytest.mark.parametrize(
    "change", ["update wallet_states set state = 'open'", "delete from wallet_states"]
)
@pytest.mark.parametrize("login", ["begin", "begin_as_admin"])
def test_the_database_opens_no_closed_wallet_again(books: Books, login, change):
    closed = domain.WalletChange(uuid4(), WalletState.CLOSED, "died", uuid4(), NOW)
    with books.begin() as session:
        storage.save_wallet_changes(session, [closed])
    with (
        pytest.raises(DBAPIError, match="closed for good"),
        getattr(books, login)() as session,
    ):
        session.execute(text(change))
