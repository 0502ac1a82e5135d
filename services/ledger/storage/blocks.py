"""Write a block: its header, transfers, entries and the new balances, in one statement.

This is the only place where a balance changes. The database checks the whole block when the
statement ends.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.kernel.bulk import texts, unnested
from services.ledger import domain
from services.ledger.domain import Account, Block, Head, Posted, Posting
from services.ledger.storage.accounts import open_new


# Taken last and kept until COMMIT: blocks of several processes follow one another.
CHAIN_LOCK = 0x63_68_61_69
TRANSFER_TYPES = {
    "number": "bigint",
    "transfer_id": "uuid",
    "kind": "text",
    "at": "timestamptz",
    "reference": "uuid",
    "hold_id": "uuid",
    "reverses": "uuid",
    "reason": "text",
    "acted_by": "uuid",
    "policy_version": "int",
}
ENTRY_TYPES = {
    "account_id": "uuid",
    "transfer_number": "bigint",
    "amount": "bigint",
    "balance_after": "bigint",
}
BALANCE_TYPES = {"changed_id": "uuid", "new_balance": "bigint"}


def write_block_statement() -> str:
    """One statement, so that no trigger ever sees half a block."""
    transfers, entries = ", ".join(TRANSFER_TYPES), ", ".join(ENTRY_TYPES)
    return f"""
    with block as (
        insert into blocks
            (height, previous_hash, merkle_root, hash, first_number, transfers, at)
        values (:height, :previous_hash, :merkle_root, :hash, :first_number, :transfers, :sealed_at)
    ), posted as (
        insert into transfers ({transfers})
        select {transfers} from {unnested(tuple(TRANSFER_TYPES.items()))}
    ), sides as (
        insert into entries ({entries})
        select {entries} from {unnested(tuple(ENTRY_TYPES.items()))}
    )
    update accounts set balance = new_balance
    from {unnested(tuple(BALANCE_TYPES.items()))} where account_id = changed_id
    """


WRITE_BLOCK = text(write_block_statement())


def lock_head(session: Session) -> Head:
    """The end of the chain, nobody else's to lengthen until the end of this transaction."""
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})
    return find_head(session)


def find_head(session: Session) -> Head:
    query = "select height, hash, first_number + transfers - 1 from blocks order by height desc"
    row = session.execute(text(f"{query} limit 1")).first()
    return Head(row[0], bytes(row[1]), row[2]) if row else Head()


def post(
    session: Session, postings: Sequence[Posting], opened: Iterable[Account], at: datetime
) -> None:
    """Write decided postings as one block; ``opened`` are the accounts that exist already.

    Raises Overtaken when another process opened one of the new accounts meanwhile.
    """
    if not postings:
        return
    touched = {entry.account for posting in postings for entry in posting.entries}
    open_new(session, touched.difference(opened))
    head = lock_head(session)
    numbers = count(head.last_number + 1)
    posted = [
        Posted(next(numbers), posting.at, posting.transfer, posting.entries) for posting in postings
    ]
    block = domain.seal(head, posted, at)
    session.execute(WRITE_BLOCK, block_columns(block) | posted_columns(posted))


def block_columns(block: Block) -> dict[str, Any]:
    return {
        "height": block.height,
        "previous_hash": block.previous_hash,
        "merkle_root": block.merkle_root,
        "hash": block.block_hash,
        "first_number": block.first_number,
        "transfers": block.transfers,
        "sealed_at": block.at,
    }


def posted_columns(posted: Sequence[Posted]) -> dict[str, Any]:
    transfers = [each.transfer for each in posted]
    sides = [(each.number, entry) for each in posted for entry in each.entries]
    last = {entry.account.account_id: entry.balance_after for _, entry in sides}
    return {
        "number": [each.number for each in posted],
        "transfer_id": texts([transfer.transfer_id for transfer in transfers]),
        "kind": [transfer.kind.value for transfer in transfers],
        "at": [domain.stamp(each.at) for each in posted],
        "reference": texts([transfer.reference for transfer in transfers]),
        "hold_id": texts([transfer.hold_id for transfer in transfers]),
        "reverses": texts([transfer.reverses for transfer in transfers]),
        "reason": [transfer.reason for transfer in transfers],
        "acted_by": texts([transfer.acted_by for transfer in transfers]),
        "policy_version": [transfer.policy_version for transfer in transfers],
        "account_id": [str(entry.account.account_id) for _, entry in sides],
        "transfer_number": [number for number, _ in sides],
        "amount": [entry.amount for _, entry in sides],
        "balance_after": [entry.balance_after for _, entry in sides],
        "changed_id": texts(list(last)),
        "new_balance": list(last.values()),
    }
