"""The running balance of a statement is right on every page."""

from hypothesis import given
from hypothesis import strategies as st

from services.ledger import domain
from services.ledger.contract import Provenance
from services.ledger.domain import Entry
from tests.unit.ledger.people import ELDER


@given(st.lists(st.tuples(st.sampled_from(Provenance), st.integers(-50, 50)), max_size=40))
def test_the_running_balance_is_the_sum_of_everything_up_to_there(movements):
    balances = dict.fromkeys(Provenance, 0)
    entries, totals = [], []
    for part, minutes in movements:
        balances[part] += minutes
        entries.append(Entry(domain.wallet(ELDER, part), minutes, balances[part]))
        totals.append(sum(balances.values()))
    assert domain.running_totals(entries[::-1]) == totals[::-1]
