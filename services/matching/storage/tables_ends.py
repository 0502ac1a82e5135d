"""Why requests, and places in activities, ended without a visit, where a rule ended them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.matching.storage.tables import Base


class EndRow(Base):  # type: ignore[misc, valid-type]
    """The rule, the values it compared, and its version; ``subject_id`` is a request or a place."""

    __tablename__ = "request_ends"

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    why: Mapped[str] = mapped_column(Text)
    policy_version: Mapped[int | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    ended_at: Mapped[datetime]
