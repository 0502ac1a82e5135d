"""Reversals on the real stack: each transfer is taken back once, and the books stay straight."""

from typing import Any
from uuid import uuid4

import eventlet
import pytest
from sqlalchemy import text

from services.identity.contract import Relation, Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Forbidden, InvalidRequest, NotFound
from services.ledger import domain
from services.ledger.audit import audit
from services.ledger.contract import (
    AlreadyReversed,
    CoinsReversed,
    InsufficientBudget,
    InsufficientCoins,
    NotReversible,
    Provenance,
)
from services.ledger.domain import LedgerPolicy, TransferKind
from services.matching.contract import VisitCompleted
from tests.integration.ledger.conftest import (
    BORN_ADULT,
    CITY_OFFICER,
    DISTRICT,
    DISTRICT_OFFICER,
    Books,
    Ledger,
    post,
)
from tests.integration.ledger.crossing import answer_when_overtaken, prepare


def reverse(ledger: Ledger, transfer_id, caller=DISTRICT_OFFICER, **options):
    payload = {"transfer_id": transfer_id, "reason": "of somebody else"}
    return ledger.call("reverse_transfer", payload, caller, **options)


def newest(ledger: Ledger, person, kind):
    """The id of the person's newest transfer of a kind."""
    payload = {"person_id": person.person_id, "limit": 100}
    lines = ledger.call("show_statement", payload, person, key=None)["items"]
    return next(line["transfer_id"] for line in lines if line["kind"] == kind)


def parts(ledger: Ledger, person):
    wallet = ledger.wallet(person)
    return [wallet[f"{part}_minutes"] for part in ("granted", "gifted", "earned")]


def budget(ledger: Ledger, district=DISTRICT):
    return ledger.call("show_budget", {"district": district}, CITY_OFFICER, key=None)["minutes"]


def test_a_paid_visit_is_taken_back_and_the_elder_has_what_there_was_before(ledger: Ledger):
    elder, volunteer = ledger.granted_elder(40), ledger.verify(BORN_ADULT)
    giver = ledger.verify(BORN_ADULT)
    ledger.earn(giver, 30)
    ledger.confirm_kinship(giver, elder, Relation.PARENT)
    ledger.call("gift_coins", {"receiver_id": elder.person_id, "minutes": 30}, giver)
    before = parts(ledger, elder)
    assert before == [40, 30, 0]
    request = ledger.held(elder, 70)
    visit = ledger.visit(request, volunteer, 55)
    ledger.eventually(lambda: ledger.wallet(volunteer)["earned_minutes"] == 55)
    assert parts(ledger, elder) == [0, 15, 0]

    post = newest(ledger, volunteer, "post")
    answers = [reverse(ledger, post, key="take-it-back") for _ in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0]["kind"], answers[0]["amount"], answers[0]["unit"]) == ("post", 55, "minutes")
    assert parts(ledger, elder) == before
    assert ledger.wallet(volunteer)["earned_minutes"] == 0
    (told,) = ledger.recorded(CoinsReversed)
    assert (told["reverses"], told["reason"]) == (post, "of somebody else")
    assert told["reference"] == visit["data"]["visit_id"]
    with pytest.raises(AlreadyReversed):
        reverse(ledger, post, CITY_OFFICER)
    with pytest.raises(NotReversible):
        reverse(ledger, answers[0]["transfer_id"], CITY_OFFICER)
    ledger.running.publish_envelope(VisitCompleted, again := visit | {"id": str(uuid4())})
    ledger.eventually(lambda: ledger.is_handled(again["id"]))
    assert parts(ledger, elder) == before
    assert audit(ledger.running.engine).difference is None


def test_grants_gifts_and_donations_are_taken_back_while_their_coins_are_there(ledger: Ledger):
    elder, giver = ledger.granted_elder(60), ledger.verify(BORN_ADULT)
    ledger.earn(giver, 60)
    ledger.confirm_kinship(giver, elder, Relation.PARENT)
    ledger.call("gift_coins", {"receiver_id": elder.person_id, "minutes": 20}, giver)
    donation = ledger.call("donate_coins", {"pool": DISTRICT, "minutes": 10}, giver)
    assert parts(ledger, giver) == [0, 0, 30]
    reverse(ledger, newest(ledger, elder, "gift"))
    reverse(ledger, donation["transfer_id"])
    assert parts(ledger, giver) == [0, 0, 60]
    grant = newest(ledger, elder, "grant")
    ledger.held(elder, 1)
    with pytest.raises(InsufficientCoins) as refused:
        reverse(ledger, grant)
    assert refused.value.fields == {"needed_minutes": 60, "spendable_minutes": 59}
    assert audit(ledger.running.engine).difference is None


