"""Every transfer sums to zero, and no account but issuance falls below zero."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger import domain
from services.ledger.contract import Provenance
from services.ledger.domain import Leg, Overdrawn, Transfer, TransferKind, Unbalanced
from tests.unit.ledger.people import ELDER, REQUEST, VOLUNTEER


def gift(*legs):
    return Transfer(TransferKind.GIFT, REQUEST, tuple(legs))


EARNED = domain.wallet(ELDER, Provenance.EARNED)
GIFTED = domain.wallet(VOLUNTEER, Provenance.GIFTED)


@pytest.mark.parametrize(
    "legs",
    [
        (Leg(EARNED, -60), Leg(GIFTED, 59)),
        (Leg(EARNED, -60),),
        (Leg(EARNED, 0), Leg(GIFTED, 0)),
        (Leg(EARNED, -60), Leg(EARNED, 60)),
        (),
    ],
    ids=["lopsided", "one leg", "zero", "one account twice", "empty"],
)
def test_a_transfer_that_is_not_double_entry_cannot_be_made(legs):
    with pytest.raises(Unbalanced):
        gift(*legs)


def test_a_negative_share_is_not_a_way_to_take_coins():
    with pytest.raises(Unbalanced):
        domain.move(TransferKind.GIFT, REQUEST, out_of={EARNED: -60}, into={GIFTED: -60})


@given(st.integers(1, 1000), st.integers(0, 1000))
def test_no_wallet_is_overdrawn(minutes, balance):
    transfer = domain.move(
        TransferKind.GIFT, REQUEST, out_of={EARNED: minutes}, into={GIFTED: minutes}
    )
    if minutes > balance:
        with pytest.raises(Overdrawn):
            domain.entries(transfer, {EARNED: balance, GIFTED: 0})
        return
    posted = domain.entries(transfer, {EARNED: balance, GIFTED: 0})
    assert [entry.balance_after for entry in posted] == [balance - minutes, minutes]
    assert sum(entry.amount for entry in posted) == 0


def test_issuance_alone_goes_below_zero():
    transfer = domain.top_up(REQUEST, "110105", 600, "2026 budget", ELDER)
    posted = domain.entries(transfer, {domain.issuance(): 0, domain.budget("110105"): 0})
    assert {entry.account.kind: entry.balance_after for entry in posted} == {
        "issuance": -600,
        "budget": 600,
    }


def test_the_same_cause_makes_the_same_transfer():
    again = [domain.top_up(REQUEST, "110105", 600, "2026 budget", ELDER) for _ in range(2)]
    assert again[0].transfer_id == again[1].transfer_id
    assert domain.top_up(ELDER, "110105", 600, "more", ELDER).transfer_id != again[0].transfer_id


def test_account_ids_never_change_and_never_meet():
    assert domain.issuance().account_id == UUID("43eae99f-49f8-54ee-b389-2c042c7a9a7b")
    ids = [account.account_id for account in domain.wallets(ELDER).values()]
    ids += [domain.escrow(ELDER).account_id, domain.budget("110105").account_id]
    ids += [account.account_id for account in domain.wallets(VOLUNTEER).values()]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("minutes", "shown"), [(0, "0"), (59, "59/60"), (60, "1"), (95, "1 35/60"), (600_000, "10000")]
)
def test_coins_are_shown_exactly(minutes, shown):
    assert domain.coins(minutes) == shown
