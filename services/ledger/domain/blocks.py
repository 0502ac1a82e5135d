"""Blocks: each batch of transfers, numbered, hashed into a Merkle tree, chained to the one before.

How they are hashed is the verifier's business, the one file that a holder needs years later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from services.ledger import verifier
from services.ledger.domain.transfers import Entry, Transfer


@dataclass(frozen=True)
class Head:
    """The end of the chain: its last block, and how many transfers there are up to it."""

    height: int = 0
    block_hash: bytes = verifier.GENESIS_HASH
    last_number: int = 0


class Posted(NamedTuple):
    """A transfer with its number, its time (UTC) and the entries it became."""

    number: int
    at: datetime
    transfer: Transfer
    entries: tuple[Entry, ...]

    @property
    def document(self) -> dict[str, Any]:
        transfer = self.transfer
        return document(
            number=self.number,
            transfer_id=transfer.transfer_id,
            kind=transfer.kind.value,
            reference=transfer.reference,
            at=self.at,
            reason=transfer.reason,
            acted_by=transfer.acted_by,
            policy_version=transfer.policy_version,
            hold_id=transfer.hold_id,
            reverses=transfer.reverses,
            entries=[
                (entry.account.text_id, entry.amount, entry.balance_after) for entry in self.entries
            ],
        )


@dataclass(frozen=True)
class Block:
    """One batch, for good. ``first_number`` and ``transfers`` say which transfers are in it."""

    height: int
    previous_hash: bytes
    merkle_root: bytes
    first_number: int
    transfers: int
    at: datetime

    @property
    def header(self) -> dict[str, Any]:
        return {
            "height": self.height,
            "previous_hash": self.previous_hash.hex(),
            "merkle_root": self.merkle_root.hex(),
            "first_number": self.first_number,
            "transfers": self.transfers,
            "at": stamp(self.at),
        }

    @property
    def block_hash(self) -> bytes:
        return verifier.block_hash(self.header)


def document(
    *,
    number: int,
    transfer_id: UUID,
    kind: str,
    reference: UUID,
    at: datetime,
    reason: str | None,
    acted_by: UUID | None,
    policy_version: int | None,
    hold_id: UUID | None,
    reverses: UUID | None,
    entries: Iterable[tuple[UUID | str, int, int]],
) -> dict[str, Any]:
    """A posted transfer as it is hashed, and as a holder may keep it."""
    return {
        "number": number,
        "transfer_id": str(transfer_id),
        "kind": kind,
        "reference": str(reference),
        "at": stamp(at),
        "reason": reason,
        "acted_by": text(acted_by),
        "policy_version": policy_version,
        "hold_id": text(hold_id),
        "reverses": text(reverses),
        "entries": sorted(
            (
                {"account_id": str(account_id), "amount": amount, "balance_after": after}
                for account_id, amount, after in entries
            ),
            key=itemgetter("account_id"),
        ),
    }


def leaf(document: dict[str, Any]) -> bytes:
    return verifier.leaf_hash(verifier.canonical(document))


def seal(head: Head, documents: Sequence[dict[str, Any]], at: datetime) -> Block:
    """The block of these documents on top of the chain."""
    root = verifier.merkle_root([leaf(each) for each in documents])
    return Block(head.height + 1, head.block_hash, root, head.last_number + 1, len(documents), at)


def stamp(at: datetime) -> str:
    """A time in the one form that is hashed: UTC with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
