"""Devices that sign what they record, what they handed in, and which phones people use."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.matching.storage.tables import Base


class DeviceRow(Base):  # type: ignore[misc, valid-type]
    """A phone or an agency's terminal, known by its public key."""

    __tablename__ = "devices"
    __table_args__ = (
        CheckConstraint("kind in ('phone', 'terminal')", name="devices_kind"),
        CheckConstraint("state in ('active', 'revoked')", name="devices_state"),
        CheckConstraint("(kind = 'terminal') = (street is not null)", name="devices_street"),
        CheckConstraint("(state = 'revoked') = (revoked_at is not null)", name="devices_revoked"),
        Index("devices_of_owner", "owner_id", postgresql_where=text("state = 'active'")),
        Index("devices_of_street", "street", postgresql_where=text("state = 'active'")),
    )

    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[UUID]
    street: Mapped[str | None] = mapped_column(Text)
    public_key: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    registered_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None]
    revoke_reason: Mapped[str | None] = mapped_column(Text)


class CaptureBatchRow(Base):  # type: ignore[misc, valid-type]
    """A batch as it was handed in, and what was answered: the same batch gets the same answer."""

    __tablename__ = "capture_batches"

    device_id: Mapped[UUID] = mapped_column(ForeignKey("devices.device_id"), primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    content_hash: Mapped[str] = mapped_column(Text)
    sealed_at: Mapped[datetime]
    received_at: Mapped[datetime]
    received_from: Mapped[UUID]
    # Whatever a device says the time is.
    skew_seconds: Mapped[int] = mapped_column(BigInteger)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class CaptureRow(Base):  # type: ignore[misc, valid-type]
    """A check-in or check-out that was taken from a device, once under the id it was given."""

    __tablename__ = "captures"
    __table_args__ = (CheckConstraint("outcome in ('taken', 'queued')", name="captures_outcome"),)

    device_id: Mapped[UUID] = mapped_column(ForeignKey("devices.device_id"), primary_key=True)
    capture_id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID]
    content_hash: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.visit_id"))
    taken_at: Mapped[datetime]


class SeenDeviceRow(Base):  # type: ignore[misc, valid-type]
    """A phone that somebody used, as a keyed hash of what the app calls it."""

    __tablename__ = "seen_devices"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    device_index: Mapped[str] = mapped_column(Text, primary_key=True)
    seen_at: Mapped[datetime]
