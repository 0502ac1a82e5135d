"""Charity a second time on the real stack (S11): earned, donated, allotted, spent."""

from uuid import uuid4

import eventlet
import pytest

from services.kernel.caller import Caller
from services.kernel.contract import Forbidden, InvalidRequest, Unauthenticated
from services.ledger.contract import (
    CoinsAllocated,
    CoinsDonated,
    InsufficientCoins,
    InsufficientPool,
    NotInSpecialGroup,
    NotReceivingDonations,
)
from tests.integration.ledger.conftest import (
    BORN_ADULT,
    CITY_OFFICER,
    DISTRICT,
    DISTRICT_OFFICER,
    Ledger,
)


CITY = "110000"


def donate(ledger: Ledger, donor, minutes, **to):
    options = {name: to.pop(name) for name in list(to) if name == "key"}
    return ledger.call("donate_coins", {"minutes": minutes, **to}, donor, **options)


def publish(ledger: Ledger, elder, published=True, caller=DISTRICT_OFFICER):
    payload = {"person_id": elder.person_id, "published": published, "reason": "agreed at the desk"}
    return ledger.call("publish_need", payload, caller)


def allocate(ledger: Ledger, elder, minutes, pool=DISTRICT, caller=DISTRICT_OFFICER):
    payload = {"person_id": elder.person_id, "minutes": minutes, "reason": "alone", "pool": pool}
    return ledger.call("allocate_from_pool", payload, caller)


def pool(ledger: Ledger, district=DISTRICT, caller=CITY_OFFICER):
    return ledger.call("show_pool", {"pool": district}, caller, key=None)["minutes"]


def test_s11_a_donation_reaches_an_elder_whose_need_is_published(ledger: Ledger):
    donor, elder = ledger.verify(BORN_ADULT), ledger.verify()
    ledger.earn(donor, 120)
    ledger.special(elder)
    with pytest.raises(NotReceivingDonations):
        donate(ledger, donor, 60, person_id=elder.person_id)
    assert publish(ledger, elder)["published"] is True
    given = [donate(ledger, donor, 60, person_id=elder.person_id, key="sixty-f") for _ in range(2)]
    assert given[0] == given[1]
    assert ledger.wallet(donor)["earned_minutes"] == 60
    assert ledger.wallet(elder)["gifted_minutes"] == 60
    (told,) = ledger.recorded(CoinsDonated)
    assert (told["donation_id"], told["pool"]) == (given[0]["donation_id"], None)
    assert publish(ledger, elder, published=False)["published"] is False
    with pytest.raises(NotReceivingDonations):
        donate(ledger, donor, 60, person_id=elder.person_id)
    assert ledger.wallet(donor)["earned_minutes"] == 60


def test_s11_a_pool_gathers_donations_and_gives_them_to_elders_in_need(ledger: Ledger):
    donor, elder = ledger.verify(BORN_ADULT), ledger.verify()
    ledger.earn(donor, 120)
    ledger.special(elder)
    donate(ledger, donor, 70, pool=DISTRICT)
    donate(ledger, donor, 50, pool=CITY)
    assert (pool(ledger), pool(ledger, CITY, donor)) == (70, 50)
    assert allocate(ledger, elder, 60)["minutes"] == 60
    assert allocate(ledger, elder, 50, CITY, CITY_OFFICER)["pool"] == CITY
    assert (pool(ledger), pool(ledger, CITY)) == (10, 0)
    assert ledger.wallet(elder)["granted_minutes"] == 110
    assert [told["pool"] for told in ledger.recorded(CoinsAllocated)] == [DISTRICT, CITY]
    request = ledger.held(elder, 110)
    assert ledger.hold(request, elder) == {"state": "placed", "minutes": 110}


def test_s11_what_may_not_be_donated_or_allotted_changes_nothing(ledger: Ledger):
    donor, elder = ledger.granted_elder(60), ledger.verify()
    ledger.earn(donor, 60)
    donate(ledger, donor, 30, pool=DISTRICT)
    before = ledger.trial_balance()
    for error, minutes, to in [
        (InsufficientCoins, 31, {"pool": DISTRICT}),
        (NotReceivingDonations, 30, {"person_id": elder.person_id}),
        (NotReceivingDonations, 30, {"person_id": uuid4()}),
        (InvalidRequest, 30, {"person_id": donor.person_id}),
        (InvalidRequest, 30, {"pool": "310101"}),
        (InvalidRequest, 30, {"pool": DISTRICT, "person_id": elder.person_id}),
        (InvalidRequest, 0, {"pool": DISTRICT}),
    ]:
        with pytest.raises(error):
            donate(ledger, donor, minutes, **to)
    for error, who, options in [
        (NotInSpecialGroup, elder, {}),
        (InsufficientPool, donor, {"minutes": 31}),
        (InsufficientPool, donor, {"pool": CITY, "caller": CITY_OFFICER}),
        (Forbidden, donor, {"caller": CITY_OFFICER}),
        (Forbidden, donor, {"caller": Caller(uuid4())}),
    ]:
        with pytest.raises(error):
            allocate(ledger, who, **{"minutes": 30, **options})
    with pytest.raises(NotInSpecialGroup):
        publish(ledger, elder)
    with pytest.raises(Forbidden):
        publish(ledger, donor, caller=donor)
    with pytest.raises(Unauthenticated):
        pool(ledger, caller=Caller())
    assert ledger.trial_balance() == before


def test_sixteen_allocations_at_once_never_overspend_the_pool(ledger: Ledger):
    elder = ledger.granted_elder(1)
    ledger.earn(elder, 100)
    donate(ledger, elder, 100, pool=DISTRICT)

    def give(number):
        try:
            return allocate(ledger, elder, 30)["minutes"]
        except InsufficientPool:
            return 0

    assert sum(eventlet.GreenPool(16).imap(give, range(16))) == 90
    assert pool(ledger) == 10
