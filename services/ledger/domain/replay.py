"""The whole ledger replayed from its first block: whatever was changed afterwards is found here.

It asks nothing of the database but rows: not its constraints, not its triggers, not its indexes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.ledger import verifier
from services.ledger.domain.accounts import Kind, Unit
from services.ledger.domain.blocks import Block, Head, leaf
from services.ledger.domain.transfers import TransferKind, transfer_id_of


Document = dict[str, Any]


class Difference(Exception):
    """The first thing that is not as it was posted; the message names it."""


def check_block(head: Head, block: Block, block_hash: bytes, documents: Sequence[Document]) -> Head:
    """The new end of the chain; raises Difference when the block or a transfer was changed."""
    name = f"block {block.height}"
    expect(f"{name}: height", head.height + 1, block.height)
    expect(f"{name}: hash of the block before", head.block_hash.hex(), block.previous_hash.hex())
    expect(f"{name}: first transfer", head.last_number + 1, block.first_number)
    expect(f"{name}: hash", block_hash.hex(), block.block_hash.hex())
    numbers = [document["number"] for document in documents]
    last_number = block.first_number + block.transfers - 1
    for wanted, found in zip(range(block.first_number, last_number + 1), numbers, strict=False):
        expect(f"{name}: next transfer", wanted, found)
    expect(f"{name}: number of transfers", block.transfers, len(numbers))
    for document in documents:
        check_transfer(document)
    root = verifier.merkle_root([leaf(document) for document in documents])
    if root != block.merkle_root:
        raise Difference(
            f"{name}: its transfers {block.first_number} to {last_number} make Merkle root"
            f" {root.hex()}, sealed was {block.merkle_root.hex()}"
        )
    return Head(block.height, block.block_hash, last_number)


def check_transfer(document: Document) -> None:
    name = f"transfer {document['number']}"
    kind, reference = TransferKind(document["kind"]), UUID(document["reference"])
    expect(f"{name}: id", str(transfer_id_of(kind, reference)), document["transfer_id"])
    expect(f"{name}: sum of entries", 0, sum(each["amount"] for each in document["entries"]))
    if len(document["entries"]) < 2:
        raise Difference(f"{name}: it has {len(document['entries'])} entries")


def expect(what: str, wanted: object, found: object) -> None:
    if wanted != found:
        raise Difference(f"{what}: expected {wanted}, found {found}")


class Balances:
    """Every account's balance as the entries make it; bounded by the number of accounts."""

    def __init__(self, kinds: Mapping[str, Kind]):
        self.kinds = kinds
        self.shown: dict[str, int] = {}
        self.reversed: set[str] = set()

    def replay(self, document: Document) -> None:
        """Take over one transfer; raises Difference where it does not continue what was."""
        name = f"transfer {document['number']}"
        units = set()
        for entry in document["entries"]:
            account_id = entry["account_id"]
            kind = self.kinds.get(account_id)
            if kind is None:
                raise Difference(f"{name}: account {account_id} does not exist")
            units.add(kind.unit)
            after = self.shown.get(account_id, 0) + entry["amount"]
            expect(f"{name}: balance of {kind} {account_id}", after, entry["balance_after"])
            if after < 0 and not kind.is_source:
                raise Difference(f"{name}: {kind} {account_id} falls to {after}")
            self.shown[account_id] = after
        if len(units) != 1:
            raise Difference(f"{name}: it mixes units")
        reverses = document["reverses"]
        if reverses in self.reversed:
            raise Difference(f"{name}: transfer {reverses} is reversed a second time")
        if reverses:
            self.reversed.add(reverses)

    def check_account(self, account_id: str, balance: int) -> None:
        """Raise Difference unless the account shows what its entries make."""
        kind = self.kinds[account_id]
        expect(f"{kind} {account_id}: balance", self.shown.get(account_id, 0), balance)

    def sums(self) -> dict[Unit, int]:
        """What all accounts of a unit make together: zero."""
        found = Counter(dict.fromkeys(Unit, 0))
        for account_id, balance in self.shown.items():
            found[self.kinds[account_id].unit] += balance
        for unit, total in found.items():
            expect(f"sum of all {unit}", 0, total)
        return dict(found)
