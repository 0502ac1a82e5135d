"""The ledger's memory: what is loaded, locked and saved. Nothing outside writes a balance."""

from services.ledger.storage.accounts import Overtaken, lock_balances, open_accounts
from services.ledger.storage.applications import (
    application_page,
    find_application,
    find_open_application,
    find_queue,
    find_steps,
)
from services.ledger.storage.audits import (
    account_balances,
    account_kinds,
    audits,
    first_wrong_dispute,
    first_wrong_exchange,
    first_wrong_hold,
    first_wrong_reserve,
    hold_counts,
    keep_audit,
    last_audit,
    sealed_blocks,
    unit_sums,
)
from services.ledger.storage.balances import (
    WalletFigures,
    balance_of,
    balances_as_of,
    balances_of,
    last_number_at,
    last_number_before,
    trial_balance,
    wallet_as_of,
    wallet_of,
)
from services.ledger.storage.batches import keep, load_books
from services.ledger.storage.blocks import find_head, lock_head, post
from services.ledger.storage.care_homes import care_homes_of, save_care_home
from services.ledger.storage.disputes import find_disputes
from services.ledger.storage.earnings import (
    earned_entries,
)
from services.ledger.storage.exchanges import (
    due_exchanges,
    exchange_page,
    find_exchange,
    pick_up_page,
)
from services.ledger.storage.grant_runs import (
    add_grant_lines,
    add_grant_run,
    find_grant_lines,
    find_grant_run,
    find_granted,
    find_running,
    grant_run_page,
    lock_same_grant_run,
    save_grant_lines,
    save_grant_runs,
)
from services.ledger.storage.holds import find_hold, hold_of, lock_holds, save_holds
from services.ledger.storage.keys import (
    Answered,
    Delivery,
    Key,
    find_answers,
    find_handled,
    keep_answers,
    keep_deliveries,
)
from services.ledger.storage.people import (
    end_kinship,
    find_kin,
    find_people,
    find_person,
    save_kinship,
    save_membership,
    save_person,
)
from services.ledger.storage.points import points_page
from services.ledger.storage.policies import Policies
from services.ledger.storage.posted import find_posted
from services.ledger.storage.powers import end_power, powers_over, save_power
from services.ledger.storage.programmes import (
    ProgrammeFigures,
    figures_of,
    find_programme,
    programme_page,
)
from services.ledger.storage.proofs import (
    find_blocks,
    find_documents,
    find_number,
    find_proofs,
    header_of,
    last_block,
    newest_numbers,
)
from services.ledger.storage.rewards import reward_page
from services.ledger.storage.statements import (
    Line,
    statement_between,
    statement_page,
)
from services.ledger.storage.states import find_states, save_wallet_changes
from services.ledger.storage.supply import (
    keep_day,
    kept_days,
    last_kept_day,
    outstanding,
    supplied_since,
    supply,
)
from services.ledger.storage.tables import Base
from services.ledger.storage.tables_admission import ApplicationRow
from services.ledger.storage.tables_audits import (
    AuditRow,
)
from services.ledger.storage.tables_care_homes import CareHomeRow
from services.ledger.storage.tables_charity import NeedRow
from services.ledger.storage.tables_disputes import DisputeRow
from services.ledger.storage.tables_programmes import ProgrammeRow
from services.ledger.storage.tables_rewards import RewardRow


__all__ = [
    "WalletFigures",
    "DisputeRow",
    "find_disputes",
    "first_wrong_dispute",
    "CareHomeRow",
    "care_homes_of",
    "save_care_home",
    "due_exchanges",
    "find_exchange",
    "pick_up_page",
    "points_page",
    "ProgrammeFigures",
    "ProgrammeRow",
    "figures_of",
    "find_programme",
    "programme_page",
    "AuditRow",
    "account_balances",
    "account_kinds",
    "audits",
    "first_wrong_exchange",
    "first_wrong_hold",
    "first_wrong_reserve",
    "hold_counts",
    "keep_audit",
    "last_audit",
    "sealed_blocks",
    "unit_sums",
    "last_number_before",
    "hold_of",
    "statement_between",
    "keep_day",
    "kept_days",
    "last_kept_day",
    "outstanding",
    "supplied_since",
    "supply",
    "find_blocks",
    "find_documents",
    "find_number",
    "find_proofs",
    "header_of",
    "last_block",
    "newest_numbers",
    "earned_entries",
    "add_grant_lines",
    "add_grant_run",
    "find_grant_lines",
    "find_grant_run",
    "find_granted",
    "find_running",
    "grant_run_page",
    "lock_same_grant_run",
    "save_grant_lines",
    "save_grant_runs",
    "NeedRow",
    "RewardRow",
    "exchange_page",
    "reward_page",
    "ApplicationRow",
    "application_page",
    "find_application",
    "find_open_application",
    "find_queue",
    "find_steps",
    "balances_as_of",
    "last_number_at",
    "wallet_as_of",
    "Answered",
    "Base",
    "Delivery",
    "Key",
    "Line",
    "Overtaken",
    "Policies",
    "balance_of",
    "balances_of",
    "find_answers",
    "find_handled",
    "find_head",
    "find_hold",
    "end_kinship",
    "end_power",
    "find_kin",
    "find_people",
    "find_posted",
    "find_person",
    "find_states",
    "save_wallet_changes",
    "keep",
    "keep_answers",
    "keep_deliveries",
    "load_books",
    "lock_balances",
    "lock_head",
    "lock_holds",
    "open_accounts",
    "post",
    "save_holds",
    "powers_over",
    "save_kinship",
    "save_power",
    "save_person",
    "save_membership",
    "statement_page",
    "trial_balance",
    "wallet_of",
]
