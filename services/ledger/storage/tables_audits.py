"""Audits as rows: what each saw last, so that a chain cut short is noticed by the next."""

from datetime import datetime

from sqlalchemy import BigInteger, Identity, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.ledger.storage.tables import Base


class AuditRow(Base):  # type: ignore[misc, valid-type]
    """One finished audit; ``difference`` is empty when everything was as it was posted."""

    __tablename__ = "audits"

    audit_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    height: Mapped[int] = mapped_column(BigInteger)
    block_hash: Mapped[bytes] = mapped_column(LargeBinary)
    transfers: Mapped[int] = mapped_column(BigInteger)
    difference: Mapped[str | None] = mapped_column(Text)
