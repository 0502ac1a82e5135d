"""Exchanges (S10) as rows: locked while they are decided about, and listed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from services.kernel.bulk import array
from services.ledger.contract import ExchangeState
from services.ledger.domain import Exchange, OpenExchanges, Taken
from services.ledger.storage.tables_rewards import ExchangeRow
from services.ledger.storage.upserts import write


EXCHANGES = ExchangeRow.__table__
EXCHANGE_TYPES = {
    "exchange_id": "uuid",
    "person_id": "uuid",
    "district": "text",
    "code": "text",
    "name_zh": "text",
    "name_en": "text",
    "quantity": "bigint",
    "points": "bigint",
    "exchanged_at": "timestamptz",
    "exchanged_by": "uuid",
    "pickup_street": "text",
    "pick_up_by": "timestamptz",
    "state": "text",
    "handed_over_at": "timestamptz",
    "handed_over_by": "uuid",
    "return_by": "timestamptz",
    "ended_at": "timestamptz",
    "ended_by": "uuid",
    "end_reason": "text",
    "damaged": "boolean",
    "wrong_codes": "bigint",
    "wrong_codes_since": "timestamptz",
}
AGREED = 12
CHANGING = tuple(EXCHANGE_TYPES)[AGREED:]
LOCK_EXCHANGES = text(
    "select * from exchanges where exchange_id = any(cast(:ids as uuid[]))"
    " order by exchange_id for no key update"
)
TAKEN = text(
    "select person_id, code, exchange_id, quantity from exchanges"
    " where person_id = any(cast(:ids as uuid[])) and code = any(:codes)"
    " and state in ('reserved', 'handed_over')"
)
DUE = text(
    "select exchange_id from exchanges where state = 'reserved' and pick_up_by <= :now"
    " order by pick_up_by limit :limit"
)


def lock_exchanges(session: Session, ids: Sequence[UUID]) -> dict[UUID, Exchange]:
    """The exchanges as they are now, nobody else's to end until the transaction ends."""
    rows = session.execute(LOCK_EXCHANGES, {"ids": array("uuid", ids)})
    return {row.exchange_id: read_exchange(row) for row in rows}


def find_exchange(session: Session, exchange_id: UUID) -> Exchange | None:
    """An exchange, without a lock."""
    query = select(EXCHANGES).where(EXCHANGES.c.exchange_id == exchange_id)
    row = session.execute(query).first()
    return read_exchange(row) if row else None


def find_taken(session: Session, keys: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], Taken]:
    """What people have or are to pick up of some rewards; nothing is locked."""
    people, codes = zip(*keys, strict=True)
    found: dict[tuple[UUID, str], dict[UUID, int]] = defaultdict(dict)
    facts = {"ids": array("uuid", list(set(people))), "codes": list(set(codes))}
    for person_id, code, exchange_id, quantity in session.execute(TAKEN, facts):
        found[person_id, code][exchange_id] = quantity
    return {key: Taken(*key, found[key]) for key in keys if key in found}


def find_open_exchanges(session: Session, person_ids: Sequence[UUID]) -> dict[UUID, OpenExchanges]:
    """What waits for these people, none for most; nothing is locked."""
    columns = EXCHANGES.c
    query = select(columns.person_id, columns.exchange_id, columns.code).where(
        columns.person_id.in_(person_ids), columns.state == ExchangeState.RESERVED
    )
    found: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    for person_id, exchange_id, code in session.execute(query):
        found[person_id][exchange_id] = code
    return {person_id: OpenExchanges(person_id, codes) for person_id, codes in found.items()}


def due_exchanges(session: Session, now: datetime, limit: int) -> list[UUID]:
    """What nobody has picked up in time, longest due first."""
    return list(session.scalars(DUE, {"now": now, "limit": limit}))


def exchange_page(
    session: Session, person_id: UUID, limit: int, before: UUID | None
) -> list[Exchange]:
    """A person's exchanges, newest first, one more than asked for if any.

    Their ids grow with time, so the order of ids is that of exchanging.
    """
    columns = EXCHANGES.c
    query = select(EXCHANGES).where(columns.person_id == person_id)
    if before is not None:
        query = query.where(columns.exchange_id < before)
    query = query.order_by(columns.exchange_id.desc()).limit(limit + 1)
    return [read_exchange(row) for row in session.execute(query)]


def pick_up_page(session: Session, street: str, limit: int, after: UUID | None) -> list[Exchange]:
    """What waits at a street's agency, oldest first, one more than asked for if any."""
    columns = EXCHANGES.c
    query = select(EXCHANGES).where(
        columns.pickup_street == street, columns.state == ExchangeState.RESERVED
    )
    if after is not None:
        query = query.where(columns.exchange_id > after)
    query = query.order_by(columns.exchange_id).limit(limit + 1)
    return [read_exchange(row) for row in session.execute(query)]


def save_exchanges(session: Session, exchanges: Sequence[Exchange]) -> None:
    columns = {
        name: [as_text(getattr(each, name)) for each in exchanges] for name in EXCHANGE_TYPES
    }
    columns["state"] = [each.state.value for each in exchanges]
    write(session, "exchanges", EXCHANGE_TYPES, CHANGING, columns)


def as_text(value: Any) -> Any:
    """Times as text, which arrays of them are made of."""
    return value.isoformat() if isinstance(value, datetime) else value


def read_exchange(row: Row[Any]) -> Exchange:
    facts = {name: getattr(row, name) for name in EXCHANGE_TYPES}
    return Exchange(**facts | {"state": ExchangeState(row.state)})
