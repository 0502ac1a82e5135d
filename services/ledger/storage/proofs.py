"""Blocks and transfers read back as they were hashed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.kernel.bulk import array
from services.ledger import domain, verifier
from services.ledger.domain import Block


Document = dict[str, Any]
HEADERS = "select height, previous_hash, merkle_root, first_number, transfers, at from blocks "
DOCUMENTS = text(
    "select number, transfer_id, kind, reference, at, reason, acted_by, policy_version, hold_id,"
    " reverses, account_id, amount, balance_after"
    " from transfers join entries on transfer_number = number"
    " where number between :first and :last order by number, account_id"
)
NUMBER_OF = text("select number from transfers where transfer_id = :id")
BLOCK_OF = text(HEADERS + "where first_number <= :number order by first_number desc limit 1")
BLOCKS = text(HEADERS + "where height >= :height order by height limit :limit")
LAST_BLOCK = text(HEADERS + "order by height desc limit 1")
NEWEST = text(
    "select distinct e.transfer_number from unnest(cast(:ids as uuid[])) as own(account_id)"
    " cross join lateral (select transfer_number from entries"
    " where account_id = own.account_id and transfer_number < :before"
    " order by transfer_number desc limit :limit) e"
    " order by e.transfer_number desc limit :limit"
)


def read_block(row: Any) -> Block:
    height, previous_hash, merkle_root, first_number, transfers, at = row
    return Block(height, bytes(previous_hash), bytes(merkle_root), first_number, transfers, at)


def header_of(block: Block) -> dict[str, Any]:
    return block.header | {"hash": block.block_hash.hex()}


def last_block(session: Session) -> Block | None:
    row = session.execute(LAST_BLOCK).first()
    return read_block(row) if row else None


def find_blocks(session: Session, height: int, limit: int) -> list[Block]:
    """Blocks from a height on, in order."""
    rows = session.execute(BLOCKS, {"height": height, "limit": limit})
    return [read_block(row) for row in rows]


def find_documents(session: Session, first: int, last: int) -> list[Document]:
    """The transfers of these numbers as they were hashed."""
    found: list[Document] = []
    sides: list[tuple[UUID, int, int]] = []
    for row in session.execute(DOCUMENTS, {"first": first, "last": last}):
        *transfer, account_id, amount, after = row
        if not found or found[-1]["number"] != transfer[0]:
            sides = []
            found.append(dict(zip(DOCUMENT_NAMES, transfer, strict=True)) | {"entries": sides})
        sides.append((account_id, amount, after))
    return [domain.document(**each) for each in found]


DOCUMENT_NAMES = (
    *("number", "transfer_id", "kind", "reference", "at", "reason"),
    *("acted_by", "policy_version", "hold_id", "reverses"),
)


def find_number(session: Session, transfer_id: UUID) -> int | None:
    return session.scalar(NUMBER_OF, {"id": transfer_id})


def newest_numbers(
    session: Session, account_ids: Sequence[UUID], before: int, limit: int
) -> list[int]:
    """The numbers of these accounts' newest transfers below a number, newest first."""
    ids = array("uuid", account_ids)
    facts = {"ids": ids, "before": before, "limit": limit}
    return list(session.scalars(NEWEST, facts))


def find_proofs(session: Session, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """The proof of each transfer; its whole block is read to find the path."""
    proofs, blocks = [], dict[int, tuple[Block, list[Document], list[bytes]]]()
    for number in numbers:
        block = read_block(session.execute(BLOCK_OF, {"number": number}).one())
        if block.height not in blocks:
            last = block.first_number + block.transfers - 1
            documents = find_documents(session, block.first_number, last)
            blocks[block.height] = block, documents, [domain.leaf(each) for each in documents]
        block, documents, leaves = blocks[block.height]
        index = number - block.first_number
        path = verifier.merkle_path(leaves, index)
        proofs.append(
            {
                "transfer": documents[index],
                "index": index,
                "path": [step.hex() for step in path],
                "block": header_of(block),
            }
        )
    return proofs
