"""Grant runs at work: prepared in one transaction, then granted batch by batch until done."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import eventlet
from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.contract import InvalidRequest, NotFound
from services.kernel.database import DatabaseEngine, transact
from services.kernel.ids import new_id
from services.kernel.paging import decode_cursor, encode_cursor
from services.ledger import domain, storage
from services.ledger.contract import GrantRunState
from services.ledger.domain import GrantLine, GrantRun, LedgerPolicy, SheetLine, rights
from services.ledger.journal import Answer, Submission


# A few seconds of work, so that a process that is to end does so in time.
MOST_BATCHES_A_TICK = 20
# Checking thousands of lines takes a second or two, in which others want to be answered too.
LINES_AT_A_TIME = 250
LAST_LINE = 2**31 - 1


def prepare(
    session: Session, request: dict[str, Any], call: Call, policy: LedgerPolicy
) -> dict[str, Any]:
    """The dry run of a list; that of an earlier run when the same list was prepared before."""
    prepared_by = rights.may_run_grants(call.caller, request["district"])
    sheet = domain.read_sheet(request["csv"])
    asked = GrantRun(
        run_id=new_id(),
        district=request["district"],
        reason=" ".join(request["reason"].split()),
        digest=domain.digest_of(sheet),
        prepared_by=prepared_by,
        prepared_at=call.now,
        lines=len(sheet),
    )
    run, lines = add_or_find(session, asked, sheet, policy, call.now)
    budget = storage.balance_of(session, domain.budget(run.district)) or 0
    return domain.shown_dry_run(run, lines, budget, prepared_before=run.run_id != asked.run_id)


def add_or_find(
    session: Session,
    asked: GrantRun,
    sheet: list[SheetLine],
    policy: LedgerPolicy,
    now: datetime,
) -> tuple[GrantRun, list[GrantLine]]:
    same = storage.lock_same_grant_run(session, asked)
    if same is None:
        lines = check(session, asked, sheet, policy, now)
        run = domain.counted(asked, lines)
        if storage.add_grant_run(session, run):
            storage.add_grant_lines(session, run, lines)
            return run, lines
        same = storage.lock_same_grant_run(session, asked)
        assert same, "it was there a moment ago"
    if same.state is not GrantRunState.PREPARED:
        return same, storage.find_grant_lines(session, same.run_id)
    # Not started yet: people may have changed since.
    lines = check(session, same, sheet, policy, now)
    run = domain.counted(same, lines)
    storage.save_grant_lines(session, lines)
    storage.save_grant_runs(session, [run])
    return run, lines


def check(
    session: Session, run: GrantRun, sheet: list[SheetLine], policy: LedgerPolicy, now: datetime
) -> list[GrantLine]:
    ids = list({line.person_id for line in sheet if line.person_id})
    people = storage.find_people(session, ids)
    granted_before = storage.find_granted(session, run.purpose_id, ids)
    checked: list[GrantLine] = []
    for first in range(0, len(sheet), LINES_AT_A_TIME):
        part = sheet[first : first + LINES_AT_A_TIME]
        checked += domain.check_lines(part, run, people, granted_before, policy, now)
        eventlet.sleep(0)
    return checked


def carry_on(db: DatabaseEngine, submit: Callable[[Submission], Answer]) -> None:
    """Grant the next lines of each running run, whoever started it, until nothing is left."""
    for _ in range(MOST_BATCHES_A_TICK):
        running = transact(db.begin, storage.find_running)
        left_lines = [
            submit(Submission(domain.GrantBatch(run_id), story(correlation_id)))
            for run_id, correlation_id in running
        ]
        if not any(answer["result"]["left_lines"] for answer in left_lines):
            return


def story(correlation_id: str | None) -> Call:
    return Call(now=datetime.now(UTC), correlation_id=correlation_id or "")


def show(session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """A run with one page of its lines; raises NotFound or Forbidden."""
    rights.signed_in(call.caller)
    run = storage.find_grant_run(session, request["run_id"])
    if run is None:
        raise NotFound("There is no such grant run.")
    rights.may_see_district(call.caller, run.district)
    limit, after = request["limit"], line_of(request["cursor"])
    found = storage.find_grant_lines(session, run.run_id, request["state"], limit, after)
    page, more = found[:limit], len(found) > limit
    return domain.shown_run(run) | {
        "budget_minutes": storage.balance_of(session, domain.budget(run.district)) or 0,
        "items": [vars(line) for line in page],
        "next_cursor": encode_cursor(page[-1].line) if more else None,
    }


def list_runs(session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """A page of a district's runs; raises Forbidden."""
    district, limit = request["district"], request["limit"]
    rights.may_see_district(call.caller, district)
    found = storage.grant_run_page(session, district, limit, run_of(request["cursor"]))
    page, more = found[:limit], len(found) > limit
    return {
        "items": [domain.shown_run(run) for run in page],
        "next_cursor": encode_cursor(page[-1].run_id) if more else None,
    }


def line_of(cursor: str | None) -> int:
    """After which line the next page begins; raises InvalidRequest for a cursor not of ours."""
    if cursor is None:
        return 0
    match decode_cursor(cursor):
        case [int(line)] if line is not True and 0 < line <= LAST_LINE:
            return line
    raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]})


def run_of(cursor: str | None) -> UUID | None:
    """Before which run the next page begins; raises InvalidRequest for a cursor not of ours."""
    if cursor is None:
        return None
    with suppress(ValueError):
        match decode_cursor(cursor):
            case [str(run_id)]:
                return UUID(run_id)
    raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]})
