"""A correction never makes coins: the district's budget pays for it, or gets them back."""

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
    CoinsCorrected,
    CorrectWallet,
    InsufficientBudget,
    InsufficientCoins,
    NoWallet,
    Provenance,
    WalletClosed,
)
from services.ledger.domain import Books, Decided, PastTransfer, Refused, Task, WalletState, Want
from tests.unit.ledger.people import ELDER, POLICY, VOLUNTEER, person


NOW = datetime(2026, 6, 1, tzinfo=UTC)
CORRECTION, OFFICER_ID = UUID(int=19), UUID(int=20)
OFFICER = Caller(OFFICER_ID, (RoleIn(Role.DISTRICT_OFFICER, "110105"),))
BUDGET, EARNED = domain.budget("110105"), domain.wallet(VOLUNTEER, Provenance.EARNED)


def past(person_id):
    coins = domain.wallet(person_id, Provenance.GRANTED)
    grant = domain.move(
        domain.TransferKind.GRANT, UUID(int=31), out_of={BUDGET: 60}, into={coins: 60}
    )
    return PastTransfer(grant)


def correct(
    minutes, budget=600, earned=600, caller=OFFICER, state=WalletState.OPEN, about=None, found=None
):
    known = {Want(domain.Person, VOLUNTEER): person(VOLUNTEER, state=state)}
    wanted = [Want(PastTransfer, about)] if about else []
    known |= {Want(PastTransfer, about): found} if found else {}
    books = Books(known, {BUDGET: budget, EARNED: earned}, wanted)
    command = domain.Correct(CORRECTION, caller, VOLUNTEER, minutes, "noted wrongly", about)
    (result,) = domain.decide([Task(command, POLICY, NOW)], books)
    return result


def refusal(result):
    assert isinstance(result, Refused)
    return result.error


@given(st.integers(-9, 9).filter(bool), st.integers(0, 8), st.integers(0, 8))
def test_what_one_side_gains_the_other_loses_and_neither_falls_below_zero(minutes, budget, earned):
    result = correct(minutes, budget, earned)
    if minutes > budget:
        assert isinstance(refusal(result), InsufficientBudget)
        assert result.error.fields == {"needed_minutes": minutes, "budget_minutes": budget}
    elif -minutes > earned:
        assert isinstance(refusal(result), InsufficientCoins)
        assert result.error.fields == {"needed_minutes": -minutes, "spendable_minutes": earned}
    else:
        (posting,) = result.postings
        after = {entry.account: entry.balance_after for entry in posting.entries}
        assert after == {BUDGET: budget - minutes, EARNED: earned + minutes}


def test_it_is_told_who_corrected_what_and_why():
    transfer = past(VOLUNTEER)
    result = correct(-25, about=transfer.key, found=transfer)
    assert isinstance(result, Decided)
    (told,) = result.outcome.events
    assert told.event is CoinsCorrected
    assert (told.facts["minutes"], told.facts["about"]) == (-25, transfer.key)
    assert (told.facts["reason"], told.facts["corrected_by"]) == ("noted wrongly", OFFICER_ID)
    (posting,) = result.postings
    assert (posting.transfer.reason, posting.transfer.acted_by) == ("noted wrongly", OFFICER_ID)


@pytest.mark.parametrize("found", [None, past(ELDER)], ids=["unknown", "another's"])
def test_what_it_is_about_is_a_transfer_of_this_person(found):
    about = past(ELDER).key
    assert isinstance(refusal(correct(60, about=about, found=found)), InvalidRequest)


@pytest.mark.parametrize(
    ("caller", "error"),
    [
        (Caller(), Unauthenticated),
        (Caller(ELDER), Forbidden),
        (Caller(OFFICER_ID, (RoleIn(Role.DISTRICT_OFFICER, "110101"),)), Forbidden),
        (Caller(OFFICER_ID, (RoleIn(Role.CITY_OFFICER, CITY_AREA),)), Forbidden),
        (Caller(VOLUNTEER, (RoleIn(Role.DISTRICT_OFFICER, "110105"),)), Forbidden),
    ],
    ids=["nobody", "anybody", "another district's", "city officer", "officer's own"],
)
def test_corrections_are_the_district_officers_never_on_their_own_wallet(caller, error):
    assert isinstance(refusal(correct(60, caller=caller)), error)


def test_a_frozen_wallet_is_corrected_a_closed_one_is_not():
    for minutes in (60, -60):
        assert isinstance(correct(minutes, state=WalletState.FROZEN), Decided)
        assert isinstance(refusal(correct(minutes, state=WalletState.CLOSED)), WalletClosed)


def test_a_person_without_a_wallet_cannot_be_corrected():
    command = domain.Correct(CORRECTION, OFFICER, VOLUNTEER, 60, "noted wrongly")
    books = Books(known=[Want(domain.Person, VOLUNTEER)])
    (result,) = domain.decide([Task(command, POLICY, NOW)], books)
    assert isinstance(refusal(result), NoWallet)


@pytest.mark.parametrize("minutes", [0, 1.5, "60", True, None, 10**12, -(10**12)])
def test_a_correction_is_of_whole_minutes_and_never_of_none(minutes):
    with pytest.raises(InvalidRequest):
        CorrectWallet.parse({"person_id": str(ELDER), "minutes": minutes, "reason": "wrong"})
