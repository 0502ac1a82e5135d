"""Accounts by set: found, locked in one order everywhere, opened at zero."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.kernel.bulk import array, insert_columns, texts
from services.kernel.prepared import Prepared
from services.ledger.domain import Account


ACCOUNT_TYPES = {
    "account_id": "uuid",
    "kind": "text",
    "owner_id": "uuid",
    "district": "text",
    "provenance": "text",
}
LOCK = Prepared(
    "select place, balance from accounts"
    " join unnest(cast(:ids as uuid[])) with ordinality as wanted(account_id, place)"
    " using (account_id) order by account_id for no key update of accounts",
    {"ids": "uuid[]"},
)


class Overtaken(Exception):
    """Another process was faster with the same account or key: decide anew on what it left."""


def in_lock_order(accounts: Iterable[Account]) -> list[Account]:
    """Everybody takes accounts in this order, so that opposite transfers never wait in a circle."""
    return sorted(set(accounts), key=lambda account: account.account_id.int)


def lock_balances(session: Session, accounts: Iterable[Account]) -> dict[Account, int]:
    """The balances of those accounts that are open, nobody else's to change until the end.

    Called once in a transaction, with every account that it may touch.
    """
    wanted = in_lock_order(accounts)
    if not wanted:
        return {}
    ids = array("uuid", [account.account_id for account in wanted])
    found = LOCK.execute(session, {"ids": ids})
    return {wanted[place - 1]: balance for place, balance in found}


def open_accounts(session: Session, accounts: Iterable[Account]) -> set[UUID]:
    """Open those that are not open yet, at zero; the ids of those that were opened here."""
    wanted = in_lock_order(accounts)
    if not wanted:
        return set()
    columns: dict[str, Sequence[Any]] = {
        "account_id": texts([each.account_id for each in wanted]),
        "kind": [each.kind.value for each in wanted],
        "owner_id": texts([each.owner_id for each in wanted]),
        "district": [each.district for each in wanted],
        "provenance": texts([each.provenance for each in wanted]),
    }
    opened = insert_columns(
        session,
        "accounts",
        ACCOUNT_TYPES,
        columns,
        "on conflict do nothing returning account_id",
    )
    return {account_id for (account_id,) in opened}


def open_new(session: Session, accounts: Collection[Account]) -> None:
    """Open accounts that nobody else may have opened meanwhile; raises Overtaken."""
    if len(open_accounts(session, accounts)) != len(accounts):
        raise Overtaken
