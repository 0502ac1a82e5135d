"""Transfers that were posted, as later commands look back on them; they never change."""

from dataclasses import dataclass
from uuid import UUID

from services.ledger.domain.accounts import Account, Kind
from services.ledger.domain.transfers import Transfer, TransferKind


@dataclass(frozen=True)
class PastTransfer:
    """A posted transfer with its legs, and whether it was reversed since."""

    transfer: Transfer
    is_reversed: bool = False

    @property
    def key(self) -> UUID:
        return self.transfer.transfer_id

    @property
    def kind(self) -> TransferKind:
        return self.transfer.kind

    @property
    def accounts(self) -> list[Account]:
        return [leg.account for leg in self.transfer.legs]

    @property
    def brought(self) -> dict[Account, int]:
        """What flowed into each account."""
        return {leg.account: leg.amount for leg in self.transfer.legs if leg.amount > 0}

    @property
    def cost(self) -> dict[Account, int]:
        """What flowed out of each account."""
        return {leg.account: -leg.amount for leg in self.transfer.legs if leg.amount < 0}

    @property
    def paid_request(self) -> UUID | None:
        """The request whose escrow a visit was paid from."""
        if self.kind is not TransferKind.POST:
            return None
        return next(each.owner_id for each in self.accounts if each.kind is Kind.ESCROW)

    def concerns(self, person_id: UUID) -> bool:
        """Whether it moved something of this person's."""
        return any(account.owner_id == person_id for account in self.accounts)
