"""Grant runs (S16): a list is checked, started, and granted in batches; each line once.

Every line is decided by the rules of a single grant, so that a run can do nothing that its
officer could not do one by one. A refusal of one line touches no other.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Error, NotFound
from services.ledger.contract import (
    GrantLineState,
    GrantRunEnded,
    GrantRunFinished,
    GrantRunState,
    InsufficientBudget,
    LineFault,
    Provenance,
)
from services.ledger.domain import rights
from services.ledger.domain.accounts import LEDGER_IDS, Account, budget, wallet
from services.ledger.domain.books import Books, Happened, Outcome, Record, Want
from services.ledger.domain.giving import Grant
from services.ledger.domain.grant_sheets import SheetLine
from services.ledger.domain.people import Person
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.transfers import Transfer


ENDED = frozenset((GrantRunState.FINISHED, GrantRunState.CANCELLED))


@dataclass(frozen=True)
class GrantRun:
    """One list and how far it has come. ``refused_lines`` counts the dry run's refusals too."""

    run_id: UUID
    district: str
    reason: str
    digest: str
    prepared_by: UUID
    prepared_at: datetime
    lines: int
    total_minutes: int = 0
    refused_lines: int = 0
    granted_lines: int = 0
    granted_minutes: int = 0
    state: GrantRunState = GrantRunState.PREPARED
    started_by: UUID | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    # The story of the call that started it; what the run does later belongs to it.
    correlation_id: str | None = None

    @property
    def key(self) -> UUID:
        return self.run_id

    @property
    def accepted_lines(self) -> int:
        """Neither granted nor refused yet."""
        return self.lines - self.granted_lines - self.refused_lines

    @property
    def purpose_id(self) -> UUID:
        return purpose_of(self.district, self.reason)

    @property
    def officer(self) -> Caller:
        """Who is behind the run, with rights over its district alone."""
        officer_id = self.started_by or self.prepared_by
        return Caller(officer_id, (RoleIn(Role.DISTRICT_OFFICER, self.district),))


@dataclass(frozen=True)
class GrantLine:
    """One line of a run. Without person or minutes it cannot be but refused."""

    run_id: UUID
    line: int
    person_id: UUID | None
    minutes: int | None
    reason: str | None
    state: GrantLineState = GrantLineState.ACCEPTED
    refusal: str | None = None
    transfer_id: UUID | None = None

    @property
    def key(self) -> tuple[UUID, int]:
        return self.run_id, self.line

    def refused(self, refusal: str) -> "GrantLine":
        return replace(self, state=GrantLineState.REFUSED, refusal=refusal)

    def granted(self, transfer: Transfer) -> "GrantLine":
        return replace(self, state=GrantLineState.GRANTED, transfer_id=transfer.transfer_id)


@dataclass(frozen=True)
class NextLines:
    """The next accepted lines of a running run; ``granted_before`` are people among them."""

    run_id: UUID
    lines: tuple[GrantLine, ...]
    granted_before: frozenset[UUID] = frozenset()

    @property
    def key(self) -> UUID:
        return self.run_id


def purpose_of(district: str, reason: str) -> UUID:
    """What for, as an id: no run grants anything twice to the same person for the same purpose."""
    return uuid5(LEDGER_IDS, f"grant-run:{district}:{reason}")


def grant_of(line: GrantLine, run: GrantRun) -> Grant:
    """The single grant that a line asks for; its id follows from the line, so it is made once."""
    assert line.person_id and line.minutes, "only a refused line may lack them"
    return Grant(
        grant_id=uuid5(run.run_id, str(line.line)),
        caller=run.officer,
        person_id=line.person_id,
        minutes=line.minutes,
        reason=line.reason or run.reason,
    )


def decide_line(
    line: GrantLine,
    run: GrantRun,
    granted_before: Collection[UUID],
    books: Books,
    policy: LedgerPolicy,
    now: datetime,
) -> Outcome | str:
    """What a line leads to, which these books then show; or why it is refused."""
    if line.person_id in granted_before:
        return LineFault.GRANTED_BEFORE.value
    try:
        outcome = grant_of(line, run).decide(books, policy, now)
        books.apply(outcome, now)
    except Error as error:
        return error.code
    return outcome


