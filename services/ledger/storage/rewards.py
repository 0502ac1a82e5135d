"""Rewards and exchanges (S10) as rows: locked while they are decided about, and listed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from services.kernel.bulk import array, texts
from services.kernel.contract import CITY_AREA
from services.ledger.domain import Exchange, Reward
from services.ledger.storage.tables_rewards import ExchangeRow, RewardRow
from services.ledger.storage.upserts import write


REWARDS = RewardRow.__table__
EXCHANGES = ExchangeRow.__table__
REWARD_TYPES = {
    "reward_id": "uuid",
    "code": "text",
    "district": "text",
    "name_zh": "text",
    "name_en": "text",
    "points": "bigint",
    "stock": "bigint",
}
CHANGING = ("name_zh", "name_en", "points", "stock")
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
    "handed_over_at": "timestamptz",
    "handed_over_by": "uuid",
}
HANDING_OVER = ("handed_over_at", "handed_over_by")
LOCK_REWARDS = text(
    "select * from rewards where code = any(:codes) order by reward_id for no key update"
)
LOCK_EXCHANGES = text(
    "select * from exchanges where exchange_id = any(cast(:ids as uuid[]))"
    " order by exchange_id for no key update"
)


def lock_rewards(session: Session, codes: Sequence[str]) -> dict[str, Reward]:
    """The rewards as they are now, their stock nobody else's until the transaction ends."""
    rows = session.execute(LOCK_REWARDS, {"codes": list(codes)})
    return {row.code: read_reward(row) for row in rows}


def reward_page(
    session: Session, district: str | None, limit: int, after: str | None
) -> list[Reward]:
    """Rewards by code, one more than asked for if any; a district's with those of the city."""
    query = select(REWARDS).order_by(REWARDS.c.code).limit(limit + 1)
    if district is not None:
        query = query.where(REWARDS.c.district.in_((district, CITY_AREA)))
    if after is not None:
        query = query.where(REWARDS.c.code > after)
    return [read_reward(row) for row in session.execute(query)]


def save_rewards(session: Session, rewards: Sequence[Reward]) -> None:
    """Raises Overtaken when another process has meanwhile added a reward of the same code."""
    columns: dict[str, Sequence[Any]] = {
        "reward_id": texts([each.reward_id for each in rewards]),
        "code": [each.code for each in rewards],
        "district": [each.district for each in rewards],
        "name_zh": [each.name_zh for each in rewards],
        "name_en": [each.name_en for each in rewards],
        "points": [each.points for each in rewards],
        "stock": [each.stock for each in rewards],
    }
    write(session, "rewards", REWARD_TYPES, CHANGING, columns)


def lock_exchanges(session: Session, ids: Sequence[UUID]) -> dict[UUID, Exchange]:
    """The exchanges as they are now, nobody else's to hand over until the transaction ends."""
    rows = session.execute(LOCK_EXCHANGES, {"ids": array("uuid", ids)})
    return {row.exchange_id: read_exchange(row) for row in rows}


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


def save_exchanges(session: Session, exchanges: Sequence[Exchange]) -> None:
    columns: dict[str, Sequence[Any]] = {
        "exchange_id": texts([each.exchange_id for each in exchanges]),
        "person_id": texts([each.person_id for each in exchanges]),
        "district": [each.district for each in exchanges],
        "code": [each.code for each in exchanges],
        "name_zh": [each.name_zh for each in exchanges],
        "name_en": [each.name_en for each in exchanges],
        "quantity": [each.quantity for each in exchanges],
        "points": [each.points for each in exchanges],
        "exchanged_at": [each.exchanged_at.isoformat() for each in exchanges],
        "exchanged_by": texts([each.exchanged_by for each in exchanges]),
        "handed_over_at": [
            each.handed_over_at and each.handed_over_at.isoformat() for each in exchanges
        ],
        "handed_over_by": texts([each.handed_over_by for each in exchanges]),
    }
    write(session, "exchanges", EXCHANGE_TYPES, HANDING_OVER, columns)


def read_reward(row: Row[Any]) -> Reward:
    return Reward(**{name: getattr(row, name) for name in REWARD_TYPES})


def read_exchange(row: Row[Any]) -> Exchange:
    return Exchange(**{name: getattr(row, name) for name in EXCHANGE_TYPES})