def test_budgets_are_taken_back_by_the_city_alone(ledger: Ledger):
    ledger.top_up(100)
    moves = [{"from_district": DISTRICT, "to_district": "110109", "minutes": 40}]
    payload = {"transfers": moves, "reason": "winter"}
    (moved,) = ledger.call("transfer_budgets", payload, CITY_OFFICER)["transfers"]
    with pytest.raises(Forbidden):
        reverse(ledger, moved["transfer_id"])
    reverse(ledger, moved["transfer_id"], CITY_OFFICER)
    assert (budget(ledger), budget(ledger, "110109")) == (100, 0)
    elder = ledger.granted_elder(50)
    assert budget(ledger) == 100
    ledger.grant(elder, 100)
    with ledger.running.session() as session:
        top_up = session.scalar(text("select transfer_id from transfers where number = 1"))
    with pytest.raises(InsufficientBudget):
        reverse(ledger, top_up, CITY_OFFICER)


def test_what_may_not_be_reversed_is_refused_and_nothing_moves(ledger: Ledger):
    elder, volunteer = ledger.granted_elder(60), ledger.verify(BORN_ADULT)
    ledger.visit(ledger.held(elder, 60), volunteer, 30)
    ledger.eventually(lambda: ledger.wallet(volunteer)["earned_minutes"])
    elsewhere = Caller(uuid4(), (RoleIn(Role.DISTRICT_OFFICER, "110101"),))
    before = ledger.trial_balance()
    post = newest(ledger, volunteer, "post")
    for error, transfer_id, caller in [
        (NotReversible, newest(ledger, elder, "hold"), DISTRICT_OFFICER),
        (NotReversible, newest(ledger, elder, "release"), DISTRICT_OFFICER),
        (Forbidden, post, elsewhere),
        (Forbidden, post, volunteer),
        (Forbidden, post, elder),
        (NotFound, uuid4(), DISTRICT_OFFICER),
        (Forbidden, uuid4(), elder),
        (InvalidRequest, "not an id", DISTRICT_OFFICER),
    ]:
        with pytest.raises(error):
            reverse(ledger, transfer_id, caller)
    assert ledger.trial_balance() == before


def test_of_sixteen_reversals_at_once_one_takes_back(ledger: Ledger):
    elder = ledger.granted_elder(60)
    ledger.earn(elder, 60)
    grant = newest(ledger, elder, "grant")

    def take_back(number):
        try:
            return reverse(ledger, grant, CITY_OFFICER if number % 2 else DISTRICT_OFFICER)
        except AlreadyReversed:
            return None

    answers = list(eventlet.GreenPool(16).imap(take_back, range(16)))
    assert len([answer for answer in answers if answer]) == 1
    assert parts(ledger, elder) == [0, 0, 60]
    assert audit(ledger.running.engine).difference is None


def test_a_reversal_that_waits_while_another_officer_reverses_is_refused(
    books: Books, policy_values: dict[str, Any]
):
    elder, grant_id = uuid4(), uuid4()
    prepare(books, policy_values, elder)
    grant = domain.grant(
        grant_id,
        elder,
        DISTRICT,
        60,
        "alone",
        uuid4(),
        60,
        True,
        LedgerPolicy.from_values(1, policy_values),
    )
    with books.begin() as session:
        post(session, domain.top_up(uuid4(), DISTRICT, 60, "2026 budget", uuid4()), grant)
    reversal = domain.move(
        TransferKind.REVERSAL,
        grant.transfer_id,
        out_of={domain.wallet(elder, Provenance.GRANTED): 60},
        into={domain.budget(DISTRICT): 60},
        reverses=grant.transfer_id,
    )
    command = domain.Reverse(DISTRICT_OFFICER, grant.transfer_id, "wrong")
    accounts = domain.accounts_of([grant])
    answer = answer_when_overtaken(
        books, command, accounts, lambda session: post(session, reversal)
    )
    assert answer["error"]["code"] == AlreadyReversed.code
