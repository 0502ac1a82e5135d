"""Invitations, and the copy of what volunteers' ratings add up to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.matching.storage.tables import Base


class ReputationRow(Base):  # type: ignore[misc, valid-type]
    """What rating told of a volunteer; ``sequence`` tells how new it is."""

    __tablename__ = "reputations"

    volunteer_id: Mapped[UUID] = mapped_column(primary_key=True)
    ratings: Mapped[int]
    stars_sum: Mapped[int]
    sequence: Mapped[int] = mapped_column(BigInteger)


class InvitationRow(Base):  # type: ignore[misc, valid-type]
    """A volunteer was asked to come for a request, and has until ``answer_by`` to say."""

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint(
            "state in ('invited', 'accepted', 'declined', 'lapsed', 'withdrawn')",
            name="invitations_state",
        ),
        CheckConstraint("(state = 'invited') = (ended_at is null)", name="invitations_ended"),
        CheckConstraint(
            "(state = 'accepted') = (booking_id is not null)", name="invitations_booked"
        ),
        Index("invitations_once", "request_id", "volunteer_id", unique=True),
        Index("invitations_of_request", "request_id", "sent_at", "invitation_id"),
        Index("invitations_of_volunteer", "volunteer_id", "sent_at", "invitation_id"),
        Index("invitations_due", "answer_by", postgresql_where=text("state = 'invited'")),
    )

    invitation_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("requests.request_id"))
    volunteer_id: Mapped[UUID]
    invited_by: Mapped[UUID]
    state: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("bookings.booking_id"))
