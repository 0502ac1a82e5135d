"""Public programmes as rows, and the figures that they are listed with."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, func, select, text, tuple_
from sqlalchemy.orm import Session

from services.kernel.bulk import array, texts
from services.ledger.contract import ProgrammeState
from services.ledger.domain import HoldState, Programme
from services.ledger.storage.accounts import Overtaken
from services.ledger.storage.balances import balances_of
from services.ledger.storage.tables import HoldRow
from services.ledger.storage.tables_programmes import ProgrammeRow
from services.ledger.storage.upserts import write


PROGRAMMES = ProgrammeRow.__table__
PROGRAMME_TYPES = {
    "programme_id": "uuid",
    "district": "text",
    "name": "text",
    "purpose": "text",
    "ends_on": "date",
    "opened_by": "uuid",
    "opened_at": "timestamptz",
    "state": "text",
    "closed_by": "uuid",
    "closed_at": "timestamptz",
    "closing_reason": "text",
}
CHANGING = ("state", "closed_by", "closed_at", "closing_reason")
LOCK = text(
    "select state from programmes where programme_id = any(cast(:ids as uuid[]))"
    " order by programme_id for no key update"
)
REVERSED = text(
    "select h.programme_id, sum(h.posted_minutes)::bigint from holds h"
    " join transfers t using (hold_id) join transfers r on r.reverses = t.transfer_id"
    " where t.kind = 'post' and h.programme_id = any(cast(:ids as uuid[])) group by 1"
)

RETURNED = text(
    "select h.programme_id, sum(d.returned_minutes)::bigint from holds h"
    " join disputes d on d.visit_id = h.visit_id"
    " where h.programme_id = any(cast(:ids as uuid[])) group by 1"
)


class ProgrammeFigures(NamedTuple):
    """What a programme has, has promised, and has paid that was not taken back."""

    minutes: int
    held_minutes: int
    spent_minutes: int


def find_programmes(session: Session, programme_ids: Sequence[UUID]) -> dict[UUID, Programme]:
    rows = session.execute(select(PROGRAMMES).where(PROGRAMMES.c.programme_id.in_(programme_ids)))
    return {row.programme_id: read_programme(row) for row in rows}


def find_programme(session: Session, programme_id: UUID) -> Programme | None:
    return find_programmes(session, [programme_id]).get(programme_id)


def programme_page(
    session: Session, district: str, limit: int, before: tuple[datetime, UUID] | None
) -> list[Programme]:
    """A district's programmes, the newest first, and one more than asked for if there are."""
    place = tuple_(PROGRAMMES.c.opened_at, PROGRAMMES.c.programme_id)
    query = select(PROGRAMMES).where(PROGRAMMES.c.district == district)
    if before:
        query = query.where(place < before)
    newest = query.order_by(PROGRAMMES.c.opened_at.desc(), PROGRAMMES.c.programme_id.desc())
    return [read_programme(row) for row in session.execute(newest.limit(limit + 1))]


def figures_of(session: Session, programmes: Sequence[Programme]) -> dict[UUID, ProgrammeFigures]:
    ids = [each.programme_id for each in programmes]
    balances = balances_of(session, [each.account for each in programmes])
    placed = func.sum(HoldRow.granted_minutes).filter(HoldRow.state == HoldState.PLACED)
    sums = select(
        HoldRow.programme_id, func.coalesce(placed, 0), func.sum(HoldRow.posted_minutes)
    ).where(HoldRow.programme_id.in_(ids))
    found = session.execute(sums.group_by(HoldRow.programme_id))
    moved = {programme_id: (int(held), int(paid)) for programme_id, held, paid in found}
    taken_back = Counter[UUID]()
    for query in (REVERSED, RETURNED):
        for programme_id, minutes in session.execute(query, {"ids": array("uuid", ids)}):
            taken_back[programme_id] += minutes
    figures = {}
    for each in programmes:
        held, paid = moved.get(each.programme_id, (0, 0))
        spent = paid - taken_back[each.programme_id]
        figures[each.programme_id] = ProgrammeFigures(balances.get(each.account, 0), held, spent)
    return figures


def read_programme(row: Row[Any]) -> Programme:
    values = {name: getattr(row, name) for name in PROGRAMME_TYPES}
    return Programme(**values | {"state": ProgrammeState(row.state)})


def save_programmes(session: Session, programmes: Sequence[Programme]) -> None:
    """Write new programmes and closed ones; raises Overtaken when one was closed meanwhile."""
    states = session.execute(LOCK, {"ids": array("uuid", [each.key for each in programmes])})
    if any(state == ProgrammeState.CLOSED for (state,) in states):
        raise Overtaken
    columns: dict[str, Sequence[Any]] = {
        name: [getattr(each, name) for each in programmes] for name in PROGRAMME_TYPES
    }
    for name in ("programme_id", "opened_by", "closed_by"):
        columns[name] = texts(columns[name])
    columns["state"] = [each.state.value for each in programmes]
    write(session, "programmes", PROGRAMME_TYPES, CHANGING, columns)
