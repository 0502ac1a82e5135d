"""Matching's tables. What must never happen, as two bookings at once, is refused here too."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.database import new_base


Base = new_base()

ACTIVE = "state in ('accepted', 'underway')"

# About a hundred metres: enough to choose what is near, too little to find the door.
ROUNDED = "round({}::numeric, 3)::double precision"
# A name of a key, a point, base64: as the vault writes. No address or note looks like it.
SEALED_TEXT = "{0} ~ '^[0-9a-f]{{8}}[.][A-Za-z0-9_=-]+$'"
DOOR_IS_SEALED = " and ".join(
    f"coalesce({SEALED_TEXT.format(name)}, true)" for name in ("address", "note", "phone")
)


class PersonRow(Base):  # type: ignore[misc, valid-type]
    """A copy of what identity knows of a verified person; ``sequence`` tells how new it is.

    Whether the verification stands has a sequence of its own, for it is told by other events.
    """

    __tablename__ = "people"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    birth_date: Mapped[date] = mapped_column(Date)
    street: Mapped[str] = mapped_column(Text)
    latitude: Mapped[float]
    longitude: Mapped[float]
    willing_and_healthy: Mapped[bool]
    guardian_id: Mapped[UUID | None]
    sequence: Mapped[int] = mapped_column(BigInteger)
    verified: Mapped[bool] = mapped_column(server_default=text("true"))
    verified_sequence: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    closed_on: Mapped[date | None] = mapped_column(Date)


class RequestRow(Base):  # type: ignore[misc, valid-type]
    """An elder's request through all its states."""

    __tablename__ = "requests"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="requests_window"),
        CheckConstraint("minutes > 0", name="requests_minutes"),
        CheckConstraint("(refusal is not null) = (state = 'refused')", name="requests_refusal"),
        CheckConstraint(
            "state in ('submitted', 'refused', 'in_review', 'open', 'accepted', 'underway',"
            " 'excepted', 'completed', 'cancelled', 'expired', 'no_show')",
            name="requests_state",
        ),
        CheckConstraint("version > 0", name="requests_version"),
        CheckConstraint(DOOR_IS_SEALED, name="requests_sealed"),
        CheckConstraint("not certificate_needed or skill is not null", name="requests_certificate"),
        CheckConstraint("(series_id is null) = (occurs_on is null)", name="requests_occurrence"),
        ForeignKeyConstraint(
            ["item_code", "item_version"],
            ["items.item_code", "items.version"],
            name="requests_item",
        ),
        Index("requests_one_an_occurrence", "series_id", "occurs_on", unique=True),
        Index(
            "requests_to_review",
            "street",
            "created_at",
            "request_id",
            postgresql_where=text("state = 'in_review'"),
        ),
        Index(
            "requests_open_places",
            func.on_globe(literal_column("public_latitude"), literal_column("public_longitude")),
            postgresql_using="gist",
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "requests_open_days",
            "district",
            "starts_at",
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "requests_activities",
            "starts_at",
            "request_id",
            postgresql_where=text("is_activity"),
        ),
        Index("requests_of_elder", "elder_id", "created_at", "request_id"),
        Index(
            "requests_due",
            "starts_at",
            postgresql_where=text(
                "state in ('submitted', 'in_review', 'open', 'accepted', 'underway')"
            ),
        ),
    )

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    elder_id: Mapped[UUID]
    submitted_by: Mapped[UUID]
    category: Mapped[str] = mapped_column(Text)
    item_code: Mapped[str] = mapped_column(Text)
    item_version: Mapped[int]
    # What the item needs of the volunteer, as it was when the request was made.
    skill: Mapped[str | None] = mapped_column(Text)
    certificate_needed: Mapped[bool] = mapped_column(server_default=text("false"))
    language: Mapped[str | None] = mapped_column(Text)
    preferred_volunteer_id: Mapped[UUID | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    minutes: Mapped[int]
    street: Mapped[str] = mapped_column(Text)
    district: Mapped[str] = mapped_column(Text)
    latitude: Mapped[float]
    longitude: Mapped[float]
    # What everybody may see and be told the distance from: the exact place would find the door.
    public_latitude: Mapped[float] = mapped_column(Computed(ROUNDED.format("latitude")))
    public_longitude: Mapped[float] = mapped_column(Computed(ROUNDED.format("longitude")))
    # Sealed, each of the three: what leads to the door, and whom to call there.
    address: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    refusal: Mapped[str | None] = mapped_column(Text)
    cancelled_by: Mapped[UUID | None]
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    cancelled_late: Mapped[bool | None]
    reviewed_by: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None]
    review_reason: Mapped[str | None] = mapped_column(Text)
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("requests.request_id"), unique=True)
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("series.series_id"))
    occurs_on: Mapped[date | None] = mapped_column(Date)
    # A group activity: several elders have places in it, and it has no hold of its own.
    is_activity: Mapped[bool] = mapped_column(server_default=text("false"))
    # Grows with each edit; whoever edits says which version they saw.
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime]


class BookingRow(Base):  # type: ignore[misc, valid-type]
    """A volunteer's booking of a request, with the request's window."""

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint(
            "state in ('accepted', 'underway', 'excepted', 'completed', 'released', 'cancelled',"
            " 'no_show')",
            name="bookings_state",
        ),
        Index(
            "bookings_one_volunteer_a_request",
            "request_id",
            unique=True,
            postgresql_where=text("state not in ('released', 'cancelled')"),
        ),
        ExcludeConstraint(
            ("volunteer_id", "="),
            (func.tstzrange(literal_column("starts_at"), literal_column("ends_at")), "&&"),
            name="bookings_one_place_at_a_time",
            where=text(ACTIVE),
            using="gist",
        ),
        Index("bookings_of_volunteer", "volunteer_id", "accepted_at"),
    )

    booking_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("requests.request_id"))
    volunteer_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(Text)
    accepted_at: Mapped[datetime]
    release_reason: Mapped[str | None] = mapped_column(Text)
    released_late: Mapped[bool | None]


class VisitRow(Base):  # type: ignore[misc, valid-type]
    """A visit from check-in to check-out, with its minutes and why."""

    __tablename__ = "visits"
    __table_args__ = (
        CheckConstraint("state in ('underway', 'excepted', 'completed')", name="visits_state"),
        CheckConstraint("ended_at >= started_at", name="visits_order"),
        CheckConstraint("minutes >= 0", name="visits_minutes"),
        CheckConstraint(
            "state <> 'completed' or (minutes is not null and ended_at is not null)",
            name="visits_completed",
        ),
        Index("visits_of_volunteer", "volunteer_id", "started_at"),
        Index("visits_of_elder", "elder_id", "started_at"),
        Index(
            "visits_completed_by_day", "started_at", postgresql_where=text("state = 'completed'")
        ),
    )

    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.booking_id"), unique=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("requests.request_id"), unique=True)
    elder_id: Mapped[UUID]
    volunteer_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    guardian_present: Mapped[bool]
    minutes: Mapped[int | None]
    policy_version: Mapped[int]
    explanation: Mapped[list[Any] | None] = mapped_column(JSON)
    guardian_proof: Mapped[str | None] = mapped_column(Text)
