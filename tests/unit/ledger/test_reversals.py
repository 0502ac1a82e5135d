"""A reversal leaves everything as if the transfer had never been, once, and never on credit."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.contract import Relation, Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import CITY_AREA, Forbidden, NotFound, Unauthenticated
from services.ledger import domain
from services.ledger.contract import (
    AlreadyReversed,
    CoinsReversed,
    InsufficientBudget,
    InsufficientCoins,
    InsufficientPoints,
    InsufficientPool,
    NotReversible,
    Provenance,
)
from services.ledger.domain import (
    Books,
    Decided,
    Disputes,
    Hold,
    Kin,
    Kinship,
    PastTransfer,
    Person,
    Refused,
    Reverse,
    Task,
    TransferKind,
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
CAUSE, OFFICER_ID = UUID(int=60), UUID(int=61)
FAR = "110109003"


def officer(role, area, person_id=OFFICER_ID):
    return Caller(person_id, (RoleIn(role, area),))


OFFICER = officer(Role.DISTRICT_OFFICER, "110105")
CITY_OFFICER = officer(Role.CITY_OFFICER, CITY_AREA)
EARNED, GRANTED, GIFTED = (domain.wallet(ELDER, part) for part in Provenance)
VOLUNTEERS = domain.wallet(VOLUNTEER, Provenance.EARNED)
BUDGET, OTHER_BUDGET = domain.budget("110105"), domain.budget("110109")
POOL, POINTS = domain.charity("110105"), domain.points(VOLUNTEER)
# From, into: one transfer of each kind that a district may reverse, apart from a visit's.
OF_A_DISTRICT = {
    TransferKind.GRANT: (BUDGET, GRANTED),
    TransferKind.GIFT: (VOLUNTEERS, GIFTED),
    TransferKind.DONATION: (VOLUNTEERS, GIFTED),
    TransferKind.ALLOCATION: (POOL, GRANTED),
    TransferKind.POINTS_AWARD: (domain.points_issuance(), POINTS),
    TransferKind.POINTS_RATING: (domain.points_issuance(), POINTS),
    TransferKind.POINTS_STARS: (domain.points_issuance(), POINTS),
}
OF_THE_CITY = {
    TransferKind.BUDGET_TOP_UP: (domain.issuance(), BUDGET),
    TransferKind.TRANSFER: (OTHER_BUDGET, BUDGET),
}
FINAL = {
    TransferKind.HOLD: (EARNED, domain.escrow(REQUEST)),
    TransferKind.RELEASE: (domain.escrow(REQUEST), EARNED),
    TransferKind.PROGRAMME_FUNDING: (BUDGET, domain.programme(CAUSE, "110105")),
    TransferKind.PROGRAMME_RETURN: (domain.programme(CAUSE, "110105"), BUDGET),
    TransferKind.RESERVE: (EARNED, domain.reserve(CAUSE)),
    TransferKind.RESERVE_RETURN: (domain.reserve(CAUSE), EARNED),
    TransferKind.ADMISSION: (domain.reserve(CAUSE), domain.care_home("110105")),
    TransferKind.REVERSAL: (GIFTED, VOLUNTEERS),
    TransferKind.CORRECTION: (BUDGET, EARNED),
    TransferKind.CLOSING: (EARNED, domain.estate(ELDER)),
    TransferKind.SETTLEMENT: (domain.estate(ELDER), POOL),
    TransferKind.DISPUTE_FREEZE: (VOLUNTEERS, domain.dispute_account(CAUSE)),
    TransferKind.DISPUTE_RETURN: (domain.dispute_account(CAUSE), EARNED),
    TransferKind.DISPUTE_RELEASE: (domain.dispute_account(CAUSE), VOLUNTEERS),
    TransferKind.DISPUTE_CORRECTION: (BUDGET, VOLUNTEERS),
    TransferKind.POINTS_DISPUTE: (POINTS, domain.points_issuance()),
    TransferKind.POINTS_EXCHANGE: (POINTS, domain.rewards()),
    TransferKind.POINTS_RETURN: (domain.rewards(), POINTS),
}
REFUSALS = {
    TransferKind.DONATION: InsufficientCoins,
    TransferKind.POINTS_AWARD: InsufficientPoints,
    TransferKind.POINTS_RATING: InsufficientPoints,
    TransferKind.POINTS_STARS: InsufficientPoints,
    TransferKind.BUDGET_TOP_UP: InsufficientBudget,
    TransferKind.TRANSFER: InsufficientBudget,
}


def past(kind, source, target, minutes=60):
    return PastTransfer(domain.move(kind, CAUSE, out_of={source: minutes}, into={target: minutes}))


def books(transfer, elder=None, volunteer=None, **more):
    people = [elder or person(ELDER), volunteer or person(VOLUNTEER)]
    known = {Want(Person, each.key): each for each in people}
    into = {account: more.get("left", amount) for account, amount in transfer.brought.items()}
    known |= {Want(Disputes, CAUSE): None}
    return Books(known | {Want(PastTransfer, transfer.key): transfer}, into)


def reverse(transfer, caller=OFFICER):
    return Reverse(caller, transfer.key, "of somebody else")


def decide(books, *commands):
    return domain.decide([Task(command, POLICY, NOW) for command in commands], books)


def after(books, results):
    balances = dict(books._balances)
    for result in results:
        for posting in result.postings if isinstance(result, Decided) else ():
            balances |= {entry.account: entry.balance_after for entry in posting.entries}
    return {account: minutes for account, minutes in balances.items() if minutes}


def refusal(result):
    assert isinstance(result, Refused), result
    return result.error


@pytest.mark.parametrize("kind", [*OF_A_DISTRICT, *OF_THE_CITY])
def test_a_reversal_gives_back_once_what_is_still_there(kind):
    source, target = (OF_A_DISTRICT | OF_THE_CITY)[kind]
    transfer = past(kind, source, target)
    before = books(transfer)
    results = decide(before, *[reverse(transfer, CITY_OFFICER)] * 2)
    assert isinstance(refusal(results[1]), AlreadyReversed)
    assert after(before, results) == {source: 60}
    (posting,) = results[0].postings
    assert posting.transfer.kind is TransferKind.REVERSAL
    assert posting.transfer.reference == posting.transfer.reverses == transfer.key
    assert (posting.transfer.reason, posting.transfer.acted_by) == ("of somebody else", OFFICER_ID)
    (told,) = results[0].outcome.events
    assert told.event is CoinsReversed
    assert (told.facts["kind"], told.facts["amount"]) == (kind, 60)
    assert (told.facts["reverses"], told.facts["reference"]) == (transfer.key, CAUSE)
    assert told.facts["taken_from"] == target.owner_id
    assert told.facts["unit"] == target.kind.unit


@pytest.mark.parametrize("kind", [*OF_A_DISTRICT, *OF_THE_CITY])
def test_what_is_spent_already_is_not_taken_back_on_credit(kind):
    transfer = past(kind, *(OF_A_DISTRICT | OF_THE_CITY)[kind])
    (result,) = decide(books(transfer, left=59), reverse(transfer, CITY_OFFICER))
    assert isinstance(refusal(result), REFUSALS.get(kind, InsufficientCoins))
    assert 59 in result.error.fields.values()


def test_a_pool_that_has_given_its_coins_away_cannot_give_them_back():
    transfer = past(TransferKind.DONATION, VOLUNTEERS, POOL)
    (result,) = decide(books(transfer, left=59), reverse(transfer))
    assert isinstance(refusal(result), InsufficientPool)


@pytest.mark.parametrize("caller", [OFFICER, CITY_OFFICER])
@pytest.mark.parametrize("kind", FINAL)
def test_what_ends_in_its_own_way_is_not_reversed(kind, caller):
    transfer = past(kind, *FINAL[kind])
    (result,) = decide(books(transfer), reverse(transfer, caller))
    assert isinstance(refusal(result), NotReversible)


def test_every_kind_is_either_reversible_or_final():
    assert {*OF_A_DISTRICT, *OF_THE_CITY, *FINAL, TransferKind.POST} == set(TransferKind)


@pytest.mark.parametrize("kind", OF_THE_CITY)
def test_the_citys_budgets_are_not_a_districts_to_change(kind):
    transfer = past(kind, *OF_THE_CITY[kind])
    (result,) = decide(books(transfer), reverse(transfer))
    assert isinstance(refusal(result), Forbidden)


def test_the_district_of_who_has_to_give_back_decides():
    transfer = past(TransferKind.GIFT, VOLUNTEERS, GIFTED)
    far_officer = officer(Role.DISTRICT_OFFICER, "110109")
    far_elder = books(transfer, elder=person(ELDER, FAR))
    for caller, may in [(OFFICER, False), (far_officer, True), (CITY_OFFICER, True)]:
        (result,) = decide(far_elder, reverse(transfer, caller))
        assert isinstance(result, Decided) is may
    far_giver = books(transfer, volunteer=person(VOLUNTEER, FAR))
    for caller, may in [(OFFICER, True), (far_officer, False)]:
        (result,) = decide(far_giver, reverse(transfer, caller))
        assert isinstance(result, Decided) is may


BOTH = (RoleIn(Role.DISTRICT_OFFICER, "110105"), RoleIn(Role.CITY_OFFICER, CITY_AREA))


@pytest.mark.parametrize(
    ("caller", "error"),
    [
        (Caller(), Unauthenticated),
        (Caller(VOLUNTEER), Forbidden),
        (Caller(ELDER, BOTH), Forbidden),
        (Caller(VOLUNTEER, BOTH), Forbidden),
        (officer(Role.DISTRICT_OFFICER, "110101"), Forbidden),
        (officer(Role.AGENCY_CLERK, "110105001"), Forbidden),
        (officer(Role.CITY_OFFICER, "110105"), Forbidden),
    ],
    ids=["nobody", "giver", "receiver", "giver in office", "elsewhere", "clerk", "false city's"],
)
def test_a_reversal_is_for_officers_whom_it_does_not_concern(caller, error):
    transfer = past(TransferKind.GIFT, VOLUNTEERS, GIFTED)
    (result,) = decide(books(transfer), reverse(transfer, caller))
    assert isinstance(refusal(result), error)


@pytest.mark.parametrize(
    ("caller", "error"),
    [(Caller(), Unauthenticated), (Caller(ELDER), Forbidden), (OFFICER, NotFound)],
)
def test_only_officers_learn_that_there_is_no_such_transfer(caller, error):
    unknown = Books(known=[Want(PastTransfer, CAUSE)])
    (result,) = decide(unknown, Reverse(caller, CAUSE, "wrong"))
    assert isinstance(refusal(result), error)


def test_a_closed_wallets_coins_come_back_into_its_estate():
    transfer = past(TransferKind.GIFT, VOLUNTEERS, GIFTED)
    closed = books(transfer, volunteer=person(VOLUNTEER, state=WalletState.CLOSED))
    assert after(closed, decide(closed, reverse(transfer))) == {domain.estate(VOLUNTEER): 60}


def test_a_frozen_wallet_gives_back():
    transfer = past(TransferKind.GIFT, VOLUNTEERS, GIFTED)
    frozen = books(transfer, elder=person(ELDER, state=WalletState.FROZEN))
    assert after(frozen, decide(frozen, reverse(transfer))) == {VOLUNTEERS: 60}


def visited(parts, held, served, elder=None):
    """The books before a request, those after its visit, and the payment as it was posted."""
    people = [person(ELDER), person(VOLUNTEER)]
    known = {Want(Person, each.key): each for each in people}
    known |= {Want(Kin, VOLUNTEER): Kin(VOLUNTEER, (Kinship(VOLUNTEER, ELDER, Relation.PARENT),))}
    known |= {Want(Hold, REQUEST): None, Want(Disputes, VISIT): None}
    known |= {Want(WaitingDisputes, REQUEST): None}
    wallets = domain.wallets(ELDER)
    before = Books(known, {wallets[part]: minutes for part, minutes in parts.items()})
    place = domain.PlaceHold(HOLD, REQUEST, ELDER, "110105", held)
    visit = domain.PayVisit(VISIT, REQUEST, VOLUNTEER, "110105", served, 1)
    results = decide(before, place, visit)
    posted = {
        posting.transfer.kind: PastTransfer(posting.transfer)
        for result in results
        for posting in result.postings
    }
    records = {
        Want(type(record), record.key): record
        for result in results
        for record in result.outcome.records
    }
    records |= {Want(PastTransfer, each.key): each for each in posted.values()}
    records.setdefault(Want(PastTransfer, domain.reversals.release_of(REQUEST)), None)
    records |= {Want(Person, ELDER): elder} if elder else {}
    later = before.with_balances(after(before, results)).with_records(records)
    return before, later, posted


@given(balances, st.integers(1, 600), st.integers(1, 600))
def test_a_reversed_visit_leaves_the_elders_coins_as_before_the_request(parts, held, served):
    held, served = min(held, sum(parts.values())), min(held, served, sum(parts.values()))
    if not served:
        return
    before, later, posted = visited(parts, held, served)
    post, award = posted[TransferKind.POST], posted[TransferKind.POINTS_AWARD]
    results = decide(later, reverse(post), reverse(award), reverse(post))
    assert after(later, results) == {key: each for key, each in before._balances.items() if each}
    assert [type(result) for result in results] == [Decided, Decided, Refused]
    (told,) = results[0].outcome.events
    assert (told.facts["taken_from"], told.facts["given_to"]) == (VOLUNTEER, ELDER)
    assert told.facts["reference"] == VISIT


@given(balances.filter(lambda parts: sum(parts.values()) > 1), st.data())
def test_a_closed_elders_estate_gets_the_coins_of_a_reversed_visit(parts, data):
    held = data.draw(st.integers(1, sum(parts.values())))
    served = data.draw(st.integers(1, held))
    closed = person(ELDER, state=WalletState.CLOSED)
    _, later, posted = visited(parts, held, served, elder=closed)
    left = after(later, decide(later, reverse(posted[TransferKind.POST])))
    assert left[domain.estate(ELDER)] == served


def test_coins_that_the_volunteer_has_given_on_are_not_taken_back():
    _, later, posted = visited({Provenance.GRANTED: 60}, 60, 60)
    gift = domain.Gift(CAUSE, Caller(VOLUNTEER), ELDER, 1)
    results = decide(later, gift, reverse(posted[TransferKind.POST]))
    assert isinstance(refusal(results[1]), InsufficientCoins)
    assert results[1].error.fields == {"needed_minutes": 60, "spendable_minutes": 59}


def test_a_visit_that_was_reversed_is_not_paid_again_when_it_is_told_again():
    _, later, posted = visited({Provenance.GRANTED: 60}, 60, 45)
    visit = domain.PayVisit(VISIT, REQUEST, VOLUNTEER, "110105", 45, 1)
    results = decide(later, reverse(posted[TransferKind.POST]), visit)
    assert isinstance(results[1], Decided)
    assert results[1].postings == ()
