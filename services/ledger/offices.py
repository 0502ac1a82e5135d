"""What officers do with budgets and wallets, and charity: each entrypoint makes a command."""

from typing import Any

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.ids import new_id
from services.kernel.service import query
from services.ledger import domain, storage
from services.ledger.contract import (
    AllocateFromPool,
    CloseWallet,
    CorrectWallet,
    DonateCoins,
    FreezeWallet,
    PublishNeed,
    ReverseTransfer,
    ShowPool,
    TransferBudgets,
    UnfreezeWallet,
)
from services.ledger.domain import rights
from services.ledger.gathering import PostingService, posts


class Offices(PostingService):
    """The part of the ledger that is asked for at a desk."""

    @posts(TransferBudgets)
    def transfer_budgets(self, request: dict[str, Any], call: Call) -> domain.Command:
        ids = [new_id() for _ in request["transfers"]]
        return domain.ShiftBudgets.of(ids, call.caller, **request)

    # Charity

    @posts(DonateCoins)
    def donate_coins(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.Donate(new_id(), call.caller, **request)

    @posts(PublishNeed)
    def publish_need(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.Publish(call.caller, **request)

    @posts(AllocateFromPool)
    def allocate_from_pool(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.Allocate(new_id(), call.caller, **request)

    @query(ShowPool)
    def show_pool(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        rights.signed_in(call.caller)
        minutes = storage.balance_of(session, domain.charity(request["pool"])) or 0
        return {"pool": request["pool"], "minutes": minutes}

    # What was wrong

    @posts(ReverseTransfer)
    def reverse_transfer(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.Reverse(call.caller, **request)

    @posts(CorrectWallet)
    def correct_wallet(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.Correct(new_id(), call.caller, **request)

    # Wallets

    @posts(FreezeWallet)
    def freeze_wallet(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.ChangeState(call.caller, domain.WalletState.FROZEN, **request)

    @posts(UnfreezeWallet)
    def unfreeze_wallet(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.ChangeState(call.caller, domain.WalletState.OPEN, **request)

    @posts(CloseWallet)
    def close_wallet(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.Close(new_id(), call.caller, **request)
