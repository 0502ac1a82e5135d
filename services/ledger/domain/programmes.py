"""Public programmes: a district's officer sets part of the budget aside for a purpose (S16)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.kernel.calendar import city_date
from services.kernel.caller import Caller
from services.kernel.contract import InvalidRequest
from services.ledger.contract import (
    InsufficientBudget,
    InsufficientProgramme,
    NoProgramme,
    ProgrammeClosed,
    ProgrammeFunded,
    ProgrammeIsClosed,
    ProgrammeOpened,
    ProgrammeReturned,
    ProgrammeState,
)
from services.ledger.domain import rights
from services.ledger.domain.accounts import Account, budget, programme
from services.ledger.domain.books import Books, Happened, Outcome, Want
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.transfers import Transfer, TransferKind, move


@dataclass(frozen=True)
class Programme:
    """What a district pays for, and until when; its minutes stand on its account."""

    programme_id: UUID
    district: str
    name: str
    purpose: str
    ends_on: date | None
    opened_by: UUID
    opened_at: datetime
    state: ProgrammeState = ProgrammeState.OPEN
    closed_by: UUID | None = None
    closed_at: datetime | None = None
    closing_reason: str | None = None

    @property
    def key(self) -> UUID:
        return self.programme_id

    @property
    def account(self) -> Account:
        return programme(self.programme_id, self.district)

    def takes_requests(self, day: date) -> bool:
        """Whether it is open on a day of the city; the last day is included."""
        is_over = self.ends_on is not None and self.ends_on < day
        return self.state is ProgrammeState.OPEN and not is_over


def shown_programme(each: Programme, minutes: int) -> dict[str, Any]:
    names = ("programme_id", "district", "name", "purpose", "ends_on", "state")
    shown = {name: getattr(each, name) for name in (*names, "opened_by", "opened_at")}
    return shown | {"minutes": minutes}


@dataclass(frozen=True)
class OpenProgrammeOf:
    """A district officer sets up a programme of the district."""

    programme_id: UUID
    caller: Caller
    district: str
    name: str
    purpose: str
    ends_on: date | None

    def wants(self, books: Books) -> Iterable[Want]:
        return ()

    def accounts(self, books: Books) -> Iterable[Account]:
        return ()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        opened_by = rights.may_run_programmes(self.caller, self.district)
        if self.ends_on is not None and self.ends_on < city_date(now):
            raise InvalidRequest(fields={"ends_on": ["This day is over."]})
        opened = Programme(
            self.programme_id,
            self.district,
            self.name,
            self.purpose,
            self.ends_on,
            opened_by,
            now,
        )
        names = ("district", "programme_id", "name", "purpose", "ends_on", "opened_by")
        told = Happened(ProgrammeOpened, {name: getattr(opened, name) for name in names})
        return Outcome(records=(opened,), events=(told,), answer=shown_programme(opened, 0))


@dataclass(frozen=True)
class OfProgramme:
    """What an officer of its district does with a programme's minutes: the parts all share."""

    move_id: UUID
    caller: Caller
    programme_id: UUID

    def wants(self, books: Books) -> Iterable[Want]:
        return (Want(Programme, self.programme_id),)

    def accounts(self, books: Books) -> Iterable[Account]:
        found = books.find(Programme, self.programme_id)
        return (budget(found.district), found.account) if found else ()

    def found(self, books: Books) -> tuple[Programme, UUID]:
        """The programme, and the officer who may decide about it."""
        acted_by = rights.signed_in(self.caller)
        found = books.find(Programme, self.programme_id)
        if found is None:
            rights.may_run_some_programmes(self.caller)
            raise NoProgramme
        rights.may_run_programmes(self.caller, found.district)
        return found, acted_by


def require_open(found: Programme) -> None:
    if found.state is ProgrammeState.CLOSED:
        raise ProgrammeIsClosed


