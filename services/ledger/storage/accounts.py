"""Open and lock accounts, and post transfers: the one place where a balance changes."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Uuid, column, func, insert, select, update, values
from sqlalchemy.dialects.postgresql import insert as insert_or_keep
from sqlalchemy.orm import Session

from services.ledger import domain
from services.ledger.contract import Provenance
from services.ledger.domain import Account, Entry, HoldState, Transfer
from services.ledger.storage.tables import AccountRow, EntryRow, HoldRow, TransferRow


def open_accounts(session: Session, accounts: Iterable[Account]) -> None:
    """Open those that are not open yet, at zero."""
    rows = [
        {
            "account_id": account.account_id,
            "kind": account.kind,
            "owner_id": account.owner_id,
            "district": account.district,
            "provenance": account.provenance,
        }
        for account in in_lock_order(accounts)
    ]
    session.execute(insert_or_keep(AccountRow).values(rows).on_conflict_do_nothing())


def in_lock_order(accounts: Iterable[Account]) -> list[Account]:
    """Everybody takes accounts in this order, so that opposite transfers never wait in a circle."""
    return sorted(set(accounts), key=lambda account: account.account_id)


def lock_balances(session: Session, accounts: Iterable[Account]) -> dict[Account, int]:
    """The balances of those accounts that are open, nobody else's to change until the end.

    Call it once per transaction with every account that may be touched.
    """
    by_id = {account.account_id: account for account in accounts}
    found = session.execute(
        select(AccountRow.account_id, AccountRow.balance)
        .where(AccountRow.account_id.in_(by_id))
        .order_by(AccountRow.account_id)
        .with_for_update(key_share=True)
    )
    return {by_id[account_id]: balance for account_id, balance in found}


def post(session: Session, transfer: Transfer, at: datetime) -> None:
    """Write a transfer, its entries, and the balances they lead to."""
    balances = lock_balances(session, (leg.account for leg in transfer.legs))
    entries = domain.entries(transfer, balances)
    session.execute(
        insert(TransferRow).values(
            transfer_id=transfer.transfer_id,
            kind=transfer.kind,
            at=at,
            reference=transfer.reference,
            hold_id=transfer.hold_id,
            reason=transfer.reason,
            acted_by=transfer.acted_by,
            policy_version=transfer.policy_version,
        )
    )
    session.execute(
        insert(EntryRow).values(
            [
                {
                    "transfer_id": transfer.transfer_id,
                    "account_id": entry.account.account_id,
                    "amount": entry.minutes,
                    "balance_after": entry.balance_after,
                }
                for entry in entries
            ]
        )
    )
    _set_balances(session, entries)


def _set_balances(session: Session, entries: list[Entry]) -> None:
    now_at = values(column("account_id", Uuid), column("balance", BigInteger), name="now_at").data(
        [(entry.account.account_id, entry.balance_after) for entry in entries]
    )
    session.execute(
        update(AccountRow)
        .where(AccountRow.account_id == now_at.c.account_id)
        .values(balance=now_at.c.balance)
        .execution_options(synchronize_session=False)
    )


def balance_of(session: Session, account: Account) -> int | None:
    """The balance now, without a lock; None when the account is not open."""
    query = select(AccountRow.balance).where(AccountRow.account_id == account.account_id)
    return session.scalar(query)


def wallet_of(session: Session, person_id: UUID) -> tuple[dict[Provenance, int], int]:
    """A person's balances by provenance, and what is held for them, as of one moment; no lock."""
    parts = HoldRow.earned_minutes + HoldRow.granted_minutes + HoldRow.gifted_minutes
    held = (
        select(func.coalesce(func.sum(parts), 0))
        .where(HoldRow.elder_id == person_id, HoldRow.state == HoldState.PLACED)
        .scalar_subquery()
    )
    accounts = {each.account_id: part for part, each in domain.wallets(person_id).items()}
    found = session.execute(
        select(AccountRow.account_id, AccountRow.balance, held).where(
            AccountRow.account_id.in_(accounts)
        )
    ).all()
    balances = {accounts[account_id]: balance for account_id, balance, _ in found}
    return balances, int(found[0][2]) if found else 0


def trial_balance(session: Session) -> tuple[list[tuple[str, int, int]], int]:
    """Kind, accounts and sum of balances of each kind; the number of transfers; of one moment."""
    transfers = select(func.count()).select_from(TransferRow).scalar_subquery()
    query = (
        select(AccountRow.kind, func.count(), func.sum(AccountRow.balance), transfers)
        .group_by(AccountRow.kind)
        .order_by(AccountRow.kind)
    )
    found = session.execute(query).all()
    return [(kind, count, int(total)) for kind, count, total, _ in found], (
        found[0][3] if found else 0
    )
