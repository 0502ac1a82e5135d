"""Certificates and their revocations: rows are only ever added."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.rating.storage.tables import Base


class CertificateRow(Base):  # type: ignore[misc, valid-type]
    """What was certified, for good: a later correction shows beside it, not in it."""

    __tablename__ = "certificates"
    __table_args__ = (
        CheckConstraint("number ~ '^[0-9A-HJKMNP-TV-Z]{16}$'", name="certificates_number"),
        CheckConstraint("minutes >= 1 and visits >= 1", name="certificates_something"),
        CheckConstraint("cardinality(visit_ids) = visits", name="certificates_visits"),
        CheckConstraint("from_date <= until_date", name="certificates_days"),
        Index("certificates_by_number", "number", unique=True),
        Index("certificates_of_volunteer", "volunteer_id", "issued_at", "certificate_id"),
    )

    certificate_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    volunteer_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(Text)
    from_date: Mapped[date] = mapped_column(Date)
    until_date: Mapped[date] = mapped_column(Date)
    minutes: Mapped[int]
    visits: Mapped[int]
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    visit_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    issuer_zh: Mapped[str] = mapped_column(Text)
    issuer_en: Mapped[str] = mapped_column(Text)
    policy_version: Mapped[int]
    issued_by: Mapped[UUID]
    issued_at: Mapped[datetime]


class RevocationRow(Base):  # type: ignore[misc, valid-type]
    """A certificate made void: once, and never undone; another one may be issued."""

    __tablename__ = "revocations"
    __table_args__ = (CheckConstraint("reason <> ''", name="revocations_reason"),)

    certificate_id: Mapped[UUID] = mapped_column(
        ForeignKey("certificates.certificate_id"), primary_key=True
    )
    revoked_by: Mapped[UUID]
    revoked_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
