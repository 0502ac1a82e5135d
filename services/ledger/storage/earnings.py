"""Every change of a person's earned coins, oldest first."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.ledger import domain
from services.ledger.contract import Provenance
from services.ledger.domain import EarnedEntry, TransferKind


# A lifetime of service: some visits a day for forty years.
MOST_ENTRIES = 50_000
EARNED = text(
    "select number, transfer_id, at, kind, reference, policy_version, hold_id, reverses, amount"
    " from entries join transfers on number = transfer_number"
    " where account_id = :account order by transfer_number limit :limit"
)


def earned_entries(session: Session, person_id: UUID) -> list[EarnedEntry]:
    account = domain.wallet(person_id, Provenance.EARNED).account_id
    rows = session.execute(EARNED, {"account": account, "limit": MOST_ENTRIES})
    return [
        EarnedEntry(number, transfer_id, at, TransferKind(kind), *rest)
        for number, transfer_id, at, kind, *rest in rows
    ]
