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

    What a release gives back are the very coins that its hold or dispute took. A reversal takes
    those that its transfer brought, as far as they are there, and a dispute those of its visit.
    """
    found: list[Lot] = []
    held: dict[UUID, list[tuple[Lot, int]]] = defaultdict(list)
    for entry in oldest_first:
        if entry.amount < 0:
            taken = _take(_in_order(found, entry), -entry.amount)
            if cause := _set_aside_for(entry):
                held[cause] = taken
            continue
        back = entry.amount
        if cause := _set_aside_for(entry):
            back = _give_back(held[cause], back)
        if back:
            found.append(Lot(entry, back))
    return found


def _set_aside_for(entry: EarnedEntry) -> UUID | None:
    """The hold or dispute that coins are set aside for, or come back from."""
    match entry.kind:
        case TransferKind.HOLD | TransferKind.RELEASE:
            return entry.hold_id
        case TransferKind.DISPUTE_FREEZE | TransferKind.DISPUTE_RELEASE:
            return entry.reference
    return None


def _in_order(found: list[Lot], taking: EarnedEntry) -> list[Lot]:
    if taking.reverses:
        return sorted(found, key=lambda lot: lot.entry.transfer_id != taking.reverses)
    if taking.kind is TransferKind.DISPUTE_FREEZE:
        return sorted(found, key=lambda lot: lot.entry.hold_id != taking.hold_id)
    return found


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
