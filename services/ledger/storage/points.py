"""A person's points: a page of their entries, and what an elder got for ratings in a month."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from services.ledger import domain
from services.ledger.domain import RatingPoints, TransferKind
from services.ledger.storage.balances import last_number_before


PAGE = text(
    "select t.number, t.transfer_id, t.at, t.kind, t.reference, t.reason, t.policy_version,"
    " t.acted_by, e.amount, e.balance_after, x.name_zh, x.name_en"
    " from (select transfer_number, amount, balance_after from entries"
    "   where account_id = :account_id and transfer_number < :before"
    "   order by transfer_number desc limit :limit) e"
    " join transfers t on t.number = e.transfer_number"
    " left join exchanges x on x.exchange_id = t.reference"
    " order by t.number desc"
)
OF_RATINGS = text(
    "select coalesce(sum(e.amount), 0) from entries e"
    " join transfers t on t.number = e.transfer_number"
    " where e.account_id = :account_id and e.transfer_number > :number and t.kind = :kind"
)


def points_page(session: Session, person_id: UUID, limit: int, before: int) -> list[Row[Any]]:
    """A person's entries of points, newest first, one more than asked for if any."""
    facts = {"account_id": domain.points(person_id).account_id, "before": before}
    return list(session.execute(PAGE, facts | {"limit": limit + 1}))


def find_rating_points(
    session: Session, keys: Sequence[tuple[UUID, datetime]]
) -> dict[tuple[UUID, datetime], RatingPoints]:
    """What elders got for ratings since a moment; of who got nothing, none of it."""
    numbers = {since: last_number_before(session, since) for _, since in keys}
    found = {}
    for elder_id, since in keys:
        facts = {
            "account_id": domain.points(elder_id).account_id,
            "number": numbers[since],
            "kind": TransferKind.POINTS_RATING,
        }
        found[elder_id, since] = RatingPoints(
            elder_id, since, int(session.scalar(OF_RATINGS, facts) or 0)
        )
    return found
