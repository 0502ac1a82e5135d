"""Bad input and missing rights get a clear refusal, and nothing changes."""

from uuid import uuid4

import pytest

from services.identity.contract import Relation, Role, SpecialGroup, SpecialGroupApproved
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Forbidden, InvalidRequest, NotFound, Unauthenticated
from services.kernel.paging import encode_cursor
from services.ledger.contract import (
    InsufficientBudget,
    InsufficientCoins,
    NotInSpecialGroup,
    NotKin,
    NoWallet,
    ReceiverNotElder,
)
from tests.integration.ledger.conftest import (
    BORN_ADULT,
    CITY_OFFICER,
    CLERK,
    DISTRICT,
    DISTRICT_OFFICER,
    STREET,
    Ledger,
)


ELSEWHERE = "110101"
NOBODY = Caller()
STRANGER = Caller(uuid4())
OTHER_DISTRICT_OFFICER = Caller(uuid4(), (RoleIn(Role.DISTRICT_OFFICER, ELSEWHERE),))
OTHER_CLERK = Caller(uuid4(), (RoleIn(Role.AGENCY_CLERK, "110105002"),))
OPERATOR = Caller(uuid4(), (RoleIn(Role.OPERATOR, "110000"),))
FALSE_CITY_OFFICER = Caller(uuid4(), (RoleIn(Role.CITY_OFFICER, DISTRICT),))
BAD_MINUTES = [0, -60, 1.5, 60.0, "60", True, None, 10**12]


def refused(ledger, error, operation, payload, caller, key=""):
    before = ledger.trial_balance()
    with pytest.raises(error):
        ledger.call(operation, payload, caller, key=key)
    assert ledger.trial_balance() == before


def test_s5_a_gift_that_may_not_be_is_refused(ledger: Ledger):
    giver, elder, young = ledger.verify(BORN_ADULT), ledger.verify(), ledger.verify(BORN_ADULT)
    sibling, unverified = ledger.verify(), Caller(uuid4())
    ledger.earn(giver, 60)
    ledger.confirm_kinship(giver, elder, Relation.GRANDPARENT)
    ledger.confirm_kinship(giver, young, Relation.CHILD)
    ledger.confirm_kinship(giver, sibling, Relation.SIBLING)
    ledger.confirm_kinship(giver, unverified, Relation.PARENT)
    ledger.eventually(lambda: ledger.count_kin(giver) == 4)

    def gift(error, receiver, minutes=30, caller=giver):
        payload = {"receiver_id": receiver.person_id, "minutes": minutes}
        refused(ledger, error, "gift_coins", payload, caller)

    gift(NotKin, ledger.verify())
    gift(NotKin, sibling)
    gift(NotKin, STRANGER)
    gift(ReceiverNotElder, young)
    gift(NoWallet, unverified)
    gift(InsufficientCoins, elder, 61)
    gift(InvalidRequest, giver)
    gift(Unauthenticated, elder, caller=NOBODY)
    gift(NotKin, elder, caller=STRANGER)
    for minutes in BAD_MINUTES:
        gift(InvalidRequest, elder, minutes)


def test_s5_granted_and_gifted_coins_cannot_be_given_on(ledger: Ledger):
    elder, parent = ledger.granted_elder(600), ledger.verify()
    ledger.confirm_kinship(elder, parent, Relation.PARENT)
    gift = {"receiver_id": parent.person_id, "minutes": 30}
    refused(ledger, InsufficientCoins, "gift_coins", gift, elder)
    ledger.earn(elder, 30)
    ledger.call("gift_coins", gift, elder)
    back = {"receiver_id": elder.person_id, "minutes": 30}
    refused(ledger, InsufficientCoins, "gift_coins", back, parent)


def test_s16_a_grant_that_may_not_be_is_refused(ledger: Ledger):
    elder, ordinary = ledger.verify(), ledger.verify()
    ledger.special(elder)

    def grant(error, person=elder, minutes=60, caller=DISTRICT_OFFICER, reason="frail"):
        payload = {"person_id": person.person_id, "minutes": minutes, "reason": reason}
        refused(ledger, error, "grant_coins", payload, caller)

    grant(InsufficientBudget)
    ledger.top_up(60)
    ledger.top_up(600, ELSEWHERE)
    grant(InsufficientBudget, minutes=61)
    grant(NotInSpecialGroup, person=ordinary)
    grant(NoWallet, person=STRANGER)
    grant(Forbidden, person=STRANGER, caller=STRANGER)
    for caller in (OTHER_DISTRICT_OFFICER, CITY_OFFICER, CLERK, elder):
        grant(Forbidden, caller=caller)
    grant(Unauthenticated, caller=NOBODY)
    grant(InvalidRequest, reason="")
    for minutes in BAD_MINUTES:
        grant(InvalidRequest, minutes=minutes)
    assert ledger.grant(elder, 60)["minutes"] == 60


