"""Grant runs (S16) as rows: prepared by set, taken in hand by one process at a time, listed."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from services.kernel.bulk import array, arrays, insert_columns, texts, unnested
from services.ledger.contract import GrantLineState, GrantRunState
from services.ledger.domain import GrantLine, GrantRun, NextLines
from services.ledger.storage.tables_grant_runs import GrantRunLineRow, GrantRunRow
from services.ledger.storage.upserts import write


LINES_A_BATCH = 200
MOST_RUNNING = 20
RUNS = GrantRunRow.__table__
LINES = GrantRunLineRow.__table__
RUN_TYPES = {
    "run_id": "uuid",
    "district": "text",
    "reason": "text",
    "purpose_id": "uuid",
    "digest": "text",
    "prepared_by": "uuid",
    "prepared_at": "timestamptz",
    "lines": "int",
    "total_minutes": "bigint",
    "refused_lines": "int",
    "granted_lines": "int",
    "granted_minutes": "bigint",
    "state": "text",
    "started_by": "uuid",
    "started_at": "timestamptz",
    "ended_at": "timestamptz",
    "correlation_id": "text",
}
CHANGING = tuple(RUN_TYPES)[list(RUN_TYPES).index("total_minutes") :]
LINE_TYPES = {
    "run_id": "uuid",
    "line": "int",
    "purpose_id": "uuid",
    "person_id": "uuid",
    "minutes": "bigint",
    "reason": "text",
    "state": "text",
    "refusal": "text",
}
DECIDED_TYPES = {
    "run_id": "uuid",
    "line": "int",
    "state": "text",
    "refusal": "text",
    "transfer_id": "uuid",
}
LOCK = text(
    "select * from grant_runs where run_id = any(cast(:ids as uuid[]))"
    " order by run_id for no key update"
)
LOCK_SAME = text(
    "select * from grant_runs where purpose_id = :purpose_id and digest = :digest"
    " and (state <> 'cancelled' or granted_lines > 0) for no key update"
)
# A run that another process has in hand is left to it.
TAKE_IN_HAND = text(
    "select run_id from grant_runs where run_id = any(cast(:ids as uuid[])) and state = 'running'"
    " order by run_id for no key update skip locked"
)
NEXT_LINES = text(
    "select *, exists (select from grant_run_lines before where before.state = 'granted'"
    " and before.purpose_id = next.purpose_id and before.person_id = next.person_id) as granted"
    " from grant_run_lines next where run_id = :run_id and state = 'accepted'"
    f" order by line limit {LINES_A_BATCH}"
)
GRANTED = text(
    "select person_id from grant_run_lines where purpose_id = :purpose_id and state = 'granted'"
    " and person_id = any(cast(:ids as uuid[]))"
)
# In no fixed order: a run that fails must not keep the others from their turn.
RUNNING = text(
    "select run_id, correlation_id from grant_runs where state = 'running'"
    f" order by random() limit {MOST_RUNNING}"
)
DECIDE = text(
    "update grant_run_lines line set state = given.state, refusal = given.refusal,"
    f" transfer_id = given.transfer_id from {unnested(tuple(DECIDED_TYPES.items()))}"
    " where line.run_id = given.run_id and line.line = given.line"
    " and (line.state, line.refusal) is distinct from (given.state, given.refusal)"
)


def lock_grant_runs(session: Session, run_ids: Sequence[UUID]) -> dict[UUID, GrantRun]:
    """The runs as they are now, nobody else's to move until the end of the transaction."""
    rows = session.execute(LOCK, {"ids": array("uuid", run_ids)})
    return {row.run_id: read_run(row) for row in rows}


def lock_same_grant_run(session: Session, run: GrantRun) -> GrantRun | None:
    """The run of the same list for the same purpose, if there is one already."""
    same = {"purpose_id": run.purpose_id, "digest": run.digest}
    row = session.execute(LOCK_SAME, same).first()
    return read_run(row) if row else None


def take_next_lines(session: Session, run_ids: Sequence[UUID]) -> dict[UUID, NextLines]:
    """The next lines of those runs that run, and that no other process has in hand."""
    taken = session.scalars(TAKE_IN_HAND, {"ids": array("uuid", run_ids)}).all()
    return {run_id: find_next_lines(session, run_id) for run_id in taken}


