"""Devices, the batches they handed in, and each capture once."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.matching.storage.tables_devices import CaptureBatchRow, CaptureRow, DeviceRow


def add_device(session: Session, **columns: Any) -> bool:
    """Whether the device_id was free."""
    row = insert(DeviceRow).values(**columns).on_conflict_do_nothing()
    return session.execute(row.returning(DeviceRow.device_id)).first() is not None


def find_device(session: Session, device_id: UUID) -> DeviceRow | None:
    return session.get(DeviceRow, device_id)


def lock_device(session: Session, device_id: UUID) -> DeviceRow | None:
    """The device, from which nobody else takes anything until the end."""
    query = select(DeviceRow).where(DeviceRow.device_id == device_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def claim_batch(session: Session, **columns: Any) -> CaptureBatchRow | None:
    """Claim the batch's id for this transaction, or return what was handed in under it before.

    A second one of the same id waits here until the first has ended.
    """
    row = insert(CaptureBatchRow).values(**columns).on_conflict_do_nothing()
    if session.execute(row.returning(CaptureBatchRow.batch_id)).first():
        return None
    earlier = session.get(CaptureBatchRow, (columns["device_id"], columns["batch_id"]))
    assert earlier is not None
    return earlier


def keep_batch_answer(
    session: Session, device_id: UUID, batch_id: UUID, answer: dict[str, Any]
) -> None:
    where = (CaptureBatchRow.device_id == device_id) & (CaptureBatchRow.batch_id == batch_id)
    session.execute(update(CaptureBatchRow).where(where).values(answer=answer))


def captures_known(
    session: Session, device_id: UUID, capture_ids: Iterable[UUID]
) -> dict[UUID, CaptureRow]:
    query = select(CaptureRow).where(
        CaptureRow.device_id == device_id, CaptureRow.capture_id.in_(list(capture_ids))
    )
    return {row.capture_id: row for row in session.scalars(query)}


def add_capture(session: Session, **columns: Any) -> CaptureRow:
    row = CaptureRow(**columns)
    session.add(row)
    session.flush()
    return row