def moved_answer(
    found: Programme, transfer: Transfer | None, moved: int, minutes: int
) -> dict[str, Any]:
    return {
        "programme_id": found.programme_id,
        "transfer_id": transfer.transfer_id if transfer else None,
        "district": found.district,
        "state": found.state,
        "moved_minutes": moved,
        "minutes": minutes,
    }


@dataclass(frozen=True)
class Fund(OfProgramme):
    """Minutes of the district's budget are set aside; never more than it has."""

    minutes: int
    reason: str

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        found, funded_by = self.found(books)
        require_open(found)
        own = budget(found.district)
        if books.balance(own) < self.minutes:
            raise InsufficientBudget(
                fields={"needed_minutes": self.minutes, "budget_minutes": books.balance(own)}
            )
        transfer = move(
            TransferKind.PROGRAMME_FUNDING,
            self.move_id,
            out_of={own: self.minutes},
            into={found.account: self.minutes},
            reason=self.reason,
            acted_by=funded_by,
            policy_version=policy.version,
        )
        facts = {
            "district": found.district,
            "programme_id": found.programme_id,
            "transfer_id": transfer.transfer_id,
            "minutes": self.minutes,
            "reason": self.reason,
            "funded_by": funded_by,
        }
        after = books.balance(found.account) + self.minutes
        answer = moved_answer(found, transfer, self.minutes, after)
        return Outcome((transfer,), (), (Happened(ProgrammeFunded, facts),), answer)


@dataclass(frozen=True)
class GiveBack(OfProgramme):
    """Minutes that a programme has not promised go back into the district's budget."""

    minutes: int
    reason: str

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        found, returned_by = self.found(books)
        require_open(found)
        left = books.balance(found.account)
        if left < self.minutes:
            raise InsufficientProgramme(
                fields={"needed_minutes": self.minutes, "programme_minutes": left}
            )
        transfer = back_to_budget(found, self.move_id, self.minutes, self.reason, returned_by)
        told = returned(found, transfer, self.minutes, self.reason, returned_by)
        answer = moved_answer(found, transfer, self.minutes, left - self.minutes)
        return Outcome((transfer,), (), (told,), answer)


@dataclass(frozen=True)
class EndProgramme(OfProgramme):
    """No more requests; what is not promised goes back into the budget at once."""

    reason: str

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        found, closed_by = self.found(books)
        require_open(found)
        closed = replace(
            found,
            state=ProgrammeState.CLOSED,
            closed_by=closed_by,
            closed_at=now,
            closing_reason=self.reason,
        )
        left = books.balance(found.account)
        facts = {
            "district": found.district,
            "programme_id": found.programme_id,
            "returned_minutes": left,
            "reason": self.reason,
            "closed_by": closed_by,
        }
        told = Happened(ProgrammeClosed, facts)
        if not left:
            return Outcome((), (closed,), (told,), moved_answer(closed, None, 0, 0))
        transfer = back_to_budget(found, self.move_id, left, self.reason, closed_by)
        back = returned(found, transfer, left, self.reason, closed_by)
        answer = moved_answer(closed, transfer, left, 0)
        return Outcome((transfer,), (closed,), (back, told), answer)


def back_to_budget(
    found: Programme, move_id: UUID, minutes: int, reason: str, acted_by: UUID
) -> Transfer:
    return move(
        TransferKind.PROGRAMME_RETURN,
        move_id,
        out_of={found.account: minutes},
        into={budget(found.district): minutes},
        reason=reason,
        acted_by=acted_by,
    )


def returned(
    found: Programme, transfer: Transfer, minutes: int, reason: str, returned_by: UUID
) -> Happened:
    facts = {
        "district": found.district,
        "programme_id": found.programme_id,
        "transfer_id": transfer.transfer_id,
        "minutes": minutes,
        "reason": reason,
        "returned_by": returned_by,
    }
    return Happened(ProgrammeReturned, facts)
