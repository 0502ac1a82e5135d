"""Corrections: earned coins that a district gives or takes back, always against its budget."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.kernel.caller import Caller
from services.kernel.contract import InvalidRequest
from services.ledger.contract import (
    CoinsCorrected,
    InsufficientBudget,
    InsufficientCoins,
    Provenance,
    WalletClosed,
)
from services.ledger.domain import officers
from services.ledger.domain.accounts import Account, budget, wallet
from services.ledger.domain.books import Books, Happened, Outcome, Want
from services.ledger.domain.past import PastTransfer
from services.ledger.domain.people import Person, WalletState
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.transfers import Transfer, TransferKind, move


def correction(
    correction_id: UUID,
    person: Person,
    minutes: int,
    reason: str,
    corrected_by: UUID,
    budget_minutes: int,
    earned_minutes: int,
) -> Transfer:
    """From the budget to the person's earned coins, or back where ``minutes`` are negative.

    Raises WalletClosed, InsufficientBudget or InsufficientCoins.
    """
    if person.state is WalletState.CLOSED:
        raise WalletClosed
    if budget_minutes < minutes:
        raise InsufficientBudget(
            fields={"needed_minutes": minutes, "budget_minutes": budget_minutes}
        )
    if earned_minutes < -minutes:
        raise InsufficientCoins(
            fields={"needed_minutes": -minutes, "spendable_minutes": earned_minutes}
        )
    ends = budget(person.district), wallet(person.person_id, Provenance.EARNED)
    source, target = ends if minutes > 0 else ends[::-1]
    return move(
        TransferKind.CORRECTION,
        correction_id,
        out_of={source: abs(minutes)},
        into={target: abs(minutes)},
        reason=reason,
        acted_by=corrected_by,
    )


@dataclass(frozen=True)
class Correct:
    """A district officer puts a person's earned coins right, a frozen wallet's too."""

    correction_id: UUID
    caller: Caller
    person_id: UUID
    minutes: int
    reason: str
    about: UUID | None = None

    def wants(self, books: Books) -> Iterable[Want]:
        yield Want(Person, self.person_id)
        if self.about is not None:
            yield Want(PastTransfer, self.about)

    def accounts(self, books: Books) -> Iterable[Account]:
        person = books.find(Person, self.person_id)
        if person is None:
            return ()
        return budget(person.district), wallet(self.person_id, Provenance.EARNED)

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        known = books.find(Person, self.person_id)
        corrected_by = officers.of_the_district(self.caller, self.person_id, known)
        person = books.person(self.person_id)
        self._require_about(books)
        transfer = correction(
            correction_id=self.correction_id,
            person=person,
            minutes=self.minutes,
            reason=self.reason,
            corrected_by=corrected_by,
            budget_minutes=books.balance(budget(person.district)),
            earned_minutes=books.balance(wallet(self.person_id, Provenance.EARNED)),
        )
        answer = {
            "correction_id": self.correction_id,
            "transfer_id": transfer.transfer_id,
            "person_id": self.person_id,
            "district": person.district,
            "minutes": self.minutes,
            "about": self.about,
        }
        facts = {**answer, "reason": self.reason, "corrected_by": corrected_by}
        return Outcome((transfer,), events=(Happened(CoinsCorrected, facts),), answer=answer)

    def _require_about(self, books: Books) -> None:
        if self.about is None:
            return
        past = books.find(PastTransfer, self.about)
        if past is None or not past.concerns(self.person_id):
            raise InvalidRequest(fields={"about": ["Not a transfer of this person's."]})
