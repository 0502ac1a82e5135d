"""The states of wallets: of an open one nothing is kept until an officer changes it."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.kernel.bulk import array, insert_columns, texts
from services.kernel.prepared import Prepared
from services.ledger.domain import WalletChange, WalletState


CHANGE_TYPES = {
    "person_id": "uuid",
    "state": "text",
    "reason": "text",
    "changed_by": "uuid",
    "changed_at": "timestamptz",
}
STATES = Prepared(
    "select person_id, state from wallet_states"
    " where person_id = any(cast(:ids as uuid[])) and state <> 'open'",
    {"ids": "uuid[]"},
)
REPLACE = """
on conflict (person_id) do update set state = excluded.state, reason = excluded.reason,
    changed_by = excluded.changed_by, changed_at = excluded.changed_at
"""


def find_states(session: Session, person_ids: Collection[UUID]) -> dict[UUID, WalletState]:
    """The states of those of these wallets that are not open."""
    if not person_ids:
        return {}
    rows = STATES.execute(session, {"ids": array("uuid", list(person_ids))})
    return {person_id: WalletState(state) for person_id, state in rows}


def save_wallet_changes(session: Session, changes: Sequence[WalletChange]) -> None:
    columns: dict[str, Sequence[Any]] = {
        "person_id": texts([change.person_id for change in changes]),
        "state": [change.state.value for change in changes],
        "reason": [change.reason for change in changes],
        "changed_by": texts([change.changed_by for change in changes]),
        "changed_at": [change.changed_at for change in changes],
    }
    insert_columns(session, "wallet_states", CHANGE_TYPES, columns, REPLACE)
