"""What the ledger answers: its values in the shapes that the contract names."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from services.kernel.contract import InvalidRequest
from services.kernel.paging import decode_cursor
from services.ledger.contract import Provenance
from services.ledger.domain import Hold, Kind, Person, Unit, Waiting, coins
from services.ledger.storage import Line


LAST_NUMBER = 2**63 - 1


def wallet(
    person: Person,
    balances: Mapping[Provenance, int],
    held: int,
    points: int,
    at: datetime | None = None,
) -> dict[str, Any]:
    total = sum(balances.values())
    return {
        "person_id": person.person_id,
        "earned_minutes": balances[Provenance.EARNED],
        "granted_minutes": balances[Provenance.GRANTED],
        "gifted_minutes": balances[Provenance.GIFTED],
        "total_minutes": total,
        "held_minutes": held,
        "coins": coins(total),
        "points": points,
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
    if cursor is None:
        return None
    with suppress(ValueError):
        match decode_cursor(cursor):
            case [str(at), str(application_id)]:
                applied_at = datetime.fromisoformat(at)
                if applied_at.tzinfo:
                    return Waiting(applied_at, UUID(application_id))
    raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]})


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


def hold(held: Hold) -> dict[str, Any]:
    return {
        "request_id": held.request_id,
        "elder_id": held.elder_id,
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
