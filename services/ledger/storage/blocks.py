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

from services.kernel.bulk import array_types, arrays, unnested
from services.kernel.prepared import Prepared
from services.ledger import domain
from services.ledger.domain import Account, Block, Head, Posted, Posting
from services.ledger.storage.accounts import open_new


Document = dict[str, Any]
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
HEADER_TYPES = {
    "height": "bigint",
    "previous_hash": "bytea",
    "merkle_root": "bytea",
    "hash": "bytea",
    "first_number": "bigint",
    "transfers": "int",
    "sealed_at": "timestamptz",
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


WRITE_BLOCK = Prepared(
    write_block_statement(),
    HEADER_TYPES | array_types(TRANSFER_TYPES | ENTRY_TYPES | BALANCE_TYPES),
)
HEAD = "select height, hash, first_number + transfers - 1"
LOCK_HEAD = Prepared(f"{HEAD} from lock_chain()")
FIND_HEAD = text(f"{HEAD} from blocks order by height desc limit 1")


def lock_head(session: Session) -> Head:
    """The end of the chain, nobody else's to lengthen until the end of this transaction."""
    return read_head(LOCK_HEAD.execute(session).fetchone())


def find_head(session: Session) -> Head:
    """The end of the chain as it is now."""
    return read_head(session.execute(FIND_HEAD).first())


def read_head(row: Any) -> Head:
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
    documents = [each.document for each in posted]
    block = domain.seal(head, documents, at)
    columns = transfer_columns(documents) | entry_columns(documents) | balance_columns(documents)
    WRITE_BLOCK.execute(session, block_columns(block) | columns)


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


def transfer_columns(documents: Sequence[Document]) -> dict[str, Any]:
    """What is hashed is what is written."""
    columns = {name: [document[name] for document in documents] for name in TRANSFER_TYPES}
    return arrays(TRANSFER_TYPES, columns)


def entry_columns(documents: Sequence[Document]) -> dict[str, Any]:
    sides = [(document["number"], side) for document in documents for side in document["entries"]]
    columns = {
        "account_id": [side["account_id"] for _, side in sides],
        "transfer_number": [number for number, _ in sides],
        "amount": [side["amount"] for _, side in sides],
        "balance_after": [side["balance_after"] for _, side in sides],
    }
    return arrays(ENTRY_TYPES, columns)


def balance_columns(documents: Sequence[Document]) -> dict[str, Any]:
    last = {
        side["account_id"]: side["balance_after"]
        for document in documents
        for side in document["entries"]
    }
    columns = {"changed_id": list(last), "new_balance": list(last.values())}
    return arrays(BALANCE_TYPES, columns)
