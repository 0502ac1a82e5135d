"""The catalogue of rewards (S10) as rows: locked while they are decided about, and listed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from services.kernel.bulk import texts
from services.kernel.contract import CITY_AREA
from services.ledger.contract import RewardState
from services.ledger.domain import Reward
from services.ledger.storage.tables_rewards import RewardRow
from services.ledger.storage.upserts import write


REWARDS = RewardRow.__table__
REWARD_TYPES = {
    "reward_id": "uuid",
    "code": "text",
    "district": "text",
    "name_zh": "text",
    "name_en": "text",
    "points": "bigint",
    "stock": "bigint",
    "most_a_person": "bigint",
    "state": "text",
}
CHANGING = ("name_zh", "name_en", "points", "stock", "most_a_person", "state")
LOCK_REWARDS = text(
    "select * from rewards where code = any(:codes) order by reward_id for no key update"
)


def lock_rewards(session: Session, codes: Sequence[str]) -> dict[str, Reward]:
    """The rewards as they are now, their stock nobody else's until the transaction ends."""
    rows = session.execute(LOCK_REWARDS, {"codes": list(codes)})
    return {row.code: read_reward(row) for row in rows}


def reward_page(
    session: Session, district: str | None, withdrawn: bool, limit: int, after: str | None
) -> list[Reward]:
    """Rewards by code, one more than asked for if any; a district's with those of the city."""
    query = select(REWARDS).order_by(REWARDS.c.code).limit(limit + 1)
    if district is not None:
        query = query.where(REWARDS.c.district.in_((district, CITY_AREA)))
    if not withdrawn:
        query = query.where(REWARDS.c.state == RewardState.ACTIVE)
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
        "most_a_person": [each.most_a_person for each in rewards],
        "state": [each.state.value for each in rewards],
    }
    write(session, "rewards", REWARD_TYPES, CHANGING, columns)


def read_reward(row: Row[Any]) -> Reward:
    facts = {name: getattr(row, name) for name in REWARD_TYPES}
    return Reward(**facts | {"state": RewardState(row.state)})