def test_budgets_are_the_city_officers_to_fill_and_the_districts_to_see(ledger: Ledger):
    def top_up(error, caller=CITY_OFFICER, district=DISTRICT, minutes=60):
        payload = {"district": district, "minutes": minutes, "reason": "budget"}
        refused(ledger, error, "top_up_budget", payload, caller)

    for caller in (DISTRICT_OFFICER, FALSE_CITY_OFFICER, OPERATOR, STRANGER):
        top_up(Forbidden, caller)
    top_up(Unauthenticated, NOBODY)
    top_up(Forbidden, district="310101")
    top_up(InvalidRequest, district="110000")
    for district in ("11010", "1101050", "abcdef", "110105\n", "１１０１０５", ""):
        top_up(InvalidRequest, district=district)
    for minutes in BAD_MINUTES:
        top_up(InvalidRequest, minutes=minutes)
    ledger.top_up(60)
    budget = {"district": DISTRICT}
    for caller in (CITY_OFFICER, DISTRICT_OFFICER):
        assert ledger.call("show_budget", budget, caller, key=None)["minutes"] == 60
    for caller in (OTHER_DISTRICT_OFFICER, CLERK, STRANGER):
        refused(ledger, Forbidden, "show_budget", budget, caller, key=None)
    refused(ledger, Unauthenticated, "show_budget", budget, NOBODY, key=None)


def test_a_wallet_is_shown_to_its_owner_and_to_those_in_charge_of_the_street(ledger: Ledger):
    elder = ledger.granted_elder(60)
    request = ledger.held(elder, 30)
    asked = [
        ("show_wallet", {"person_id": elder.person_id}),
        ("show_statement", {"person_id": elder.person_id}),
        ("show_hold", {"request_id": request["request_id"]}),
    ]
    for operation, payload in asked:
        for caller in (elder, CLERK, DISTRICT_OFFICER, CITY_OFFICER):
            assert ledger.call(operation, payload, caller, key=None)
        for caller in (STRANGER, OTHER_CLERK, OTHER_DISTRICT_OFFICER, OPERATOR):
            refused(ledger, Forbidden, operation, payload, caller, key=None)
        refused(ledger, Unauthenticated, operation, payload, NOBODY, key=None)
    unknown = {"person_id": uuid4()}
    for operation in ("show_wallet", "show_statement"):
        refused(ledger, Forbidden, operation, unknown, STRANGER, key=None)
        refused(ledger, NoWallet, operation, unknown, CITY_OFFICER, key=None)
    refused(ledger, NotFound, "show_hold", {"request_id": uuid4()}, elder, key=None)


def test_the_trial_balance_is_for_the_city_and_the_operator(ledger: Ledger):
    for caller in (CITY_OFFICER, OPERATOR):
        assert ledger.call("show_trial_balance", {}, caller, key=None)["items"] == []
    for caller in (DISTRICT_OFFICER, CLERK, STRANGER, FALSE_CITY_OFFICER):
        refused(ledger, Forbidden, "show_trial_balance", {}, caller, key=None)
    refused(ledger, Unauthenticated, "show_trial_balance", {}, NOBODY, key=None)


NOT_OURS = ["nonsense", *map(encode_cursor, ["a", -1, 0, 1e99, 2**63, True, None]), "WzEsMl0", ""]


def test_a_cursor_or_limit_that_is_not_ours_is_refused(ledger: Ledger):
    elder = ledger.verify(street=STREET)
    wrong = [{"cursor": cursor} for cursor in NOT_OURS]
    for more in [*wrong, {"limit": 0}, {"limit": 101}, {"page": 2}]:
        payload = {"person_id": elder.person_id} | more
        refused(ledger, InvalidRequest, "show_statement", payload, elder, key=None)


def test_s16_nothing_is_granted_any_more_once_the_special_group_has_ended(ledger: Ledger):
    elder = ledger.granted_elder(60)
    ledger.no_longer_special(elder)
    ledger.top_up(60)
    payload = {"person_id": elder.person_id, "minutes": 60, "reason": "frail"}
    refused(ledger, NotInSpecialGroup, "grant_coins", payload, DISTRICT_OFFICER)
    # The approval, delivered late, does not bring it back; the coins granted before stay.
    ledger.publish(
        SpecialGroupApproved,
        district=DISTRICT,
        person_id=elder.person_id,
        group=SpecialGroup.DEMENTIA,
        approved_by=uuid4(),
    )
    ledger.special(ledger.verify())
    assert not ledger.is_special(elder.person_id)
    wallet = ledger.call("show_wallet", {"person_id": elder.person_id}, elder)
    assert wallet["granted_minutes"] == 60
