"""A closed wallet leaves nothing behind: the heir or the district's charity pool gets it all."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.contract import Relation, Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import CITY_AREA, Forbidden, InvalidRequest, Unauthenticated
from services.ledger import domain
from services.ledger.contract import (
    ApplicationOpen,
    CloseCause,
    EstateSettled,
    HoldsOpen,
    NotKin,
    NoWallet,
    Provenance,
    WalletClosed,
    WalletClosedForGood,
    WalletFrozen,
)
from services.ledger.domain import (
    Applicant,
    Books,
    Close,
    Decided,
    Hold,
    HoldState,
    Kin,
    Kinship,
    OpenDisputes,
    OpenExchanges,
    OpenHolds,
    Person,
    Refused,
    SettleTo,
    Task,
    WaitingDisputes,
    WalletState,
    Want,
)
from tests.unit.ledger.people import (
    ELDER,
    HOLD,
    POLICY,
    REQUEST,
    VISIT,
    VOLUNTEER,
    balances,
    person,
)


NOW = datetime(2026, 6, 1, tzinfo=UTC)
CLOSING, LATER, OFFICER_ID, STRANGER = (UUID(int=number) for number in range(40, 44))
OFFICER = Caller(OFFICER_ID, (RoleIn(Role.DISTRICT_OFFICER, "110105"),))
CITY_OFFICER = Caller(OFFICER_ID, (RoleIn(Role.CITY_OFFICER, CITY_AREA),))
HEIR = VOLUNTEER
POOL, INHERITED = domain.charity("110105"), domain.wallet(HEIR, Provenance.GIFTED)
ESTATE, POINTS = domain.estate(ELDER), domain.points(ELDER)


def close(heir_id=HEIR, caller=OFFICER, cause=CloseCause.DEATH, closing_id=CLOSING):
    return Close(closing_id, caller, ELDER, cause, "certificate shown", heir_id)


def books(
    parts=None,
    points=0,
    state=WalletState.OPEN,
    heir=WalletState.OPEN,
    relation=Relation.CHILD,
    held=(),
    estate=0,
    **more,
):
    known = {
        Want(Person, ELDER): person(ELDER, state=state),
        Want(Person, HEIR): person(HEIR, state=heir) if heir else None,
        Want(Kin, ELDER): Kin(ELDER, (Kinship(ELDER, HEIR, relation),)),
        Want(OpenHolds, ELDER): OpenHolds(ELDER, frozenset(held)),
        Want(OpenDisputes, ELDER): OpenDisputes(ELDER, frozenset(more.get("disputed", ()))),
        Want(WaitingDisputes, REQUEST): None,
        Want(Applicant, ELDER): more.get("applicant"),
        Want(OpenExchanges, ELDER): None,
    }
    coins = {domain.wallet(ELDER, part): minutes for part, minutes in (parts or {}).items()}
    return Books(known, {**coins, POINTS: points, ESTATE: estate})


def decide(books, *commands, policy=POLICY):
    return domain.decide([Task(command, policy, NOW) for command in commands], books)


def refusal(result):
    assert isinstance(result, Refused), result
    return result.error


def balances_after(before, results):
    after = dict(before._balances)
    for result in results:
        if isinstance(result, Decided):
            for posting in result.postings:
                after |= {entry.account: entry.balance_after for entry in posting.entries}
    return after


@given(balances, st.integers(0, 500), st.sampled_from([HEIR, None]), st.integers(0, 90))
def test_everything_is_settled_and_nothing_is_made_or_lost(parts, points, heir_id, estate):
    before = books(parts, points, estate=estate)
    results = decide(before, close(heir_id))
    after = balances_after(before, results)
    total = sum(parts.values()) + estate
    assert after.get(INHERITED if heir_id else POOL, 0) == total
    left = [*domain.wallets(ELDER).values(), ESTATE, POINTS]
    assert [after.get(account, 0) for account in left] == [0] * 5
    assert after.get(domain.points_issuance(), 0) == points
    (result,) = results
    assert result.outcome.answer == {
        "closing_id": CLOSING,
        "person_id": ELDER,
        "state": WalletState.CLOSED,
        "settled_minutes": total,
        "heir_id": heir_id,
        "pool": None if heir_id else "110105",
        "expired_points": points,
    }
    told = [happened.event for happened in result.outcome.events]
    assert told == [WalletClosedForGood, *([EstateSettled] if total else [])]


def test_closing_twice_is_refused_as_nothing_came_in_since():
    first, second = decide(books({Provenance.EARNED: 60}), close(), close(closing_id=LATER))
    assert isinstance(first, Decided)
    assert isinstance(refusal(second), WalletClosed)


@pytest.mark.parametrize("heir_id", [HEIR, None])
def test_what_came_into_the_estate_since_is_settled_by_closing_again(heir_id):
    closed = books(state=WalletState.CLOSED, estate=45)
    (result,) = decide(closed, close(heir_id))
    (told,) = result.outcome.events
    assert told.event is EstateSettled
    assert (told.facts["minutes"], told.facts["heir_id"]) == (45, heir_id)
    assert result.outcome.records == ()
    after = balances_after(closed, [result])
    assert after[INHERITED if heir_id else POOL] == 45


def test_a_visit_that_is_paid_after_the_closing_goes_into_the_estate_and_is_settled_then():
    shares = dict.fromkeys(Provenance, 0) | {Provenance.GRANTED: 60}
    hold = Hold(HOLD, REQUEST, STRANGER, "110105", shares)
    known = {Want(Hold, REQUEST): hold, Want(Person, STRANGER): person(STRANGER)}
    before = books().with_records(known).with_balances({domain.escrow(REQUEST): 60})
    visit = domain.PayVisit(VISIT, REQUEST, ELDER, "110105", 45, 1)
    results = decide(before, close(None), visit, close(None, closing_id=LATER))
    assert all(isinstance(result, Decided) for result in results)
    assert balances_after(before, results)[POOL] == 45


def test_the_policy_may_let_nobody_inherit_or_leave_the_estate_as_it_is():
    only_pool = replace(POLICY, closing_settle_to=frozenset([SettleTo.CHARITY_POOL]))
    (result,) = decide(books(), close(), policy=only_pool)
    assert isinstance(refusal(result), InvalidRequest)
    only_heir = replace(
        POLICY, closing_settle_to=frozenset([SettleTo.HEIR]), closing_points_expire=False
    )
    before = books({Provenance.EARNED: 60}, points=7)
    (result,) = decide(before, close(None), policy=only_heir)
    after = balances_after(before, [result])
    assert (after[ESTATE], after[POINTS], result.outcome.answer["settled_minutes"]) == (60, 7, 0)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"relation": Relation.SIBLING}, NotKin),
        ({"relation": Relation.SPOUSE}, NotKin),
        ({"heir": None}, NoWallet),
        ({"heir": WalletState.CLOSED}, WalletClosed),
        ({"held": [REQUEST]}, HoldsOpen),
        ({"applicant": Applicant(ELDER, VISIT)}, ApplicationOpen),
    ],
    ids=["sibling", "spouse", "no wallet", "closed heir", "holds", "application"],
)
def test_a_closing_that_may_not_be_is_refused_whole(changes, error):
    (result,) = decide(books({Provenance.EARNED: 60}, **changes), close())
    assert isinstance(refusal(result), error)


def test_a_frozen_heir_inherits():
    (result,) = decide(books({Provenance.EARNED: 60}, heir=WalletState.FROZEN), close())
    assert isinstance(result, Decided)


def test_what_was_held_or_given_back_earlier_in_the_batch_counts():
    shares = dict.fromkeys(Provenance, 0) | {Provenance.EARNED: 60}
    placed = Hold(HOLD, REQUEST, ELDER, "110105", shares)
    known = {Want(Hold, REQUEST): placed}
    assert isinstance(refusal(decide(books().with_records(known), close())[0]), HoldsOpen)
    ended = replace(placed, state=HoldState.RELEASED)
    listed = books(held=[REQUEST]).with_records({Want(Hold, REQUEST): ended})
    assert isinstance(decide(listed, close())[0], Decided)


def test_who_leaves_closes_their_own_wallet_unless_it_is_frozen():
    own = Caller(ELDER)
    (result,) = decide(books(), close(caller=own, cause=CloseCause.LEAVING))
    assert isinstance(result, Decided)
    frozen = books(state=WalletState.FROZEN)
    (result,) = decide(frozen, close(caller=own, cause=CloseCause.LEAVING))
    assert isinstance(refusal(result), WalletFrozen)
    for cause in CloseCause:
        (result,) = decide(frozen, close(cause=cause))
        assert isinstance(result, Decided)


OWN_OFFICER = (RoleIn(Role.DISTRICT_OFFICER, "110105"), RoleIn(Role.CITY_OFFICER, CITY_AREA))


@pytest.mark.parametrize("cause", CloseCause)
@pytest.mark.parametrize(
    ("caller", "error"),
    [
        (Caller(), Unauthenticated),
        (Caller(STRANGER), Forbidden),
        (Caller(HEIR), Forbidden),
        (Caller(HEIR, OWN_OFFICER), Forbidden),
        (Caller(OFFICER_ID, (RoleIn(Role.DISTRICT_OFFICER, "110101"),)), Forbidden),
        (Caller(OFFICER_ID, (RoleIn(Role.AGENCY_CLERK, "110105001"),)), Forbidden),
    ],
    ids=["nobody", "anybody", "heir", "heir who is officer", "another district's", "clerk"],
)
def test_nobody_but_officers_who_gain_nothing_closes_anothers_wallet(cause, caller, error):
    (result,) = decide(books({Provenance.EARNED: 60}), close(caller=caller, cause=cause))
    assert isinstance(refusal(result), error)


@pytest.mark.parametrize("caller", [OFFICER, CITY_OFFICER], ids=["district", "city"])
@pytest.mark.parametrize("cause", CloseCause)
def test_officers_of_the_district_and_the_city_close_wallets(caller, cause):
    (result,) = decide(books(), close(caller=caller, cause=cause))
    assert isinstance(result, Decided)


def test_nobody_declares_themselves_dead_or_inherits_from_themselves():
    for caller in (Caller(ELDER), Caller(ELDER, OWN_OFFICER)):
        (result,) = decide(books(), close(caller=caller))
        assert isinstance(refusal(result), Forbidden)
    (result,) = decide(books(), close(heir_id=ELDER))
    assert isinstance(refusal(result), InvalidRequest)
