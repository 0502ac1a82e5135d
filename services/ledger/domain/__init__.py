"""The rules of the coin ledger: no database, no broker, no clock. Amounts are whole minutes."""

from services.ledger.domain.accounts import (
    Account,
    Kind,
    budget,
    coins,
    escrow,
    issuance,
    wallet,
    wallets,
)
from services.ledger.domain.admission import Admission, admission
from services.ledger.domain.giving import Kinship, decide_gift, decide_grant, require_kin, top_up
from services.ledger.domain.holds import (
    BeyondHold,
    Hold,
    HoldSettled,
    HoldState,
    Refusal,
    Settlement,
    decide_hold,
    decide_post,
    decide_release,
    hold_transfer,
    release_ahead,
    split,
)
from services.ledger.domain.people import opposite
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.statements import running_totals
from services.ledger.domain.transfers import (
    Entry,
    Leg,
    Overdrawn,
    Transfer,
    TransferKind,
    Unbalanced,
    accounts_of,
    entries,
    move,
)


__all__ = [
    "Account",
    "Admission",
    "admission",
    "BeyondHold",
    "Entry",
    "Hold",
    "HoldSettled",
    "HoldState",
    "Kind",
    "Kinship",
    "LedgerPolicy",
    "Leg",
    "Overdrawn",
    "Refusal",
    "Settlement",
    "Transfer",
    "TransferKind",
    "Unbalanced",
    "accounts_of",
    "budget",
    "coins",
    "decide_gift",
    "decide_grant",
    "decide_hold",
    "decide_post",
    "decide_release",
    "entries",
    "escrow",
    "hold_transfer",
    "issuance",
    "move",
    "opposite",
    "release_ahead",
    "require_kin",
    "running_totals",
    "split",
    "top_up",
    "wallet",
    "wallets",
]
