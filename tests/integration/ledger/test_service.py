"""The ledger on a real broker and database: coins are held, paid once, granted, given and shown."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import eventlet
import pytest

from services.identity.contract import PersonVerified, PolicyAdopted, Relation
from services.kernel.caller import Caller
from services.kernel.contract import IdempotencyConflict, NotFound
from services.ledger.contract import (
    CoinsEarned,
    CoinsGifted,
    CoinsGranted,
    HoldPlaced,
    HoldRefused,
    HoldReleased,
    InsufficientBudget,
    InsufficientCoins,
    NotInSpecialGroup,
)
from services.matching.contract import (
    RequestCancelled,
    RequestExpired,
    RequestRefused,
    VisitCompleted,
    VisitNoShow,
)
from tests.integration.ledger.conftest import (
    BORN_ADULT,
    CITY_OFFICER,
    DISTRICT,
    DISTRICT_OFFICER,
    Ledger,
)


def cancel(ledger: Ledger, request):
    ledger.publish(RequestCancelled, **request, cancelled_by=uuid4(), reason="better")


def statement(ledger: Ledger, person, limit=100, cursor=None):
    payload = {"person_id": person.person_id, "limit": limit, "cursor": cursor}
    return ledger.call("show_statement", payload, person, key=None)


def books_are_straight(ledger: Ledger) -> bool:
    trial = ledger.trial_balance()
    return trial["total_minutes"] == 0


def test_s1_verifying_a_person_opens_a_wallet_with_three_sub_accounts(ledger: Ledger):
    person = ledger.verify(BORN_ADULT)
    assert ledger.wallet(person) == {
        "person_id": str(person.person_id),
        "earned_minutes": 0,
        "granted_minutes": 0,
        "gifted_minutes": 0,
        "total_minutes": 0,
        "held_minutes": 0,
        "disputed_minutes": 0,
        "coins": "0",
        "points": 0,
        "state": "open",
        "at": None,
    }
    assert {
        "kind": "wallet",
        "unit": "minutes",
        "accounts": 3,
        "amount": 0,
    } in ledger.trial_balance()["items"]


def test_what_is_known_of_a_person_is_never_overwritten_by_older_news(ledger: Ledger):
    person = ledger.verify()
    facts = {
        "district": DISTRICT,
        "person_id": person.person_id,
        "name": "王芳",
        "home": {"latitude": 39.9, "longitude": 116.4},
        "willing_and_healthy": True,
        "guardian_id": None,
        "verified_by": None,
        "birth_date": date(1940, 1, 1),
    }
    wrapped = ledger.publish(PersonVerified, **facts, street="110105002")
    ledger.eventually(lambda: ledger.street_of(person) == "110105002")
    stale = {"id": str(uuid4()), "sequence": 0}
    stale["data"] = wrapped["data"] | {"street": "110105009"}
    ledger.running.publish_envelope(PersonVerified, wrapped | stale)
    ledger.eventually(lambda: ledger.is_handled(stale["id"]))
    assert ledger.street_of(person) == "110105002"


def test_s2_s16_from_grant_to_coins_earned(ledger: Ledger):
    elder, volunteer = ledger.granted_elder(600), ledger.verify(BORN_ADULT)
    request = ledger.held(elder, 120)
    assert ledger.wallet(elder)["granted_minutes"] == 480
    assert ledger.wallet(elder)["held_minutes"] == 120
    (placed,) = ledger.recorded(HoldPlaced)
    assert (placed["request_id"], placed["minutes"]) == (str(request["request_id"]), 120)

    visit_id = uuid4()
    ledger.visit(request, volunteer, 95, visit_id=visit_id)
    (earned,) = ledger.eventually(lambda: ledger.recorded(CoinsEarned))
    assert earned["volunteer_id"] == str(volunteer.person_id)
    assert (earned["minutes"], earned["policy_version"]) == (95, 1)
    (released,) = ledger.recorded(HoldReleased)
    assert released["minutes"] == 25
    wallet = ledger.wallet(volunteer)
    assert (wallet["earned_minutes"], wallet["coins"]) == (95, "1 35/60")
    assert ledger.wallet(elder)["granted_minutes"] == 505
    (line,) = statement(ledger, volunteer)["items"]
    assert (line["kind"], line["minutes"], line["balance_minutes"]) == ("post", 95, 95)
    assert (line["reference"], line["transfer_id"]) == (str(visit_id), earned["transfer_id"])
    show = ledger.call("show_hold", {"request_id": request["request_id"]}, elder, key=None)
    assert (show["state"], show["posted_minutes"], show["released_minutes"]) == ("posted", 95, 25)
    trial = ledger.trial_balance()
    assert (trial["total_minutes"], trial["supply_minutes"], trial["transfers"]) == (0, 600, 6)
    assert (trial["total_points"], trial["supply_points"]) == (0, 95)


def test_the_same_visit_told_five_times_is_paid_once(ledger: Ledger):
    elder, volunteer = ledger.granted_elder(600), ledger.verify(BORN_ADULT)
    request = ledger.held(elder, 90)
    wrapped = ledger.visit(request, volunteer, 60)
    # Twice more as the same message, twice as another message about the same visit.
    others = [wrapped | {"id": str(uuid4())} for _ in range(2)]
    for message in (wrapped, others[0], wrapped, others[1]):
        ledger.running.publish_envelope(VisitCompleted, message)
    for message in (wrapped, *others):
        ledger.eventually(lambda told=message: ledger.is_handled(told["id"]))
    assert ledger.wallet(volunteer)["earned_minutes"] == 60
    assert ledger.wallet(elder)["granted_minutes"] == 540
    assert len(ledger.recorded(CoinsEarned)) == len(ledger.recorded(HoldReleased)) == 1
    assert books_are_straight(ledger)


def test_a_visit_that_is_told_before_its_hold_is_paid_when_the_hold_is_there(ledger: Ledger):
    elder, volunteer = ledger.granted_elder(600), ledger.verify(BORN_ADULT)
    request = {"district": DISTRICT, "request_id": uuid4(), "elder_id": elder.person_id}
    ledger.visit(request, volunteer, 60)
    ledger.request(elder, 60, request["request_id"])
    ledger.eventually(lambda: ledger.wallet(volunteer)["earned_minutes"] == 60, 15)


def test_minutes_beyond_the_hold_are_never_paid(ledger: Ledger):
    elder, volunteer = ledger.granted_elder(600), ledger.verify(BORN_ADULT)
    request = ledger.held(elder, 60)
    ledger.visit(request, volunteer, 61)
    other = ledger.held(elder, 30)
    ledger.visit(other, volunteer, 30)
    ledger.eventually(lambda: ledger.wallet(volunteer)["earned_minutes"])
    assert ledger.wallet(volunteer)["earned_minutes"] == 30
    assert ledger.hold(request, elder) == {"state": "placed", "minutes": 60}


@pytest.mark.parametrize("event", [RequestCancelled, RequestExpired, RequestRefused, VisitNoShow])
def test_what_was_held_goes_back_when_there_is_no_visit(ledger: Ledger, event):
    elder = ledger.granted_elder(60)
    request = ledger.held(elder, 60)
    assert ledger.wallet(elder)["granted_minutes"] == 0
    more = {
        RequestCancelled: {"cancelled_by": uuid4(), "reason": "better"},
        RequestExpired: {},
        RequestRefused: {"refused_by": uuid4(), "reason": "x"},
        VisitNoShow: {"booking_id": uuid4(), "volunteer_id": uuid4()},
    }[event]
    for _ in range(2):
        ledger.publish(event, **request, **more)
    ledger.eventually(lambda: ledger.hold(request, elder) == {"state": "released", "minutes": 60})
    assert ledger.wallet(elder)["granted_minutes"] == 60
    assert ledger.wallet(elder)["held_minutes"] == 0
    (released,) = ledger.recorded(HoldReleased)
    assert (released["request_id"], released["minutes"]) == (str(request["request_id"]), 60)
    assert books_are_straight(ledger)


def test_a_cancellation_that_overtakes_its_request_leaves_no_coins_held(ledger: Ledger):
    elder = ledger.granted_elder(60)
    request = {"district": DISTRICT, "request_id": uuid4(), "elder_id": elder.person_id}
    cancel(ledger, request)
    ledger.eventually(lambda: ledger.hold(request, elder))
    ledger.request(elder, 60, request["request_id"])
    later = ledger.held(elder, 15)
    assert later
    assert ledger.wallet(elder)["granted_minutes"] == 45
    assert [hold["request_id"] for hold in ledger.recorded(HoldPlaced)] == [
        str(later["request_id"])
    ]


def test_s14_a_request_without_coins_is_refused_and_nothing_moves(ledger: Ledger):
    elder = ledger.granted_elder(59)
    request = ledger.request(elder, 60)
    (refused,) = ledger.eventually(lambda: ledger.recorded(HoldRefused))
    assert refused == {
        "district": DISTRICT,
        "request_id": str(request["request_id"]),
        "elder_id": str(elder.person_id),
        "reason": "insufficient_coins",
        "needed_minutes": 60,
        "spendable_minutes": 59,
        "policy_version": 1,
    }
    assert ledger.wallet(elder)["granted_minutes"] == 59
    with pytest.raises(NotFound):
        ledger.call("show_hold", {"request_id": request["request_id"]}, elder, key=None)


def test_s14_a_request_of_somebody_unknown_is_refused(ledger: Ledger):
    ledger.request(Caller(uuid4()), 60)
    (refused,) = ledger.eventually(lambda: ledger.recorded(HoldRefused))
    assert refused["reason"] == "no_wallet"


def test_s4_earned_coins_are_redeemed_from_60_on(ledger: Ledger):
    born = date(1966, 6, 1)
    saver = ledger.verify(born)
    ledger.earn(saver, 60)
    ledger.request(saver, 60, now=datetime(2026, 5, 31, 15, 59, tzinfo=UTC))
    (refused,) = ledger.eventually(lambda: ledger.recorded(HoldRefused))
    assert (refused["reason"], refused["spendable_minutes"]) == ("redeemed_from_elder_age", 0)
    request = ledger.request(saver, 60, now=datetime(2026, 5, 31, 16, 0, tzinfo=UTC))
    ledger.eventually(lambda: ledger.hold(request, saver))
    assert ledger.wallet(saver)["earned_minutes"] == 0


def test_s5_a_grandchild_gives_earned_coins_once_however_often_they_ask(ledger: Ledger):
    elder, grandchild = ledger.verify(), ledger.verify(BORN_ADULT)
    ledger.earn(grandchild, 120)
    ledger.confirm_kinship(grandchild, elder, Relation.GRANDPARENT)
    gift = {"receiver_id": elder.person_id, "minutes": 50}
    answers = [ledger.call("gift_coins", gift, grandchild, key="gift-to-granny") for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["minutes"] == 50
    assert ledger.wallet(grandchild)["earned_minutes"] == 70
    assert ledger.wallet(elder)["gifted_minutes"] == 50
    (gifted,) = ledger.recorded(CoinsGifted)
    assert gifted["gift_id"] == answers[0]["gift_id"]
    with pytest.raises(IdempotencyConflict):
        ledger.call("gift_coins", gift | {"minutes": 51}, grandchild, key="gift-to-granny")
    with pytest.raises(InsufficientCoins):
        ledger.call("gift_coins", gift | {"minutes": 71}, grandchild)


def test_s5_gifted_and_granted_coins_pay_before_earned_ones(ledger: Ledger):
    elder, grandchild = ledger.granted_elder(30), ledger.verify(BORN_ADULT)
    ledger.earn(elder, 60)
    ledger.earn(grandchild, 40)
    ledger.confirm_kinship(elder, grandchild, Relation.GRANDCHILD)
    ledger.call("gift_coins", {"receiver_id": elder.person_id, "minutes": 40}, grandchild)
    ledger.held(elder, 100)
    wallet = ledger.wallet(elder)
    assert (wallet["granted_minutes"], wallet["gifted_minutes"]) == (0, 0)
    assert (wallet["earned_minutes"], wallet["held_minutes"]) == (30, 100)
    lines = statement(ledger, elder)["items"][:3]
    assert {line["provenance"]: line["minutes"] for line in lines} == {
        "granted": -30,
        "gifted": -40,
        "earned": -30,
    }
    assert lines[0]["balance_minutes"] == 30


def test_s16_a_grant_draws_on_the_districts_budget(ledger: Ledger):
    elder = ledger.verify()
    ledger.special(elder)
    assert ledger.top_up(600) == {"district": DISTRICT, "minutes": 600}
    granted = ledger.grant(elder, 150)
    assert (granted["district"], granted["minutes"]) == (DISTRICT, 150)
    (event,) = ledger.recorded(CoinsGranted)
    assert event["grant_id"] == granted["grant_id"]
    assert event["granted_by"] == str(DISTRICT_OFFICER.person_id)
    budget = ledger.call("show_budget", {"district": DISTRICT}, DISTRICT_OFFICER, key=None)
    assert budget == {"district": DISTRICT, "minutes": 450}
    (line,) = statement(ledger, elder)["items"]
    assert line["acted_by"] == str(DISTRICT_OFFICER.person_id)


def test_sixteen_grants_at_once_never_overspend_the_budget(ledger: Ledger):
    elder = ledger.verify()
    ledger.special(elder)
    ledger.top_up(100)

    def grant(number):
        try:
            return ledger.grant(elder, 30)["minutes"]
        except InsufficientBudget:
            return 0

    granted = list(eventlet.GreenPool(16).imap(grant, range(16)))
    assert sum(granted) == 90
    assert ledger.wallet(elder)["granted_minutes"] == 90
    assert books_are_straight(ledger)


def test_opposite_gifts_at_once_all_arrive(ledger: Ledger):
    one, other = ledger.verify(), ledger.verify()
    ledger.earn(one, 100)
    ledger.earn(other, 100)
    ledger.confirm_kinship(one, other, Relation.PARENT_IN_LAW)

    def give(number):
        giver, receiver = (one, other) if number % 2 else (other, one)
        ledger.call("gift_coins", {"receiver_id": receiver.person_id, "minutes": 10}, giver)

    list(eventlet.GreenPool(16).imap(give, range(16)))
    for person in (one, other):
        wallet = ledger.wallet(person)
        assert (wallet["earned_minutes"], wallet["gifted_minutes"]) == (20, 80)


def test_requests_at_once_never_hold_more_than_there_is(ledger: Ledger):
    elder = ledger.granted_elder(100)
    for _ in range(8):
        ledger.request(elder, 30)
    decided = (HoldPlaced, HoldRefused)
    ledger.eventually(lambda: sum(len(ledger.recorded(event)) for event in decided) == 8)
    assert len(ledger.recorded(HoldPlaced)) == 3
    wallet = ledger.wallet(elder)
    assert (wallet["granted_minutes"], wallet["held_minutes"]) == (10, 90)


def test_a_statement_read_page_by_page_has_the_same_running_balance(ledger: Ledger):
    elder = ledger.granted_elder(300)
    ledger.earn(elder, 60)
    for _ in range(3):
        request = ledger.held(elder, 40)
        cancel(ledger, request)
        ledger.eventually(lambda r=request: ledger.hold(r, elder)["state"] == "released")
    ledger.held(elder, 320)
    whole = statement(ledger, elder)
    assert whole["next_cursor"] is None
    running = 0
    for line in reversed(whole["items"]):
        running += line["minutes"]
        assert line["balance_minutes"] == running
    assert running == ledger.wallet(elder)["total_minutes"] == 40
    pages, cursor = [], None
    for _ in range(len(whole["items"])):
        page = statement(ledger, elder, limit=2, cursor=cursor)
        assert len(page["items"]) <= 2
        pages += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert pages == whole["items"]


def test_a_page_tells_that_there_is_more_even_within_one_sub_account(ledger: Ledger):
    elder = ledger.granted_elder(60)
    ledger.held(elder, 30)
    newest = statement(ledger, elder, limit=1)
    assert [line["balance_minutes"] for line in newest["items"]] == [30]
    oldest = statement(ledger, elder, limit=1, cursor=newest["next_cursor"])
    assert [line["balance_minutes"] for line in oldest["items"]] == [60]
    assert oldest["next_cursor"] is None


def test_a_new_policy_rules_from_its_day_on(ledger: Ledger, policy_values):
    elder = ledger.verify()
    ledger.top_up(60)
    values = policy_values | {"grant": {"special_groups_only": False}}
    day = datetime(2026, 7, 1, tzinfo=UTC)
    ledger.publish(PolicyAdopted, district="110000", version=2, effective_from=day, values=values)

    def granted(now):
        try:
            return ledger.grant(elder, 10, now=now)
        except NotInSpecialGroup:
            return None

    assert granted(datetime(2026, 6, 30, tzinfo=UTC)) is None
    assert ledger.eventually(lambda: granted(day))
    assert statement(ledger, elder)["items"][0]["policy_version"] == 2


def test_an_officer_audits_the_books(ledger: Ledger):
    ledger.granted_elder(60)
    trial = ledger.call("show_trial_balance", {}, CITY_OFFICER, key=None)
    sums = {line["kind"]: line["amount"] for line in trial["items"]}
    assert sums == {"issuance": -60, "budget": 0, "wallet": 60}
    assert UUID(ledger.recorded(CoinsGranted)[0]["grant_id"])
