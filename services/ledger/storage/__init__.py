"""The ledger's memory: what is loaded, locked and saved. Nothing outside writes a balance."""

from services.ledger.storage.accounts import (
    balance_of,
    lock_balances,
    open_accounts,
    post,
    trial_balance,
    wallet_of,
)
from services.ledger.storage.holds import add_hold, find_hold, lock_hold, settle_hold
from services.ledger.storage.people import (
    Person,
    find_person,
    in_special_group,
    kinships_of,
    save_kinship,
    save_person,
    save_special_group,
)
from services.ledger.storage.statements import Line, statement_page
from services.ledger.storage.tables import Base


__all__ = [
    "Base",
    "Line",
    "Person",
    "add_hold",
    "balance_of",
    "find_hold",
    "find_person",
    "in_special_group",
    "kinships_of",
    "lock_balances",
    "lock_hold",
    "open_accounts",
    "post",
    "save_kinship",
    "save_person",
    "save_special_group",
    "settle_hold",
    "statement_page",
    "trial_balance",
    "wallet_of",
]
