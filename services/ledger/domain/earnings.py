"""Each earned coin back to where it came from: what is spent first is what was earned first."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.ledger.domain.transfers import TransferKind


@dataclass(frozen=True)
class EarnedEntry:
    """A change of a person's earned coins. ``amount`` is in minutes, negative when they went."""

    number: int
    transfer_id: UUID
    at: datetime
    kind: TransferKind
    reference: UUID
    policy_version: int | None
    hold_id: UUID | None
    reverses: UUID | None
    amount: int


@dataclass
class Lot:
    """Coins that came by one transfer, and what is left of them."""

    entry: EarnedEntry
    left: int


def lots(oldest_first: Iterable[EarnedEntry]) -> list[Lot]:
    """Where the coins came from, oldest first; what is left of all of them is the balance.

    What a release gives back are the very coins that its hold took, and a reversal takes those
    that its transfer brought, as far as they are there.
    """
    found: list[Lot] = []
    held: dict[UUID, list[tuple[Lot, int]]] = defaultdict(list)
    for entry in oldest_first:
        if entry.amount < 0:
            taken = _take(_in_order(found, entry.reverses), -entry.amount)
            if entry.kind is TransferKind.HOLD and entry.hold_id:
                held[entry.hold_id] = taken
            continue
        back = entry.amount
        if entry.kind is TransferKind.RELEASE and entry.hold_id:
            back = _give_back(held[entry.hold_id], back)
        if back:
            found.append(Lot(entry, back))
    return found


def _in_order(found: list[Lot], first: UUID | None) -> list[Lot]:
    return sorted(found, key=lambda lot: lot.entry.transfer_id != first) if first else found


def _take(found: Iterable[Lot], minutes: int) -> list[tuple[Lot, int]]:
    taken = []
    for lot in found:
        part = min(lot.left, minutes)
        if part:
            lot.left -= part
            minutes -= part
            taken.append((lot, part))
    return taken


def _give_back(taken: list[tuple[Lot, int]], minutes: int) -> int:
    """Give back to the lots taken last; what no lot takes back is returned."""
    for lot, part in reversed(taken):
        back = min(part, minutes)
        lot.left += back
        minutes -= back
    return minutes
