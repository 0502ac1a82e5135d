"""What the ledger answers: its values in the shapes that the contract names."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.kernel.contract import InvalidRequest
from services.kernel.paging import decode_cursor, moment, read_cursor
from services.ledger.contract import Provenance
from services.ledger.domain import (
    Cover,
    Hold,
    Kind,
    LedgerPolicy,
    Lot,
    PastTransfer,
    Person,
    TransferKind,
    Unit,
    Waiting,
    bands,
    coins,
    cover,
    supplied,
)
from services.ledger.storage import Line, WalletFigures
from services.ledger.words import steps, why


LAST_NUMBER = 2**63 - 1


def wallet(person: Person, figures: WalletFigures, at: datetime | None = None) -> dict[str, Any]:
    balances = figures.balances
    total = sum(balances.values())
    return {
        "person_id": person.person_id,
        "earned_minutes": balances[Provenance.EARNED],
        "granted_minutes": balances[Provenance.GRANTED],
        "gifted_minutes": balances[Provenance.GIFTED],
        "total_minutes": total,
        "held_minutes": figures.held,
        "disputed_minutes": figures.disputed,
        "coins": coins(total),
        "points": figures.points,
        "state": person.state,
        "at": at,
    }


def position_of(cursor: str | None) -> tuple[int, UUID] | None:
    """Where the next page begins; raises InvalidRequest for a cursor that we never gave."""
    if cursor is None:
        return None
    with suppress(ValueError):
        match decode_cursor(cursor):
            case [int(number), str(account)] if number is not True and 0 < number <= LAST_NUMBER:
                return number, UUID(account)
    raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]})


def waiting_after(cursor: str | None) -> Waiting | None:
    """Where the next page of a queue begins; raises InvalidRequest for a cursor not of ours."""
    position = read_cursor(cursor, moment)
    return Waiting(*position) if position else None


def code_after(cursor: str | None) -> str | None:
    """Where the next page of the catalogue begins; raises InvalidRequest as above."""
    if cursor is None:
        return None
    match decode_cursor(cursor):
        case [str(code)]:
            return code
    raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]})


def exchange_before(cursor: str | None) -> UUID | None:
    """Where the next page of exchanges begins; raises InvalidRequest as above."""
    code = code_after(cursor)
    try:
        return None if code is None else UUID(code)
    except ValueError:
        raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]}) from None


def statement_line(line: Line) -> dict[str, Any]:
    return {
        "transfer_id": line.transfer_id,
        "at": line.at,
        "kind": line.kind,
        "provenance": line.provenance,
        "minutes": line.entry.amount,
        "balance_minutes": line.total_after,
        "reference": str(line.reference),
        "policy_version": line.policy_version,
        "acted_by": line.acted_by,
    }


def points_line(row: Any) -> dict[str, Any]:
    kind = TransferKind(row.kind)
    return {
        "transfer_id": row.transfer_id,
        "at": row.at,
        "kind": kind,
        "points": row.amount,
        "balance_points": row.balance_after,
        "reference": row.reference,
        "reason": row.reason,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "policy_version": row.policy_version,
        "acted_by": row.acted_by,
        **why(kind, abs(row.amount), row.policy_version),
    }


def hold(held: Hold) -> dict[str, Any]:
    return {
        "request_id": held.request_id,
        "elder_id": held.elder_id,
        "programme_id": held.programme_id,
        "state": held.state,
        "minutes": held.minutes,
        "posted_minutes": held.posted_minutes,
        "released_minutes": held.released_minutes,
    }


def trial_balance(sums: Sequence[tuple[Kind, int, int]], transfers: int) -> dict[str, Any]:
    """The supply is what a source has given out; each unit's total is zero."""
    totals, supplies = Counter[Unit](), Counter[Unit]()
    for kind, _, amount in sums:
        totals[kind.unit] += amount
        supplies[kind.unit] -= amount if kind.is_source else 0
    return {
        "items": [
            {"kind": kind, "unit": kind.unit, "accounts": count, "amount": amount}
            for kind, count, amount in sums
        ],
        "total_minutes": totals[Unit.MINUTES],
        "supply_minutes": supplies[Unit.MINUTES],
        "total_points": totals[Unit.POINTS],
        "supply_points": supplies[Unit.POINTS],
        "transfers": transfers,
    }


