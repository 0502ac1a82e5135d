"""A frozen wallet takes coins in and gives none out, until an officer gives it free."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.contract import Relation, Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import CITY_AREA, Forbidden, Unauthenticated
from services.ledger import domain
from services.ledger.contract import (
    AlreadyFrozen,
    NotFrozen,
    NoWallet,
    Provenance,
    WalletClosed,
    WalletFrozen,
    WalletFrozenByOfficer,
)
from services.ledger.domain import Books, Decided, Kinship, Refused, Task, WalletState, Want
from tests.unit.ledger.people import ELDER, POLICY, VOLUNTEER, person


NOW = datetime(2026, 6, 1, tzinfo=UTC)
OFFICER_ID = UUID(int=20)
OFFICER = Caller(OFFICER_ID, (RoleIn(Role.DISTRICT_OFFICER, "110105"),))
OTHER_OFFICER = Caller(OFFICER_ID, (RoleIn(Role.DISTRICT_OFFICER, "110101"),))
CITY_OFFICER = Caller(OFFICER_ID, (RoleIn(Role.CITY_OFFICER, CITY_AREA),))
KIN = domain.Kin(VOLUNTEER, (Kinship(VOLUNTEER, ELDER, Relation.GRANDPARENT),))


def books(state=WalletState.OPEN, minutes=600):
    people = [person(ELDER), person(VOLUNTEER, state=state)]
    known = {Want(domain.Person, each.key): each for each in people}
    earned = domain.wallet(VOLUNTEER, Provenance.EARNED)
    return Books(known | {Want(domain.Kin, VOLUNTEER): KIN}, {earned: minutes})


def change(to, caller=OFFICER, person_id=VOLUNTEER):
    return domain.ChangeState(caller, to, person_id, "asked by phone")


def gift(minutes=60):
    return domain.Gift(UUID(int=30), Caller(VOLUNTEER), ELDER, minutes)


def decide(books, *commands):
    return domain.decide([Task(command, POLICY, NOW) for command in commands], books)


def refusal(result):
    assert isinstance(result, Refused)
    return result.error


@given(st.lists(st.sampled_from(["freeze", "unfreeze", "gift"]), max_size=20))
def test_no_coin_leaves_while_the_wallet_is_frozen_whatever_is_asked_in_one_batch(asked):
    commands = {
        "freeze": change(WalletState.FROZEN),
        "unfreeze": change(WalletState.OPEN),
        "gift": gift(10),
    }
    frozen = False
    for name, result in zip(asked, decide(books(), *map(commands.get, asked)), strict=True):
        done = isinstance(result, Decided)
        if name == "gift":
            assert done is not frozen
        else:
            assert done is (frozen is (name == "unfreeze"))
            frozen = name == "freeze"


def test_coins_still_come_into_a_frozen_wallet():
    frozen, given_away = decide(
        books(), domain.ChangeState(OFFICER, WalletState.FROZEN, ELDER, "lost phone"), gift()
    )
    assert isinstance(frozen, Decided)
    assert isinstance(given_away, Decided)


def test_it_is_told_who_froze_a_wallet_and_why():
    (result,) = decide(books(), change(WalletState.FROZEN))
    (told,) = result.outcome.events
    assert told.event is WalletFrozenByOfficer
    assert told.facts == {
        "district": "110105",
        "person_id": VOLUNTEER,
        "reason": "asked by phone",
        "changed_by": OFFICER_ID,
    }
    assert result.outcome.answer["state"] is WalletState.FROZEN


@pytest.mark.parametrize(
    ("state", "to", "error"),
    [
        (WalletState.FROZEN, WalletState.FROZEN, AlreadyFrozen),
        (WalletState.OPEN, WalletState.OPEN, NotFrozen),
        (WalletState.CLOSED, WalletState.FROZEN, WalletClosed),
        (WalletState.CLOSED, WalletState.OPEN, WalletClosed),
    ],
)
def test_a_state_that_is_there_already_is_not_reached_again(state, to, error):
    (result,) = decide(books(state), change(to))
    assert isinstance(refusal(result), error)


def test_a_frozen_wallet_says_so_when_it_is_to_give():
    (result,) = decide(books(WalletState.FROZEN), gift())
    assert isinstance(refusal(result), WalletFrozen)


OWN = Caller(VOLUNTEER, (RoleIn(Role.DISTRICT_OFFICER, "110105"), RoleIn("city_officer", "110000")))


@pytest.mark.parametrize(
    ("caller", "error"),
    [
        (Caller(), Unauthenticated),
        (Caller(ELDER), Forbidden),
        (Caller(VOLUNTEER), Forbidden),
        (OTHER_OFFICER, Forbidden),
        (OWN, Forbidden),
        (Caller(OFFICER_ID, (RoleIn(Role.AGENCY_CLERK, "110105001"),)), Forbidden),
    ],
    ids=["nobody", "anybody", "holder", "another district's", "officer's own", "clerk"],
)
def test_freezing_is_for_officers_of_the_district_and_the_city(caller, error):
    (result,) = decide(books(), change(WalletState.FROZEN, caller))
    assert isinstance(refusal(result), error)
    (result,) = decide(books(), change(WalletState.FROZEN, CITY_OFFICER))
    assert isinstance(result, Decided)


def test_only_officers_learn_that_there_is_no_wallet():
    nobody = UUID(int=99)
    unknown = Books(known=[Want(domain.Person, nobody)])
    for caller, error in [(OFFICER, NoWallet), (CITY_OFFICER, NoWallet), (OWN, NoWallet)]:
        (result,) = decide(unknown, change(WalletState.FROZEN, caller, nobody))
        assert isinstance(refusal(result), error)
    (result,) = decide(unknown, change(WalletState.FROZEN, Caller(ELDER), nobody))
    assert isinstance(refusal(result), Forbidden)


@pytest.mark.parametrize("state", list(WalletState))
def test_an_account_that_ends_freezes_an_open_wallet_and_leaves_others_as_they_are(state):
    (decided,) = decide(books(state), domain.FreezeForClosing(VOLUNTEER, "death", OFFICER_ID))
    assert isinstance(decided, Decided)
    told = [happened.event for happened in decided.outcome.events]
    assert told == ([WalletFrozenByOfficer] if state is WalletState.OPEN else [])


def test_a_wallet_still_to_be_opened_is_waited_for_but_not_that_of_one_never_verified():
    nobody = Books({Want(domain.Person, VOLUNTEER): None}, {})
    close = domain.FreezeForClosing(VOLUNTEER, "leaving", OFFICER_ID)
    assert isinstance(refusal(decide(nobody, close)[0]), NoWallet)
    never = domain.FreezeForClosing(VOLUNTEER, "leaving", OFFICER_ID, was_verified=False)
    assert isinstance(decide(nobody, never)[0], Decided)
