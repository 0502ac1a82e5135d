"""Drafts of the policy that lie before a second officer, for dry runs alone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.matching.storage.tables import Base


class ProposalRow(Base):  # type: ignore[misc, valid-type]
    """A draft as it was last submitted; ``sequence`` tells how new that is."""

    __tablename__ = "policy_proposals"

    draft_id: Mapped[UUID] = mapped_column(primary_key=True)
    base_version: Mapped[int]
    effective_from: Mapped[datetime]
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    sequence: Mapped[int] = mapped_column(BigInteger)