def check_lines(
    sheet: Sequence[SheetLine],
    run: GrantRun,
    people: Mapping[UUID, Person],
    granted_before: Collection[UUID],
    policy: LedgerPolicy,
    now: datetime,
) -> list[GrantLine]:
    """The dry run: each line as it would be decided now, were the budget large enough for all."""
    wanted = [Want(Person, line.person_id) for line in sheet if line.person_id]
    found = {want: people[want.key] for want in wanted if want.key in people}
    enough = sum(line.minutes or 0 for line in sheet)
    books = Books(found, {budget(run.district): enough}, known=wanted)
    checked = []
    for each in sheet:
        line = GrantLine(run.run_id, each.line, each.person_id, each.minutes, each.reason)
        verdict = each.fault or decide_line(line, run, granted_before, books, policy, now)
        checked.append(line.refused(str(verdict)) if isinstance(verdict, str) else line)
    return checked


def counted(run: GrantRun, lines: Iterable[GrantLine]) -> GrantRun:
    """A prepared run with the sums of its checked lines."""
    accepted = [line for line in lines if line.state is GrantLineState.ACCEPTED]
    return replace(
        run,
        total_minutes=sum(line.minutes or 0 for line in accepted),
        refused_lines=run.lines - len(accepted),
    )


def first_uncovered(lines: Iterable[GrantLine], budget_minutes: int) -> int | None:
    """The accepted line from which on the budget does not cover them all; None when it does."""
    left = budget_minutes
    for line in lines:
        if line.state is GrantLineState.ACCEPTED:
            left -= line.minutes or 0
            if left < 0:
                return line.line
    return None


def shown_run(run: GrantRun) -> dict[str, Any]:
    hidden = ("digest", "correlation_id")
    facts = {name: value for name, value in vars(run).items() if name not in hidden}
    return facts | {"accepted_lines": run.accepted_lines}


def shown_dry_run(
    run: GrantRun, lines: Sequence[GrantLine], budget_minutes: int, prepared_before: bool
) -> dict[str, Any]:
    refused = [line for line in lines if line.state is GrantLineState.REFUSED]
    return shown_run(run) | {
        "prepared_before": prepared_before,
        "budget_minutes": budget_minutes,
        "insufficient_budget_from_line": first_uncovered(lines, budget_minutes),
        "refusals": [
            {"line": line.line, "person_id": line.person_id, "refusal": line.refusal}
            for line in refused
        ],
    }


def found_run(books: Books, run_id: UUID, caller: Caller) -> GrantRun:
    """The run, for an officer of its district; raises NotFound or Forbidden."""
    rights.signed_in(caller)
    run = books.find(GrantRun, run_id)
    if run is None:
        raise NotFound("There is no such grant run.")
    rights.may_run_grants(caller, run.district)
    return run


@dataclass(frozen=True)
class StartRun:
    """A district officer lets a prepared run grant; once, however often it is asked for."""

    run_id: UUID
    caller: Caller
    correlation_id: str

    def wants(self, books: Books) -> Iterable[Want]:
        return (Want(GrantRun, self.run_id),)

    def accounts(self, books: Books) -> Iterable[Account]:
        run = books.find(GrantRun, self.run_id)
        return (budget(run.district),) if run else ()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        run = found_run(books, self.run_id, self.caller)
        if run.state is GrantRunState.CANCELLED:
            raise GrantRunEnded
        if run.state is not GrantRunState.PREPARED:
            return Outcome(answer=shown_run(run))
        budget_minutes = books.balance(budget(run.district))
        if budget_minutes < run.total_minutes:
            raise InsufficientBudget(
                fields={"needed_minutes": run.total_minutes, "budget_minutes": budget_minutes}
            )
        started = replace(
            run,
            state=GrantRunState.RUNNING,
            started_by=self.caller.person_id,
            started_at=now,
            correlation_id=self.correlation_id,
        )
        return Outcome(records=(started,), answer=shown_run(started))


