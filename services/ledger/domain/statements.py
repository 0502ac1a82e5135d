"""The running balance of a person over all of their sub-accounts."""

from collections.abc import Sequence

from services.ledger.domain.accounts import Account
from services.ledger.domain.transfers import Entry


def running_totals(newest_first: Sequence[Entry]) -> list[int]:
    """The person's total after each entry.

    Each account's newest entry must be among them, when the account has any: from these balances
    the total is known at the top, and going down it loses what each entry brought.
    """
    at_the_top: dict[Account, int] = {}
    for entry in newest_first:
        at_the_top.setdefault(entry.account, entry.balance_after)
    total = sum(at_the_top.values())
    totals = []
    for entry in newest_first:
        totals.append(total)
        total -= entry.amount
    return totals
