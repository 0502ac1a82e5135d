"""Earned coins are donated to elders in need or to pools; these give to elders in need (S11)."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import CITY_AREA, Forbidden, InvalidRequest, Unauthenticated
from services.ledger import domain
from services.ledger.contract import (
    CoinsAllocated,
    CoinsDonated,
    DonateCoins,
    InsufficientCoins,
    InsufficientPool,
    NotInSpecialGroup,
    NotReceivingDonations,
    NoWallet,
    Provenance,
    PublishNeed,
    WalletClosed,
    WalletFrozen,
)
from services.ledger.domain import (
    Allocate,
    Books,
    Decided,
    Donate,
    Need,
    Person,
    Publish,
    Refused,
    Task,
    WalletState,
    Want,
)
from tests.unit.ledger.people import ELDER, POLICY, VOLUNTEER, balances, person


NOW = datetime(2026, 6, 1, tzinfo=UTC)
DONATION, OFFICER_ID = UUID(int=50), UUID(int=51)
DONOR = Caller(VOLUNTEER)
POOL, CITY_POOL = domain.charity("110105"), domain.charity(CITY_AREA)
GRANTED, GIFTED = (domain.wallet(ELDER, part) for part in (Provenance.GRANTED, Provenance.GIFTED))
IN_NEED = frozenset(["dementia"])


def officer(role, area, person_id=OFFICER_ID):
    return Caller(person_id, (RoleIn(role, area),))


OFFICER = officer(Role.DISTRICT_OFFICER, "110105")
CITY_OFFICER = officer(Role.CITY_OFFICER, CITY_AREA)


def books(parts=None, elder=None, published: bool | None = True, donor=None, pools=None):
    need = None if published is None else Need(ELDER, published, "agreed", OFFICER_ID, NOW)
    known = {
        Want(Person, ELDER): person(ELDER, groups=IN_NEED) if elder is None else elder,
        Want(Person, VOLUNTEER): donor or person(VOLUNTEER),
        Want(Need, ELDER): need,
    }
    coins = {domain.wallet(VOLUNTEER, part): each for part, each in (parts or {}).items()}
    return Books(known, coins | (pools or {}))


def decide(books, *commands):
    return domain.decide([Task(command, POLICY, NOW) for command in commands], books)


def refusal(result):
    assert isinstance(result, Refused), result
    return result.error


def moved(result):
    (posting,) = result.postings
    return {entry.account: entry.amount for entry in posting.entries}


@given(balances, st.integers(1, 600), st.sampled_from([ELDER, "110105", CITY_AREA]))
def test_earned_coins_alone_are_donated_and_never_more_than_there_are(parts, minutes, to):
    named = {"person_id": to} if to is ELDER else {"pool": to}
    (result,) = decide(books(parts), Donate(DONATION, DONOR, minutes, **named))
    earned = parts[Provenance.EARNED]
    if minutes > earned:
        assert isinstance(refusal(result), InsufficientCoins)
        assert result.error.fields == {"needed_minutes": minutes, "spendable_minutes": earned}
        return
    target = GIFTED if to is ELDER else domain.charity(to)
    assert moved(result) == {domain.wallet(VOLUNTEER, Provenance.EARNED): -minutes, target: minutes}
    (told,) = result.outcome.events
    assert told.event is CoinsDonated
    assert told.facts["person_id"] == named.get("person_id")
    assert told.facts["pool"] == named.get("pool")


NOT_RECEIVING = {
    "unknown": {"elder": False, "published": None},
    "in need, not published": {"published": None},
    "in need, no longer published": {"published": False},
    "no longer in need": {"elder": person(ELDER)},
    "not in need": {"elder": person(ELDER), "published": None},
    "closed": {"elder": person(ELDER, groups=IN_NEED, state=WalletState.CLOSED)},
}


@pytest.mark.parametrize("changes", NOT_RECEIVING.values(), ids=NOT_RECEIVING)
def test_whoever_does_not_receive_is_refused_in_one_and_the_same_way(changes):
    before = books({Provenance.EARNED: 60}, **changes)
    if changes.get("elder") is False:
        before = before.with_records({Want(Person, ELDER): None})
    (result,) = decide(before, Donate(DONATION, DONOR, 60, ELDER))
    assert refusal(result).to_wire() == NotReceivingDonations().to_wire()


@pytest.mark.parametrize("changes", [{}, *NOT_RECEIVING.values()])
def test_who_cannot_pay_learns_nothing_of_the_receiver(changes):
    before = books({Provenance.EARNED: 59, Provenance.GRANTED: 100}, **changes)
    (result,) = decide(before, Donate(DONATION, DONOR, 60, ELDER))
    assert isinstance(refusal(result), InsufficientCoins)
    frozen = person(VOLUNTEER, state=WalletState.FROZEN)
    before = books({Provenance.EARNED: 60}, donor=frozen, **changes)
    (result,) = decide(before, Donate(DONATION, DONOR, 60, ELDER))
    assert isinstance(refusal(result), WalletFrozen)


def test_a_donation_needs_a_donor_with_an_open_wallet():
    closed = person(VOLUNTEER, state=WalletState.CLOSED)
    before = books({Provenance.EARNED: 60}, donor=closed)
    (result,) = decide(before, Donate(DONATION, DONOR, 60, pool="110105"))
    assert isinstance(refusal(result), WalletClosed)
    nobody = before.with_records({Want(Person, VOLUNTEER): None})
    (result,) = decide(nobody, Donate(DONATION, DONOR, 60, pool="110105"))
    assert isinstance(refusal(result), NoWallet)


def test_nobody_donates_to_themselves_or_to_another_citys_pool():
    elder = person(ELDER, groups=IN_NEED)
    own = books().with_balances({domain.wallet(ELDER, Provenance.EARNED): 60})
    (result,) = decide(
        own.with_records({Want(Person, ELDER): elder}), Donate(DONATION, Caller(ELDER), 60, ELDER)
    )
    assert isinstance(refusal(result), InvalidRequest)
    (result,) = decide(books({Provenance.EARNED: 60}), Donate(DONATION, DONOR, 60, pool="310101"))
    assert isinstance(refusal(result), InvalidRequest)


@pytest.mark.parametrize(
    "to",
    [{}, {"person_id": str(ELDER), "pool": "110105"}, {"pool": "all"}, {"pool": 110105}],
    ids=["neither", "both", "no code", "number"],
)
def test_a_donation_goes_to_one_person_or_one_pool(to):
    with pytest.raises(InvalidRequest):
        DonateCoins.parse({"minutes": 60, **to})


@given(st.integers(1, 90), st.integers(0, 80))
def test_a_pool_gives_granted_coins_and_never_more_than_it_has(minutes, pool):
    before = books(pools={POOL: pool})
    (result,) = decide(before, Allocate(DONATION, OFFICER, "110105", ELDER, minutes, "alone"))
    if minutes > pool:
        assert isinstance(refusal(result), InsufficientPool)
        assert result.error.fields == {"needed_minutes": minutes, "pool_minutes": pool}
        return
    assert moved(result) == {POOL: -minutes, GRANTED: minutes}
    (told,) = result.outcome.events
    assert told.event is CoinsAllocated
    assert told.facts["allocated_by"] == OFFICER_ID


def test_the_citys_pool_gives_to_elders_of_every_district():
    far = person(ELDER, "110109003", groups=IN_NEED)
    before = books(elder=far, pools={CITY_POOL: 60})
    (result,) = decide(before, Allocate(DONATION, CITY_OFFICER, CITY_AREA, ELDER, 60, "alone"))
    assert moved(result) == {CITY_POOL: -60, GRANTED: 60}


OTHER_DISTRICT = officer(Role.DISTRICT_OFFICER, "110101")


@pytest.mark.parametrize(
    ("caller", "pool", "error"),
    [
        (Caller(), "110105", Unauthenticated),
        (DONOR, "110105", Forbidden),
        (OTHER_DISTRICT, "110105", Forbidden),
        (OTHER_DISTRICT, "110101", Forbidden),
        (CITY_OFFICER, "110105", Forbidden),
        (OFFICER, CITY_AREA, Forbidden),
        (officer(Role.CITY_OFFICER, "110105"), CITY_AREA, Forbidden),
        (officer(Role.DISTRICT_OFFICER, "110105", ELDER), "110105", Forbidden),
    ],
    ids=[
        "nobody",
        "anybody",
        "another district's officer",
        "another district's pool",
        "city officer on a district's pool",
        "district officer on the city's pool",
        "false city officer",
        "officer's own",
    ],
)
def test_each_pool_has_its_own_officers(caller, pool, error):
    before = books(pools={POOL: 60, CITY_POOL: 60, domain.charity("110101"): 60})
    (result,) = decide(before, Allocate(DONATION, caller, pool, ELDER, 60, "alone"))
    assert isinstance(refusal(result), error)


def test_pools_are_for_special_groups():
    before = books(elder=person(ELDER), pools={POOL: 60})
    (result,) = decide(before, Allocate(DONATION, OFFICER, "110105", ELDER, 60, "alone"))
    refused = refusal(result)
    assert isinstance(refused, NotInSpecialGroup)
    # The rule for grants did not refuse it, so it is not named.
    assert str(refused).startswith("Donated coins") and not refused.fields


def test_a_need_is_published_for_those_in_need_and_ended_for_anybody():
    donation = Donate(DONATION, DONOR, 60, ELDER)
    show, hide = (Publish(OFFICER, ELDER, each, "agreed") for each in (True, False))
    results = decide(books({Provenance.EARNED: 60}, published=None), show, hide, donation)
    assert [isinstance(result, Decided) for result in results] == [True, True, False]
    results = decide(books({Provenance.EARNED: 60}, published=None), show, donation)
    assert all(isinstance(result, Decided) for result in results)
    results = decide(books(elder=person(ELDER)), show, hide)
    assert isinstance(refusal(results[0]), NotInSpecialGroup)
    assert isinstance(results[1], Decided)


@pytest.mark.parametrize(
    ("caller", "error"),
    [
        (Caller(), Unauthenticated),
        (DONOR, Forbidden),
        (Caller(ELDER), Forbidden),
        (OTHER_DISTRICT, Forbidden),
        (CITY_OFFICER, Forbidden),
    ],
)
def test_needs_are_published_by_officers_of_the_district(caller, error):
    (result,) = decide(books(), Publish(caller, ELDER, True, "agreed"))
    assert isinstance(refusal(result), error)


@pytest.mark.parametrize("published", [None, "true", 2, "yes"])
def test_published_is_true_or_false(published):
    with pytest.raises(InvalidRequest):
        PublishNeed.parse({"person_id": str(ELDER), "published": published, "reason": "agreed"})
