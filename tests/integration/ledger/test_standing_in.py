"""What the ledger hears of kin and of consent: what has ended ends, the stale changes nothing."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.contract import (
    ConsentEnd,
    ConsentGiven,
    ConsentRevoked,
    GuardianshipConfirmed,
    GuardianshipKind,
    KinshipConfirmed,
    KinshipEnd,
    KinshipEnded,
    Relation,
    Scope,
)
from services.kernel.caller import Caller
from services.kernel.contract import Forbidden
from services.ledger.contract import NotKin
from tests.integration.ledger.conftest import BORN_ADULT, DISTRICT, NOW, Ledger


def test_s5_a_kinship_that_has_ended_carries_no_gift(ledger: Ledger) -> None:
    giver, elder = ledger.verify(BORN_ADULT), ledger.verify()
    ledger.earn(giver, 60)
    kinship = {
        "kinship_id": uuid4(),
        "person_id": giver.person_id,
        "relative_id": elder.person_id,
        "relation": Relation.GRANDPARENT,
        "district": DISTRICT,
        "is_derived": True,
    }
    begun = kinship | {"confirmed_by": uuid4()}
    ended = kinship | {"reason": KinshipEnd.DIVORCE, "ended_by": uuid4()}

    def tell(event: Any, facts: dict[str, Any], sequence: int, kin: bool) -> None:
        ledger.running.sequence = sequence - 1
        ledger.publish(event, **facts)
        ledger.eventually(lambda: ledger.has_kin(giver.person_id) is kin)

    gift = {"receiver_id": elder.person_id, "minutes": 30}
    tell(KinshipConfirmed, begun, 100, kin=True)
    tell(KinshipEnded, ended, 200, kin=False)
    with pytest.raises(NotKin):
        ledger.call("gift_coins", gift, giver)
    # A word of before comes late; another kinship shows that it has been taken in.
    tell(KinshipConfirmed, begun, 150, kin=False)
    ledger.confirm_kinship(elder, ledger.verify(BORN_ADULT), Relation.CHILD)
    with pytest.raises(NotKin):
        ledger.call("gift_coins", gift, giver)
    tell(KinshipConfirmed, begun, 300, kin=True)
    ledger.call("gift_coins", gift, giver)


def test_a_relative_sees_the_wallet_as_long_as_the_elder_lets_them(ledger: Ledger) -> None:
    elder, child, guardian = ledger.verify(), Caller(uuid4()), Caller(uuid4())
    until = NOW + timedelta(days=1)
    pair = {"elder_id": elder.person_id, "agent_id": child.person_id, "district": DISTRICT}

    def sees(caller: Caller, now: Any = NOW) -> bool:
        return all(may(operation, caller, now) for operation in ("show_wallet", "list_earnings"))

    def may(operation: str, caller: Caller, now: Any) -> bool:
        try:
            ledger.call(operation, {"person_id": elder.person_id}, caller, now=now)
        except Forbidden:
            return False
        return True

    def give(consent_id: UUID, *scopes: Scope) -> None:
        facts = pair | {"consent_id": consent_id, "scopes": scopes, "until": until}
        ledger.publish(ConsentGiven, **facts, given_by=elder.person_id)

    assert not sees(child)
    first, second = uuid4(), uuid4()
    give(first, Scope.REQUESTS, Scope.RATING)
    give(second, Scope.SEE_WALLET)
    ledger.eventually(lambda: sees(child))
    assert not sees(child, until)
    end = pair | {"consent_id": second, "reason": ConsentEnd.REVOKED, "revoked_by": None}
    ledger.publish(ConsentRevoked, **end)
    ledger.eventually(lambda: not sees(child))

    ledger.publish(
        GuardianshipConfirmed,
        guardianship_id=uuid4(),
        ward_id=elder.person_id,
        guardian_id=guardian.person_id,
        kind=GuardianshipKind.ADULT,
        confirmed_by=uuid4(),
        district=DISTRICT,
    )
    ledger.eventually(lambda: sees(guardian))
