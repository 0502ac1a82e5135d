"""What the ledger answers: its values in the shapes that the contract names."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.kernel.contract import InvalidRequest
from services.kernel.paging import decode_cursor
from services.ledger.contract import Provenance
from services.ledger.domain import Hold, Kind, coins
from services.ledger.storage import Line


LAST_POSITION = 2**63 - 1


def pick(facts: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: facts[name] for name in names}


def wallet(person_id: UUID, balances: Mapping[Provenance, int], held: int) -> dict[str, Any]:
    total = sum(balances.values())
    return {
        "person_id": person_id,
        "earned_minutes": balances[Provenance.EARNED],
        "granted_minutes": balances[Provenance.GRANTED],
        "gifted_minutes": balances[Provenance.GIFTED],
        "total_minutes": total,
        "held_minutes": held,
        "coins": coins(total),
    }


def position_of(cursor: str | None) -> int | None:
    """Where the next page begins; raises InvalidRequest for a cursor that we never gave."""
    if cursor is None:
        return None
    match decode_cursor(cursor):
        case [int(position)] if position is not True and 0 < position <= LAST_POSITION:
            return position
    raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]})


def statement_line(line: Line) -> dict[str, Any]:
    return {
        "transfer_id": line.transfer_id,
        "at": line.at,
        "kind": line.kind,
        "provenance": line.provenance,
        "minutes": line.entry.minutes,
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


def trial_balance(sums: Sequence[tuple[str, int, int]], transfers: int) -> dict[str, Any]:
    """The supply is what issuance has given out."""
    issued = sum(minutes for kind, _, minutes in sums if kind == Kind.ISSUANCE)
    return {
        "items": [
            {"kind": kind, "accounts": count, "minutes": minutes} for kind, count, minutes in sums
        ],
        "total_minutes": sum(minutes for _, _, minutes in sums),
        "supply_minutes": -issued,
        "transfers": transfers,
    }
