"""Disputes over paid visits, whose coins are set aside."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.ledger.storage.tables import Base


class DisputeRow(Base):  # type: ignore[misc, valid-type]
    """One dispute. Its account has its minutes while it is frozen, and nothing before or after."""

    __tablename__ = "disputes"
    __table_args__ = (
        CheckConstraint(
            "state in ('waiting', 'frozen', 'uncorrected', 'settled')", name="disputes_state"
        ),
        CheckConstraint(
            "least(paid_minutes, frozen_minutes, returned_minutes, released_minutes,"
            " corrected_minutes) >= 0 and frozen_minutes <= paid_minutes",
            name="disputes_floor",
        ),
        CheckConstraint(
            "case state"
            " when 'waiting' then paid_minutes + returned_minutes + released_minutes"
            " + corrected_minutes = 0"
            " when 'frozen' then returned_minutes + released_minutes + corrected_minutes = 0"
            " else returned_minutes + released_minutes = frozen_minutes end",
            name="disputes_accounted_for",
        ),
        CheckConstraint(
            "(state = 'uncorrected') = (refused is not null)"
            " and (refused is null or corrected_minutes = 0)",
            name="disputes_refused",
        ),
        CheckConstraint("freezes or frozen_minutes = 0", name="disputes_freeze_if_claimed"),
        Index(
            "disputes_freeze_a_visit_once_at_a_time",
            "visit_id",
            unique=True,
            postgresql_where=text("freezes and state in ('waiting', 'frozen')"),
        ),
        Index("disputes_of_visit", "visit_id"),
        Index("disputes_waiting", "request_id", postgresql_where=text("state = 'waiting'")),
        Index("disputes_of_volunteer", "volunteer_id"),
    )

    dispute_id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID]
    request_id: Mapped[UUID]
    volunteer_id: Mapped[UUID]
    district: Mapped[str] = mapped_column(Text)
    freezes: Mapped[bool]
    state: Mapped[str] = mapped_column(Text)
    shortfall: Mapped[str | None] = mapped_column(Text)
    paid_minutes: Mapped[int] = mapped_column(BigInteger)
    frozen_minutes: Mapped[int] = mapped_column(BigInteger)
    returned_minutes: Mapped[int] = mapped_column(BigInteger)
    released_minutes: Mapped[int] = mapped_column(BigInteger)
    corrected_minutes: Mapped[int] = mapped_column(BigInteger)
    refused: Mapped[str | None] = mapped_column(Text)
