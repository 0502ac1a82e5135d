"""One-time codes that were asked for, whether or not the phone is known."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.contract import CodePurpose
from services.identity.domain.codes import CodeState
from services.identity.storage.tables import Base, words


class CodeRow(Base):
    """A code, as a keyed hash. ``person_id`` is empty when the phone is nobody's."""

    __tablename__ = "one_time_codes"
    __table_args__ = (
        CheckConstraint(
            "(state IN ('used', 'taken')) = (used_at IS NOT NULL)", name="one_time_codes_used_at"
        ),
        Index(
            "one_time_codes_one_open",
            "phone_index",
            "purpose",
            "person_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("one_time_codes_phone", "phone_index", "asked_at"),
        Index("one_time_codes_age", "asked_at"),
    )

    code_id: Mapped[UUID] = mapped_column(primary_key=True)
    phone_index: Mapped[str] = mapped_column(Text)
    purpose: Mapped[CodePurpose] = mapped_column(words(CodePurpose, "one_time_codes_purpose"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.person_id"))
    code_hash: Mapped[str] = mapped_column(Text)
    state: Mapped[CodeState] = mapped_column(words(CodeState, "one_time_codes_state"))
    tries: Mapped[int]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
