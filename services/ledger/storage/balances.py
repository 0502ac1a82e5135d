"""What accounts show, without a lock: now, or as of a time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from services.kernel.bulk import texts
from services.ledger import domain
from services.ledger.contract import Provenance
from services.ledger.domain import Account, DisputeState, HoldState, Kind
from services.ledger.storage.tables import AccountRow, HoldRow, TransferRow
from services.ledger.storage.tables_disputes import DisputeRow


def balance_of(session: Session, account: Account) -> int | None:
    """The balance now, without a lock; None when the account is not open."""
    query = select(AccountRow.balance).where(AccountRow.account_id == account.account_id)
    return session.scalar(query)


def balances_of(session: Session, accounts: Iterable[Account]) -> dict[Account, int]:
    """The balances now, without a lock, of those that are open."""
    by_id = {account.account_id: account for account in accounts}
    query = select(AccountRow.account_id, AccountRow.balance).where(
        AccountRow.account_id.in_(by_id)
    )
    return {by_id[account_id]: balance for account_id, balance in session.execute(query)}


class WalletFigures(NamedTuple):
    """What a person has by provenance, what is held for them, points, and what is disputed."""

    balances: dict[Provenance, int]
    held: int
    points: int
    disputed: int


def wallet_of(session: Session, person_id: UUID) -> WalletFigures:
    """A person's figures, all of one moment."""
    parts = HoldRow.earned_minutes + HoldRow.granted_minutes + HoldRow.gifted_minutes
    held = (
        select(func.coalesce(func.sum(parts), 0))
        .where(
            HoldRow.elder_id == person_id,
            HoldRow.programme_id.is_(None),
            HoldRow.state == HoldState.PLACED,
        )
        .scalar_subquery()
    )
    disputed = (
        select(func.coalesce(func.sum(DisputeRow.frozen_minutes), 0))
        .where(DisputeRow.volunteer_id == person_id, DisputeRow.state == DisputeState.FROZEN)
        .scalar_subquery()
    )
    wallets, points = domain.wallets(person_id), domain.points(person_id)
    ids = [each.account_id for each in (*wallets.values(), points)]
    found = session.execute(
        select(AccountRow.account_id, AccountRow.balance, held, disputed).where(
            AccountRow.account_id.in_(ids)
        )
    ).all()
    balances = {account_id: balance for account_id, balance, *_ in found}
    return WalletFigures(
        {part: balances.get(account.account_id, 0) for part, account in wallets.items()},
        int(found[0][2]) if found else 0,
        balances.get(points.account_id, 0),
        int(found[0][3]) if found else 0,
    )


AS_OF = text(
    "select e.account_id, e.balance_after from unnest(cast(:ids as uuid[])) as wanted(account_id)"
    " cross join lateral (select account_id, balance_after from entries"
    " where account_id = wanted.account_id and transfer_number <= :number"
    " order by transfer_number desc limit 1) e"
)


def last_number_at(session: Session, at: datetime) -> int:
    """The last transfer that was posted by then (UTC); 0 before the first."""
    query = text(
        "select first_number + transfers - 1 from blocks where at <= :at"
        " order by at desc, height desc limit 1"
    )
    return session.scalar(query, {"at": at}) or 0


def last_number_before(session: Session, moment: datetime) -> int:
    """The last transfer that was posted before a moment (UTC); 0 before the first."""
    return last_number_at(session, moment - timedelta(microseconds=1))


def balances_as_of(
    session: Session, accounts: Iterable[Account], number: int
) -> dict[Account, int]:
    """The balances after the transfer of this number, by one index look-up for each account."""
    by_id = {account.account_id: account for account in accounts}
    rows = session.execute(AS_OF, {"ids": texts(list(by_id)), "number": number})
    found = {by_id[account_id]: balance for account_id, balance in rows}
    return dict.fromkeys(by_id.values(), 0) | found


def wallet_as_of(session: Session, person_id: UUID, at: datetime) -> WalletFigures:
    """As wallet_of, as it was at a time (UTC)."""
    number = last_number_at(session, at)
    wallets, points = domain.wallets(person_id), domain.points(person_id)
    balances = balances_as_of(session, (*wallets.values(), points), number)
    return WalletFigures(
        {part: balances[account] for part, account in wallets.items()},
        held_as_of(session, person_id, number),
        balances[points],
        disputed_as_of(session, person_id, number),
    )


def held_as_of(session: Session, person_id: UUID, number: int) -> int:
    """What stood in the escrows of a person's requests after a transfer."""
    holds = select(HoldRow.request_id).where(
        HoldRow.elder_id == person_id, HoldRow.programme_id.is_(None)
    )
    escrows = [domain.escrow(request_id) for (request_id,) in session.execute(holds)]
    return sum(balances_as_of(session, escrows, number).values())


def disputed_as_of(session: Session, person_id: UUID, number: int) -> int:
    """What was set aside of a volunteer's coins for disputes after a transfer."""
    disputes = select(DisputeRow.dispute_id).where(DisputeRow.volunteer_id == person_id)
    accounts = [domain.dispute_account(dispute_id) for (dispute_id,) in session.execute(disputes)]
    return sum(balances_as_of(session, accounts, number).values())


def trial_balance(session: Session) -> tuple[list[tuple[Kind, int, int]], int]:
    """Kind, accounts and sum of balances of each kind; the number of transfers; of one moment."""
    transfers = select(func.coalesce(func.max(TransferRow.number), 0)).scalar_subquery()
    query = (
        select(AccountRow.kind, func.count(), func.sum(AccountRow.balance), transfers)
        .group_by(AccountRow.kind)
        .order_by(AccountRow.kind)
    )
    found = session.execute(query).all()
    sums = [(Kind(kind), count, int(total)) for kind, count, total, _ in found]
    return sums, found[0][3] if found else 0
