"""Posted transfers read back with their legs; nothing is locked, for they never change."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from services.kernel.bulk import array
from services.ledger.contract import Provenance
from services.ledger.domain import Account, Kind, Leg, PastTransfer, Transfer, TransferKind


POSTED = text(
    "select t.transfer_id, t.kind, t.reference, t.reason, t.acted_by, t.policy_version, t.hold_id,"
    " t.reverses, e.amount, a.kind as account_kind, a.owner_id, a.district, a.provenance,"
    " exists (select from transfers r where r.reverses = t.transfer_id) as is_reversed"
    " from transfers t join entries e on e.transfer_number = t.number"
    " join accounts a using (account_id) where t.transfer_id = any(cast(:ids as uuid[]))"
    " order by t.number, a.account_id"
)


def find_posted(session: Session, transfer_ids: Sequence[UUID]) -> dict[UUID, PastTransfer]:
    rows = session.execute(POSTED, {"ids": array("uuid", transfer_ids)})
    found = groupby(rows, key=lambda row: row.transfer_id)
    return {transfer_id: read_posted(list(sides)) for transfer_id, sides in found}


def read_posted(sides: Sequence[Row[Any]]) -> PastTransfer:
    """One transfer of its entries' rows."""
    first = sides[0]
    transfer = Transfer(
        kind=TransferKind(first.kind),
        reference=first.reference,
        legs=tuple(Leg(read_account(side), side.amount) for side in sides),
        reason=first.reason,
        acted_by=first.acted_by,
        policy_version=first.policy_version,
        hold_id=first.hold_id,
        reverses=first.reverses,
    )
    return PastTransfer(transfer, first.is_reversed)


def read_account(row: Row[Any]) -> Account:
    provenance = row.provenance and Provenance(row.provenance)
    return Account(Kind(row.account_kind), row.owner_id, row.district, provenance)
