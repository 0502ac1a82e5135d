"""Transfers that were posted, as later commands look back on them; they never change."""

from dataclasses import dataclass
from uuid import UUID

from services.ledger.domain.transfers import Transfer


@dataclass(frozen=True)
class PastTransfer:
    """A posted transfer with its legs, and whether it was reversed since."""

    transfer: Transfer
    is_reversed: bool = False

    @property
    def key(self) -> UUID:
        return self.transfer.transfer_id

    def concerns(self, person_id: UUID) -> bool:
        """Whether it moved something of this person's."""
        return any(leg.account.owner_id == person_id for leg in self.transfer.legs)
