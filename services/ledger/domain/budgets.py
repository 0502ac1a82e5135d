"""Minutes moved between the districts' budgets: linked transfers, all or none (S16)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.kernel.caller import Caller
from services.ledger.contract import InsufficientBudget
from services.ledger.domain import rights
from services.ledger.domain.accounts import Account, budget
from services.ledger.domain.books import Books, Outcome, Want
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.transfers import Transfer, TransferKind, move


@dataclass(frozen=True)
class Shift:
    """Minutes that leave one district's budget for another's."""

    shift_id: UUID
    from_district: str
    to_district: str
    minutes: int


def shift_budgets(
    shifts: Sequence[Shift], balances: Mapping[Account, int], reason: str, acted_by: UUID
) -> tuple[list[Transfer], dict[str, int]]:
    """The linked transfers, and what each district has after all of them.

    Raises InsufficientBudget, which names the first (from 0) that its budget does not cover.
    """
    left = {
        district: balances[budget(district)]
        for shift in shifts
        for district in (shift.from_district, shift.to_district)
    }
    for place, shift in enumerate(shifts):
        if left[shift.from_district] < shift.minutes:
            raise InsufficientBudget(
                fields={
                    "transfer": place,
                    "district": shift.from_district,
                    "needed_minutes": shift.minutes,
                    "budget_minutes": left[shift.from_district],
                }
            )
        left[shift.from_district] -= shift.minutes
        left[shift.to_district] += shift.minutes
    return [shift_transfer(shift, reason, acted_by) for shift in shifts], left


def shift_transfer(shift: Shift, reason: str, acted_by: UUID) -> Transfer:
    return move(
        TransferKind.TRANSFER,
        shift.shift_id,
        out_of={budget(shift.from_district): shift.minutes},
        into={budget(shift.to_district): shift.minutes},
        reason=reason,
        acted_by=acted_by,
    )


@dataclass(frozen=True)
class ShiftBudgets:
    """A city officer moves minutes between districts' budgets."""

    caller: Caller
    shifts: tuple[Shift, ...]
    reason: str

    @staticmethod
    def of(
        ids: Sequence[UUID], caller: Caller, transfers: Sequence[Mapping[str, Any]], reason: str
    ) -> "ShiftBudgets":
        """The command of a request's transfers, each under an id of its own."""
        shifts = [Shift(each, **parts) for each, parts in zip(ids, transfers, strict=True)]
        return ShiftBudgets(caller, tuple(shifts), reason)

    @property
    def districts(self) -> list[str]:
        """Each district once, in the order in which they are named."""
        ends = ((shift.from_district, shift.to_district) for shift in self.shifts)
        return list(dict.fromkeys(district for both in ends for district in both))

    def wants(self, books: Books) -> Iterable[Want]:
        return ()

    def accounts(self, books: Books) -> Iterable[Account]:
        return [budget(district) for district in self.districts]

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        acted_by = rights.signed_in(self.caller)
        for district in self.districts:
            rights.may_top_up(self.caller, district)
        balances = {account: books.balance(account) for account in self.accounts(books)}
        transfers, left = shift_budgets(self.shifts, balances, self.reason, acted_by)
        posted = [
            {
                "transfer_id": transfer.transfer_id,
                "from_district": shift.from_district,
                "to_district": shift.to_district,
                "minutes": shift.minutes,
            }
            for shift, transfer in zip(self.shifts, transfers, strict=True)
        ]
        budgets = [{"district": district, "minutes": left[district]} for district in self.districts]
        return Outcome(tuple(transfers), answer={"transfers": posted, "budgets": budgets})
