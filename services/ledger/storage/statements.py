"""A page of a person's entries, all as of one moment, so that the running balance is right."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, union_all
from sqlalchemy.orm import Session

from services.kernel.bulk import array
from services.ledger import domain
from services.ledger.contract import Provenance
from services.ledger.domain import Entry
from services.ledger.storage.tables import EntryRow, TransferRow


@dataclass(frozen=True)
class Line:
    """An entry as its owner sees it."""

    number: int
    entry: Entry
    total_after: int
    transfer_id: UUID
    provenance: Provenance
    at: datetime
    kind: str
    reference: UUID
    policy_version: int | None
    acted_by: UUID | None

    @property
    def position(self) -> tuple[int, UUID]:
        """Where the next page begins."""
        return self.number, self.entry.account.account_id


def statement_page(
    session: Session, person_id: UUID, limit: int, before: tuple[int, UUID] | None = None
) -> list[Line]:
    """Up to ``limit`` + 1 lines, newest first, after the line ``before``: its number and account.

    Each sub-account gives its own newest rows by index, however long its history is.
    """
    accounts = {each.account_id: each for each in domain.wallets(person_id).values()}
    newest = []
    for account_id in accounts:
        rows = select(EntryRow.__table__).where(EntryRow.account_id == account_id)
        if before is not None:
            # Within a transfer, lines are in the order of their accounts.
            number, last_account = before
            below = number + 1 if account_id > last_account else number
            rows = rows.where(EntryRow.transfer_number < below)
        rows = rows.order_by(EntryRow.transfer_number.desc()).limit(limit + 1)
        newest.append(select(rows.subquery()))
    page = union_all(*newest).subquery()
    found = session.execute(
        select(
            page.c.transfer_number,
            page.c.account_id,
            page.c.amount,
            page.c.balance_after,
            TransferRow.transfer_id,
            TransferRow.at,
            TransferRow.kind,
            TransferRow.reference,
            TransferRow.policy_version,
            TransferRow.acted_by,
        )
        .join(TransferRow, TransferRow.number == page.c.transfer_number)
        .order_by(page.c.transfer_number.desc(), page.c.account_id)
    ).all()
    entries = [Entry(accounts[row.account_id], row.amount, row.balance_after) for row in found]
    totals = domain.running_totals(entries)
    return [read_line(*each) for each in zip(found, entries, totals, strict=True)][: limit + 1]


def read_line(row: Any, entry: Entry, total: int) -> Line:
    provenance = entry.account.provenance
    assert provenance is not None
    return Line(
        row.transfer_number,
        entry,
        total,
        row.transfer_id,
        provenance,
        row.at,
        row.kind,
        row.reference,
        row.policy_version,
        row.acted_by,
    )


BETWEEN = text(
    "select transfer_number, account_id, amount, balance_after, transfer_id, at, kind, reference,"
    " policy_version, acted_by from entries join transfers on number = transfer_number"
    " where account_id = any(cast(:ids as uuid[])) and transfer_number > :first"
    " and transfer_number <= :last order by transfer_number, account_id limit :limit"
)


def statement_between(
    session: Session, person_id: UUID, first: int, last: int, opening: int, limit: int
) -> list[Line]:
    """Up to ``limit`` lines, oldest first, of the transfers after ``first`` up to ``last``.

    ``opening`` is the person's total before them.
    """
    accounts = {each.account_id: each for each in domain.wallets(person_id).values()}
    facts = {"ids": array("uuid", list(accounts)), "first": first, "last": last, "limit": limit}
    lines, total = [], opening
    for row in session.execute(BETWEEN, facts):
        total += row.amount
        entry = Entry(accounts[row.account_id], row.amount, row.balance_after)
        lines.append(read_line(row, entry, total))
    return lines