@dataclass(frozen=True)
class CancelRun:
    """A district officer ends a run before it is done; what is granted stays granted."""

    run_id: UUID
    caller: Caller

    def wants(self, books: Books) -> Iterable[Want]:
        return (Want(GrantRun, self.run_id),)

    def accounts(self, books: Books) -> Iterable[Account]:
        return ()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        run = found_run(books, self.run_id, self.caller)
        if run.state is GrantRunState.FINISHED:
            raise GrantRunEnded
        if run.state is GrantRunState.CANCELLED:
            return Outcome(answer=shown_run(run))
        cancelled = replace(run, state=GrantRunState.CANCELLED, ended_at=now)
        return Outcome(records=(cancelled,), answer=shown_run(cancelled))


@dataclass(frozen=True)
class GrantBatch:
    """The next lines of a running run are granted or refused; nobody asks for it but the timer.

    It answers how many lines are left; none either when another process has the run in hand.
    """

    run_id: UUID

    def wants(self, books: Books) -> Iterable[Want]:
        yield Want(NextLines, self.run_id)
        following = self._next_lines(books)
        if following:
            yield Want(GrantRun, self.run_id)
            yield from (Want(Person, line.person_id) for line in following.lines)

    def accounts(self, books: Books) -> Iterable[Account]:
        following, run = self._next_lines(books), self._run(books)
        if not following or not run:
            return
        yield budget(run.district)
        for line in following.lines:
            if line.person_id:
                yield wallet(line.person_id, Provenance.GRANTED)

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        following, run = self._next_lines(books), self._run(books)
        if not following or not run or run.state is not GrantRunState.RUNNING:
            return Outcome(answer={"left_lines": 0})
        working = books.copy()
        outcomes, lines = [], []
        for line in following.lines:
            verdict = decide_line(line, run, following.granted_before, working, policy, now)
            if isinstance(verdict, str):
                lines.append(line.refused(verdict))
            else:
                lines.append(line.granted(verdict.transfers[0]))
                outcomes.append(verdict)
        run = advanced(run, lines, now)
        told = [event for outcome in outcomes for event in outcome.events]
        if run.state is GrantRunState.FINISHED:
            told.append(finished(run))
        records: tuple[Record, ...] = (*lines, run, NextLines(self.run_id, ()))
        return Outcome(
            tuple(transfer for outcome in outcomes for transfer in outcome.transfers),
            records,
            tuple(told),
            {"left_lines": run.accepted_lines},
        )

    def _next_lines(self, books: Books) -> NextLines | None:
        known = books.knows(NextLines, self.run_id)
        return books.find(NextLines, self.run_id) if known else None

    def _run(self, books: Books) -> GrantRun | None:
        return books.find(GrantRun, self.run_id) if books.knows(GrantRun, self.run_id) else None


def advanced(run: GrantRun, lines: Iterable[GrantLine], now: datetime) -> GrantRun:
    """The run once these lines are decided; finished when no accepted one is left."""
    granted = [line for line in lines if line.state is GrantLineState.GRANTED]
    refused = [line for line in lines if line.state is GrantLineState.REFUSED]
    run = replace(
        run,
        granted_lines=run.granted_lines + len(granted),
        granted_minutes=run.granted_minutes + sum(line.minutes or 0 for line in granted),
        refused_lines=run.refused_lines + len(refused),
    )
    if run.accepted_lines:
        return run
    return replace(run, state=GrantRunState.FINISHED, ended_at=now)


def finished(run: GrantRun) -> Happened:
    facts = {
        "district": run.district,
        "run_id": run.run_id,
        "reason": run.reason,
        "lines": run.lines,
        "granted_lines": run.granted_lines,
        "granted_minutes": run.granted_minutes,
        "refused_lines": run.refused_lines,
        "started_by": run.started_by,
    }
    return Happened(GrantRunFinished, facts)
