"""Group activities and their places. The activity itself is a request, that a volunteer books."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.matching.storage.tables import Base


TAKEN = "state in ('submitted', 'held', 'attended', 'absent')"


class ProgrammeRow(Base):  # type: ignore[misc, valid-type]
    """A copy of one of the ledger's public programmes, which pay for activities."""

    __tablename__ = "programmes"
    __table_args__ = (Index("programmes_of_district", "district", "opened_at"),)

    programme_id: Mapped[UUID] = mapped_column(primary_key=True)
    district: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    opened_by: Mapped[UUID]
    opened_at: Mapped[datetime]
    is_closed: Mapped[bool]


class ActivityRow(Base):  # type: ignore[misc, valid-type]
    """How many places an activity has, and what is held for each."""

    __tablename__ = "activities"
    __table_args__ = (
        CheckConstraint(
            "smallest_places > 0 and smallest_places <= largest_places", name="activities_places"
        ),
        CheckConstraint("held_minutes >= 0", name="activities_held"),
        CheckConstraint("(held_minutes = 0) = (programme_id is not null)", name="activities_payer"),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("requests.request_id"), primary_key=True)
    smallest_places: Mapped[int]
    largest_places: Mapped[int]
    # For each place; nothing where a programme pays.
    held_minutes: Mapped[int]
    programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("programmes.programme_id"))
    # Whether whoever pays for all has the coins held; with elders each place answers for itself.
    is_funded: Mapped[bool]


class SeatRow(Base):  # type: ignore[misc, valid-type]
    """An elder's place; to the ledger it is a request, with a hold and a visit of its own."""

    __tablename__ = "seats"
    __table_args__ = (
        CheckConstraint(
            "state in ('submitted', 'refused', 'held', 'attended', 'absent', 'cancelled',"
            " 'expired')",
            name="seats_state",
        ),
        CheckConstraint("place > 0", name="seats_place"),
        CheckConstraint("paid_minutes >= 0 and paid_minutes <= held_minutes", name="seats_paid"),
        CheckConstraint("(state = 'attended') = (visit_id is not null)", name="seats_visit"),
        Index(
            "seats_one_a_place",
            "request_id",
            "place",
            unique=True,
            postgresql_where=text(TAKEN),
        ),
        Index(
            "seats_one_an_elder",
            "request_id",
            "elder_id",
            unique=True,
            postgresql_where=text(TAKEN),
        ),
        Index("seats_of_elder", "elder_id", "created_at"),
    )

    seat_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("activities.request_id"))
    elder_id: Mapped[UUID]
    submitted_by: Mapped[UUID]
    place: Mapped[int]
    state: Mapped[str] = mapped_column(Text)
    refusal: Mapped[str | None] = mapped_column(Text)
    is_absent: Mapped[bool]
    held_minutes: Mapped[int]
    paid_minutes: Mapped[int | None]
    visit_id: Mapped[UUID | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