def number_before(cursor: str | None) -> int:
    """Below which transfer the next page begins; raises InvalidRequest for a strange cursor."""
    if cursor is None:
        return LAST_NUMBER
    match decode_cursor(cursor):
        case [int(number)] if number is not True and 0 < number <= LAST_NUMBER:
            return number
    raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]})


def explanation(
    past: PastTransfer, held: Hold | None, policy_values: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """``policy_values`` are those of the version that the transfer was decided by."""
    transfer = past.transfer
    moved = sum(leg.amount for leg in transfer.legs if leg.amount > 0)
    return {
        "transfer_id": transfer.transfer_id,
        "kind": transfer.kind,
        **why(transfer.kind, moved, transfer.policy_version),
        "steps": steps(transfer.kind, transfer.legs, held, policy_values),
        "reference": transfer.reference,
        "reason": transfer.reason,
        "acted_by": transfer.acted_by,
        "policy_version": transfer.policy_version,
        "reverses": transfer.reverses,
        "is_reversed": past.is_reversed,
        "legs": [
            {
                "kind": leg.account.kind,
                "provenance": leg.account.provenance,
                "district": leg.account.district,
                "amount": leg.amount,
            }
            for leg in transfer.legs
        ],
        "hold": held and explained_hold(held),
    }


def explained_hold(held: Hold) -> dict[str, Any]:
    shown = hold(held)
    del shown["minutes"]
    shares = {f"{part.value}_minutes": share for part, share in held.shares.items()}
    return shown | shares | {"visit_id": held.visit_id}


def earning(lot: Lot) -> dict[str, Any]:
    entry = lot.entry
    return {
        "number": entry.number,
        "transfer_id": entry.transfer_id,
        "at": entry.at,
        "kind": entry.kind,
        "reference": entry.reference,
        "visit_id": entry.reference if entry.kind is TransferKind.POST else None,
        "policy_version": entry.policy_version,
        "minutes": entry.amount,
        "left_minutes": lot.left,
    }


def solvency(
    held: Mapping[int, int],
    by_day: Mapping[date, int],
    kept: Sequence[Any],
    today: date,
    policy: LedgerPolicy,
) -> dict[str, Any]:
    figures = cover(held, by_day, today, policy)
    return {
        "day": today,
        "horizon_days": policy.solvency_horizon_days,
        "outstanding_minutes": sum(held.values()),
        "bands": [vars(band) for band in bands(held, policy.solvency_bands_from_ages)],
        **{f"supplied_{days}_days": supplied(by_day, today, days) for days in (30, 90, 365)},
        **vars(figures),
        "cover_percent": figures.cover_percent,
        "trend": trend(kept),
    }


def trend(kept: Sequence[Any]) -> list[dict[str, Any]]:
    """One line a day, summed over the districts that were kept."""
    days: dict[date, Counter[str]] = defaultdict(Counter)
    for row in kept:
        for name in ("supplied_minutes", "expected_minutes", "redeemable_minutes"):
            days[row.day][name] += getattr(row, name)
    return [
        {"day": day, **sums, "cover_percent": cover_of(sums)} for day, sums in sorted(days.items())
    ]


def cover_of(sums: Mapping[str, int]) -> int | None:
    return Cover(sums["expected_minutes"], sums["redeemable_minutes"]).cover_percent


def audit(row: Any) -> dict[str, Any]:
    return dict(row._mapping) | {"block_hash": bytes(row.block_hash).hex()}
