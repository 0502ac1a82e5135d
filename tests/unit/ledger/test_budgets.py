"""Linked transfers between budgets: all or none, each on what the ones before it left (S16)."""

from collections import Counter
from datetime import UTC, datetime
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import CITY_AREA, Forbidden, InvalidRequest, Unauthenticated
from services.ledger import domain
from services.ledger.contract import InsufficientBudget, TransferBudgets
from services.ledger.domain import Books, Decided, Refused, Task
from tests.unit.ledger.people import POLICY


NAMES, OFFICER_ID = UUID(int=7), UUID(int=20)
OFFICER = Caller(OFFICER_ID, (RoleIn(Role.CITY_OFFICER, CITY_AREA),))
NOW = datetime(2026, 6, 1, tzinfo=UTC)
DISTRICTS = ["110101", "110105", "110109"]
shifts = st.tuples(st.permutations(DISTRICTS), st.integers(1, 100)).map(
    lambda drawn: (drawn[0][0], drawn[0][1], drawn[1])
)


def command(*moves, caller=OFFICER):
    names = ("from_district", "to_district", "minutes")
    ids = [uuid5(NAMES, str(place)) for place in range(len(moves))]
    transfers = [dict(zip(names, each, strict=True)) for each in moves]
    return domain.ShiftBudgets.of(ids, caller, transfers, "winter")


def decide(books, *moves, caller=OFFICER):
    (result,) = domain.decide([Task(command(*moves, caller=caller), POLICY, NOW)], books)
    return result


def budgets(*minutes):
    named = zip(DISTRICTS, minutes, strict=True)
    return Books(balances={domain.budget(district): each for district, each in named})


def refusal(result):
    assert isinstance(result, Refused)
    return result.error


@given(st.lists(shifts, min_size=1, max_size=8), st.tuples(*[st.integers(0, 150)] * 3))
def test_all_are_posted_or_none_and_the_first_that_is_not_covered_is_named(moves, minutes):
    left, refused = Counter(dict(zip(DISTRICTS, minutes, strict=True))), None
    for place, (source, target, amount) in enumerate(moves):
        if left[source] < amount:
            refused = {
                "transfer": place,
                "district": source,
                "needed_minutes": amount,
                "budget_minutes": left[source],
            }
            break
        left[source] -= amount
        left[target] += amount
    result = decide(budgets(*minutes), *moves)
    if refused:
        error = refusal(result)
        assert isinstance(error, InsufficientBudget)
        assert error.fields == refused
        return
    assert isinstance(result, Decided)
    assert len(result.postings) == len(moves)
    for answered in result.outcome.answer["budgets"]:
        assert answered["minutes"] == left[answered["district"]]
    assert len({posting.transfer.transfer_id for posting in result.postings}) == len(moves)


def test_a_later_transfer_may_move_on_what_an_earlier_one_brought():
    moves = [("110105", "110101", 60), ("110101", "110109", 60)]
    assert isinstance(decide(budgets(0, 60, 0), *moves), Decided)
    assert isinstance(refusal(decide(budgets(0, 60, 0), *moves[::-1])), InsufficientBudget)


@pytest.mark.parametrize(
    ("caller", "error"),
    [
        (Caller(), Unauthenticated),
        (Caller(OFFICER_ID), Forbidden),
        (Caller(OFFICER_ID, (RoleIn(Role.DISTRICT_OFFICER, "110105"),)), Forbidden),
        (Caller(OFFICER_ID, (RoleIn(Role.CITY_OFFICER, "110105"),)), Forbidden),
    ],
    ids=["nobody", "anybody", "district officer", "city officer of a district"],
)
def test_budgets_are_the_city_officers_to_move(caller, error):
    result = decide(budgets(60, 60, 60), ("110105", "110101", 60), caller=caller)
    assert isinstance(refusal(result), error)


@pytest.mark.parametrize(("district", "error"), [("110000", InvalidRequest), ("310101", Forbidden)])
def test_budgets_are_those_of_the_citys_own_districts(district, error):
    assert isinstance(refusal(decide(budgets(0, 60, 0), ("110105", district, 60))), error)


GOOD = {"from_district": "110105", "to_district": "110101", "minutes": 60}


@pytest.mark.parametrize(
    "transfers",
    [
        [],
        [GOOD] * 51,
        [GOOD | {"to_district": "110105"}],
        [GOOD | {"minutes": 0}],
        [GOOD | {"minutes": -60}],
        [GOOD | {"minutes": True}],
        [GOOD | {"more": 1}],
        [{}],
        None,
    ],
    ids=["none", "too many", "to itself", "nothing", "backwards", "true", "more", "empty", "null"],
)
def test_a_list_that_is_no_list_of_transfers_is_refused(transfers):
    with pytest.raises(InvalidRequest):
        TransferBudgets.parse({"transfers": transfers, "reason": "winter"})


def test_fifty_transfers_are_accepted():
    assert TransferBudgets.parse({"transfers": [GOOD] * 50, "reason": "winter"})
