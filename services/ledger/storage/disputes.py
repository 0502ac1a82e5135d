"""Disputes as rows, all of a visit together; guarded by the lock of the visit's hold."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.kernel.bulk import array, texts
from services.kernel.prepared import Prepared
from services.ledger.contract import FreezeShortfall, SettlementRefusal
from services.ledger.domain import Dispute, Disputes, DisputeState, OpenDisputes, WaitingDisputes
from services.ledger.storage.upserts import write


DISPUTE_TYPES = {
    "dispute_id": "uuid",
    "visit_id": "uuid",
    "request_id": "uuid",
    "volunteer_id": "uuid",
    "district": "text",
    "freezes": "boolean",
    "state": "text",
    "shortfall": "text",
    "paid_minutes": "bigint",
    "frozen_minutes": "bigint",
    "returned_minutes": "bigint",
    "released_minutes": "bigint",
    "corrected_minutes": "bigint",
    "refused": "text",
}
IDS = frozenset(name for name, kind in DISPUTE_TYPES.items() if kind == "uuid")
CHANGING = (
    *("state", "shortfall", "paid_minutes", "frozen_minutes"),
    *("returned_minutes", "released_minutes", "corrected_minutes", "refused"),
)
OF_VISITS = Prepared(
    f"select {', '.join(DISPUTE_TYPES)} from disputes"
    " where visit_id = any(cast(:ids as uuid[])) order by visit_id, dispute_id",
    {"ids": "uuid[]"},
)
WAITING = Prepared(
    "select request_id, visit_id from disputes"
    " where request_id = any(cast(:ids as uuid[])) and state = 'waiting'",
    {"ids": "uuid[]"},
)
FROZEN = text(
    "select volunteer_id, dispute_id from disputes"
    " where volunteer_id = any(cast(:ids as uuid[])) and state = 'frozen' and frozen_minutes > 0"
)


def find_disputes(session: Session, visit_ids: Sequence[UUID]) -> dict[UUID, Disputes]:
    """The disputes of those of these visits that have any; none for most."""
    rows = OF_VISITS.execute(session, {"ids": array("uuid", visit_ids)})
    found = [read_dispute(row) for row in rows]
    return {
        visit_id: Disputes(visit_id, tuple(items))
        for visit_id, items in groupby(found, key=lambda each: each.visit_id)
    }


def find_waiting_disputes(
    session: Session, request_ids: Sequence[UUID]
) -> dict[UUID, WaitingDisputes]:
    """The visits of those of these requests that disputes wait for; none for most."""
    by_request = defaultdict[UUID, set[UUID]](set)
    rows = WAITING.execute(session, {"ids": array("uuid", request_ids)})
    for request_id, visit_id in rows:
        by_request[request_id].add(visit_id)
    return {key: WaitingDisputes(key, frozenset(ids)) for key, ids in by_request.items()}


def find_open_disputes(session: Session, person_ids: Sequence[UUID]) -> dict[UUID, OpenDisputes]:
    """The disputes that these volunteers' coins are set aside for; nothing is locked."""
    by_person: dict[UUID, set[UUID]] = {person_id: set() for person_id in person_ids}
    for person_id, dispute_id in session.execute(FROZEN, {"ids": array("uuid", person_ids)}):
        by_person[person_id].add(dispute_id)
    return {person: OpenDisputes(person, frozenset(ids)) for person, ids in by_person.items()}


def read_dispute(row: Sequence[Any]) -> Dispute:
    values = dict(zip(DISPUTE_TYPES, row, strict=True))
    shortfall, refused = values["shortfall"], values["refused"]
    return Dispute(
        **values
        | {
            "state": DisputeState(values["state"]),
            "shortfall": shortfall and FreezeShortfall(shortfall),
            "refused": refused and SettlementRefusal(refused),
        }
    )


def save_disputes(session: Session, visits: Sequence[Disputes]) -> None:
    """Write new disputes and what became of old ones; raises Overtaken beside another live one."""
    disputes = [dispute for visit in visits for dispute in visit.items]
    columns = {
        name: column(name, [getattr(dispute, name) for dispute in disputes])
        for name in DISPUTE_TYPES
    }
    write(session, "disputes", DISPUTE_TYPES, CHANGING, columns)


def column(name: str, values: list[Any]) -> Sequence[Any]:
    if name in IDS:
        return texts(values)
    return [str(value) if DISPUTE_TYPES[name] == "text" and value else value for value in values]
