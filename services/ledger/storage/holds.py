"""Holds as rows: one per request, locked while it is decided about."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from services.kernel.bulk import array, insert_columns, texts
from services.ledger.contract import Provenance
from services.ledger.domain import Hold, HoldState, OpenHolds
from services.ledger.storage.tables import HoldRow


HOLDS = HoldRow.__table__
HOLD_TYPES = {
    "hold_id": "uuid",
    "request_id": "uuid",
    "elder_id": "uuid",
    "district": "text",
    "state": "text",
    "earned_minutes": "bigint",
    "granted_minutes": "bigint",
    "gifted_minutes": "bigint",
    "posted_minutes": "bigint",
    "released_minutes": "bigint",
    "visit_id": "uuid",
    "programme_id": "uuid",
}
# A new hold is inserted; one that is there ends. Another process's new one is its own error.
SETTLE = """
on conflict (hold_id) do update set state = excluded.state,
    posted_minutes = excluded.posted_minutes, released_minutes = excluded.released_minutes,
    visit_id = excluded.visit_id
"""


def find_hold(session: Session, request_id: UUID) -> Hold | None:
    row = session.execute(select(HOLDS).where(HOLDS.c.request_id == request_id)).first()
    return read_hold(row) if row else None


def hold_of(session: Session, hold_id: UUID) -> Hold:
    """A hold by its own id, as transfers name it."""
    return read_hold(session.execute(select(HOLDS).where(HOLDS.c.hold_id == hold_id)).one())


def lock_holds(session: Session, request_ids: Sequence[UUID]) -> dict[UUID, Hold]:
    """The holds as they are now, nobody else's to settle until the end of the transaction."""
    query = text(
        "select * from holds where request_id = any(cast(:ids as uuid[]))"
        " order by request_id for no key update"
    )
    rows = session.execute(query, {"ids": array("uuid", request_ids)})
    return {row.request_id: read_hold(row) for row in rows}


def find_open_holds(session: Session, elder_ids: Sequence[UUID]) -> dict[UUID, OpenHolds]:
    """The requests that these people's coins are held for, none for most; nothing is locked."""
    rows = session.execute(
        select(HOLDS.c.elder_id, HOLDS.c.request_id).where(
            HOLDS.c.elder_id.in_(elder_ids),
            HOLDS.c.programme_id.is_(None),
            HOLDS.c.state == HoldState.PLACED,
        )
    )
    by_elder: dict[UUID, set[UUID]] = {elder_id: set() for elder_id in elder_ids}
    for elder_id, request_id in rows:
        by_elder[elder_id].add(request_id)
    return {elder_id: OpenHolds(elder_id, frozenset(held)) for elder_id, held in by_elder.items()}


def read_hold(row: Row[Any]) -> Hold:
    return Hold(
        hold_id=row.hold_id,
        request_id=row.request_id,
        elder_id=row.elder_id,
        district=row.district,
        shares={part: getattr(row, f"{part}_minutes") for part in Provenance},
        state=HoldState(row.state),
        posted_minutes=row.posted_minutes,
        released_minutes=row.released_minutes,
        visit_id=row.visit_id,
        programme_id=row.programme_id,
    )


def save_holds(session: Session, holds: Sequence[Hold]) -> None:
    """Write new holds and how old ones ended."""
    columns: dict[str, Sequence[Any]] = {
        "hold_id": texts([hold.hold_id for hold in holds]),
        "request_id": texts([hold.request_id for hold in holds]),
        "elder_id": texts([hold.elder_id for hold in holds]),
        "district": [hold.district for hold in holds],
        "state": [hold.state.value for hold in holds],
        "posted_minutes": [hold.posted_minutes for hold in holds],
        "released_minutes": [hold.released_minutes for hold in holds],
        "visit_id": texts([hold.visit_id for hold in holds]),
        "programme_id": texts([hold.programme_id for hold in holds]),
    }
    for part in Provenance:
        columns[f"{part.value}_minutes"] = [hold.shares[part] for hold in holds]
    insert_columns(session, "holds", HOLD_TYPES, columns, SETTLE)