def find_next_lines(session: Session, run_id: UUID) -> NextLines:
    rows = session.execute(NEXT_LINES, {"run_id": run_id}).all()
    granted_before = frozenset(row.person_id for row in rows if row.granted)
    return NextLines(run_id, tuple(map(read_line, rows)), granted_before)


def find_running(session: Session) -> list[tuple[UUID, str | None]]:
    """Some runs that are running, each with the id of the story that it belongs to."""
    return [(row.run_id, row.correlation_id) for row in session.execute(RUNNING)]


def find_granted(session: Session, purpose_id: UUID, person_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these people who were granted coins by a run for this purpose."""
    ids = array("uuid", list(person_ids))
    return set(session.scalars(GRANTED, {"purpose_id": purpose_id, "ids": ids}))


def find_grant_run(session: Session, run_id: UUID) -> GrantRun | None:
    row = session.execute(select(RUNS).where(RUNS.c.run_id == run_id)).first()
    return read_run(row) if row else None


def grant_run_page(
    session: Session, district: str, limit: int, before: UUID | None
) -> list[GrantRun]:
    """A district's runs, newest first, one more than asked for if there is any."""
    query = select(RUNS).where(RUNS.c.district == district)
    if before is not None:
        query = query.where(RUNS.c.run_id < before)
    query = query.order_by(RUNS.c.run_id.desc()).limit(limit + 1)
    return [read_run(row) for row in session.execute(query)]


def find_grant_lines(
    session: Session,
    run_id: UUID,
    state: GrantLineState | None = None,
    limit: int | None = None,
    after: int = 0,
) -> list[GrantLine]:
    """A run's lines in their order, one more than asked for if there is any."""
    query = select(LINES).where(LINES.c.run_id == run_id, LINES.c.line > after)
    if state is not None:
        query = query.where(LINES.c.state == state.value)
    query = query.order_by(LINES.c.line).limit(None if limit is None else limit + 1)
    return [read_line(row) for row in session.execute(query)]


def add_grant_run(session: Session, run: GrantRun) -> bool:
    """Whether it is new; not so when the same list was prepared for the same purpose."""
    ending = "on conflict do nothing"
    added = insert_columns(session, "grant_runs", RUN_TYPES, run_columns([run]), ending)
    return bool(added.rowcount)


def add_grant_lines(session: Session, run: GrantRun, lines: Sequence[GrantLine]) -> None:
    columns: dict[str, Sequence[Any]] = {
        "run_id": texts([line.run_id for line in lines]),
        "line": [line.line for line in lines],
        "purpose_id": texts([run.purpose_id] * len(lines)),
        "person_id": texts([line.person_id for line in lines]),
        "minutes": [line.minutes for line in lines],
        "reason": [line.reason for line in lines],
        "state": [line.state.value for line in lines],
        "refusal": [line.refusal for line in lines],
    }
    insert_columns(session, "grant_run_lines", LINE_TYPES, columns)


def save_grant_runs(session: Session, runs: Sequence[GrantRun]) -> None:
    write(session, "grant_runs", RUN_TYPES, CHANGING, run_columns(runs))


def save_grant_lines(session: Session, lines: Sequence[GrantLine]) -> None:
    """What has become of lines; those that are as before are left alone."""
    columns: dict[str, Sequence[Any]] = {
        "run_id": texts([line.run_id for line in lines]),
        "line": [line.line for line in lines],
        "state": [line.state.value for line in lines],
        "refusal": [line.refusal for line in lines],
        "transfer_id": texts([line.transfer_id for line in lines]),
    }
    session.execute(DECIDE, arrays(DECIDED_TYPES, columns))


def run_columns(runs: Sequence[GrantRun]) -> dict[str, Sequence[Any]]:
    return {name: [plain_value(getattr(run, name)) for run in runs] for name in RUN_TYPES}


def plain_value(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)


def read_run(row: Row[Any]) -> GrantRun:
    facts = {name: getattr(row, name) for name in RUN_TYPES if name != "purpose_id"}
    return GrantRun(**facts | {"state": GrantRunState(row.state)})


def read_line(row: Row[Any]) -> GrantLine:
    return GrantLine(
        run_id=row.run_id,
        line=row.line,
        person_id=row.person_id,
        minutes=row.minutes,
        reason=row.reason,
        state=GrantLineState(row.state),
        refusal=row.refusal,
        transfer_id=row.transfer_id,
    )
