"""Points for a rating (S8, S10): the elder's, once a visit and up to a month's limit."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
import yaml

from services.identity.policy_rules import policy_rules
from services.ledger import domain
from services.ledger.contract import NoWallet
from services.ledger.domain import (
    Books,
    LedgerPolicy,
    PastTransfer,
    Person,
    RatingPoints,
    TransferKind,
    WalletState,
    Want,
    transfer_id_of,
)
from services.ledger.rewards import month_of
from tests.unit.ledger.people import ELDER, POLICY, POLICY_FILE, VOLUNTEER, person


NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
MONTH = month_of(NOW)
CLERK = UUID(int=90)
VISITS = [UUID(int=number) for number in range(200, 220)]
RULES = replace(POLICY, points_a_rating=10, points_a_star=0, most_rating_points_a_month=25)


def books(*people: Person) -> Books:
    records = {Want(Person, each.person_id): each for each in people}
    known = [Want(Person, each) for each in (ELDER, VOLUNTEER)]
    known += [
        Want(RatingPoints, (ELDER, month)) for month in (MONTH, month_of(NOW.replace(month=7)))
    ]
    for visit_id in VISITS:
        for kind in (TransferKind.POINTS_RATING, TransferKind.POINTS_STARS):
            known.append(Want(PastTransfer, transfer_id_of(kind, visit_id)))
    return Books(records, known=known)


def thank(books: Books, visit_id=VISITS[0], rules=RULES, stars=5, month=MONTH):
    command = domain.ThankForRating(visit_id, ELDER, VOLUNTEER, stars, CLERK, month)
    outcome = command.decide(books, rules, NOW)
    books.apply(outcome, NOW)
    return outcome


@pytest.fixture
def both() -> Books:
    return books(person(ELDER), person(VOLUNTEER))


def test_s15_the_points_are_the_elders_whoever_said_it_for_them(both):
    (award,) = thank(both).transfers
    assert both.balance(domain.points(ELDER)) == 10
    assert both.balance(domain.points_issuance()) == -10
    assert (award.acted_by, award.policy_version) == (CLERK, RULES.version)
    assert award.transfer_id == transfer_id_of(TransferKind.POINTS_RATING, VISITS[0])


def test_a_visit_is_thanked_for_once_however_often_it_is_told(both):
    thank(both)
    assert thank(both).transfers == ()
    assert both.balance(domain.points(ELDER)) == 10


def test_a_month_has_a_limit_and_the_next_begins_anew(both):
    given = [sum(map(amount, thank(both, visit_id).transfers)) for visit_id in VISITS[:4]]
    assert given == [10, 10, 5, 0]
    thank(both, VISITS[4], month=month_of(NOW.replace(month=7)))
    assert both.balance(domain.points(ELDER)) == 35


def amount(transfer) -> int:
    return sum(leg.amount for leg in transfer.legs if leg.amount > 0)


def test_without_a_limit_every_rating_counts(both):
    rules = replace(RULES, most_rating_points_a_month=None)
    for visit_id in VISITS:
        thank(both, visit_id, rules)
    assert both.balance(domain.points(ELDER)) == 10 * len(VISITS)


@pytest.mark.parametrize("stars", [1, 3, 5])
def test_the_volunteer_gets_points_by_stars_where_the_policy_says_so(both, stars):
    thank(both, rules=replace(RULES, points_a_star=2), stars=stars)
    assert both.balance(domain.points(VOLUNTEER)) == 2 * stars
    assert both.balance(domain.points(ELDER)) == 10


def test_where_the_policy_gives_nothing_nothing_moves(both):
    outcome = thank(both, rules=replace(RULES, points_a_rating=0))
    assert outcome.transfers == outcome.events == ()


def test_of_whom_nothing_is_known_yet_the_event_comes_again():
    with pytest.raises(NoWallet):
        thank(books(person(VOLUNTEER)))
    with pytest.raises(NoWallet):
        thank(books(person(ELDER)), rules=replace(RULES, points_a_star=1))


def test_who_has_left_gets_none_and_a_frozen_wallet_does():
    rules = replace(RULES, points_a_star=1)
    left = books(person(ELDER, state=WalletState.CLOSED), person(VOLUNTEER))
    thank(left, rules=rules)
    assert left.balance(domain.points(ELDER)) == 0
    assert left.balance(domain.points(VOLUNTEER)) == 5
    frozen = books(person(ELDER, state=WalletState.FROZEN), person(VOLUNTEER))
    thank(frozen)
    assert frozen.balance(domain.points(ELDER)) == 10


def test_a_month_begins_at_the_citys_midnight():
    assert month_of(datetime(2026, 5, 31, 16, tzinfo=UTC)) == datetime(2026, 5, 31, 16, tzinfo=UTC)
    assert month_of(datetime(2026, 5, 31, 15, 59, tzinfo=UTC)).month == 4


def test_a_version_from_before_these_rules_goes_by_what_their_description_says():
    document = yaml.safe_load(POLICY_FILE.read_text(encoding="utf-8"))
    values = {
        section: {name: rule["value"] for name, rule in rules.items()}
        for section, rules in document["values"].items()
    }
    values["points"] = {"a_minute": 1}
    del values["rewards"]
    former = LedgerPolicy.from_values(1, values)
    described = {rule.key: rule.default for rule in policy_rules()}
    for key, value in {
        "points.a_rating": former.points_a_rating,
        "points.a_star": former.points_a_star,
        "points.most_for_ratings_a_month": former.most_rating_points_a_month,
        "rewards.pickup_days": former.pickup_days,
        "rewards.return_days": former.return_days,
        "rewards.most_wrong_codes": former.most_wrong_pickup_codes,
        "rewards.wrong_codes_minutes": former.wrong_pickup_codes_minutes,
    }.items():
        assert described[key] == value, key
