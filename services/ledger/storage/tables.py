"""The ledger's tables. What must never happen is refused here too, whoever asks for it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.kernel.database import new_base


Base = new_base()


class AccountRow(Base):  # type: ignore[misc, valid-type]
    """One account and its balance. Its kind says which of the other columns it has."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("kind in ('issuance', 'budget', 'escrow', 'wallet')", name="accounts_kind"),
        CheckConstraint("balance >= 0 or kind = 'issuance'", name="accounts_floor"),
        CheckConstraint(
            "(owner_id is not null) = (kind in ('escrow', 'wallet'))"
            " and (district is not null) = (kind = 'budget')"
            " and (provenance is not null) = (kind = 'wallet')",
            name="accounts_shape",
        ),
        CheckConstraint(
            "provenance in ('earned', 'granted', 'gifted')", name="accounts_provenance"
        ),
        UniqueConstraint(
            "kind",
            "owner_id",
            "district",
            "provenance",
            name="accounts_once",
            postgresql_nulls_not_distinct=True,
        ),
    )

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[UUID | None]
    district: Mapped[str | None] = mapped_column(Text)
    provenance: Mapped[str | None] = mapped_column(Text)
    balance: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class HoldRow(Base):  # type: ignore[misc, valid-type]
    """The coins set aside for one request, and what became of them."""

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("state in ('placed', 'posted', 'released')", name="holds_state"),
        CheckConstraint(
            "least(earned_minutes, granted_minutes, gifted_minutes,"
            " posted_minutes, released_minutes) >= 0",
            name="holds_floor",
        ),
        CheckConstraint(
            "case state"
            " when 'placed' then posted_minutes = 0 and released_minutes = 0"
            " and earned_minutes + granted_minutes + gifted_minutes > 0"
            " when 'released' then posted_minutes = 0"
            " and released_minutes = earned_minutes + granted_minutes + gifted_minutes"
            " else posted_minutes > 0 and visit_id is not null and posted_minutes"
            " + released_minutes = earned_minutes + granted_minutes + gifted_minutes end",
            name="holds_accounted_for",
        ),
        Index("holds_placed", "elder_id", postgresql_where=text("state = 'placed'")),
    )

    hold_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(unique=True)
    elder_id: Mapped[UUID]
    district: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    earned_minutes: Mapped[int] = mapped_column(BigInteger)
    granted_minutes: Mapped[int] = mapped_column(BigInteger)
    gifted_minutes: Mapped[int] = mapped_column(BigInteger)
    posted_minutes: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    released_minutes: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    visit_id: Mapped[UUID | None] = mapped_column(unique=True)


class TransferRow(Base):  # type: ignore[misc, valid-type]
    """One movement of coins, for good: rows are only ever added."""

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint(
            "kind in ('budget_top_up', 'grant', 'gift', 'hold', 'post', 'release')",
            name="transfers_kind",
        ),
        CheckConstraint(
            "(hold_id is not null) = (kind in ('hold', 'post', 'release'))", name="transfers_hold"
        ),
        UniqueConstraint("kind", "reference", name="transfers_once"),
        UniqueConstraint("hold_id", "kind", name="transfers_once_per_hold"),
    )

    transfer_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    reference: Mapped[UUID]
    hold_id: Mapped[UUID | None] = mapped_column(ForeignKey("holds.hold_id"))
    reason: Mapped[str | None] = mapped_column(Text)
    acted_by: Mapped[UUID | None]
    policy_version: Mapped[int | None]


class EntryRow(Base):  # type: ignore[misc, valid-type]
    """One side of a transfer, with the account's balance after it; ``position`` is the order."""

    __tablename__ = "entries"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="entries_amount"),
        UniqueConstraint("transfer_id", "account_id", name="entries_once_per_transfer"),
        Index("entries_of_account", "account_id", "position", unique=True),
    )

    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    transfer_id: Mapped[UUID] = mapped_column(ForeignKey("transfers.transfer_id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.account_id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    balance_after: Mapped[int] = mapped_column(BigInteger)


class PersonRow(Base):  # type: ignore[misc, valid-type]
    """A copy of what identity knows of a verified person; ``sequence`` tells how new it is."""

    __tablename__ = "people"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    birth_date: Mapped[date] = mapped_column(Date)
    street: Mapped[str] = mapped_column(Text)
    district: Mapped[str] = mapped_column(Text)
    sequence: Mapped[int] = mapped_column(BigInteger)


class KinshipRow(Base):  # type: ignore[misc, valid-type]
    """A copy of a confirmed kinship: what the relative is to the person."""

    __tablename__ = "kinships"
    __table_args__ = (Index("kinships_of_relative", "relative_id"),)

    kinship_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(index=True)
    relative_id: Mapped[UUID]
    relation: Mapped[str] = mapped_column(Text)


class SpecialGroupRow(Base):  # type: ignore[misc, valid-type]
    """A copy of who belongs to which special group."""

    __tablename__ = "special_groups"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    group_name: Mapped[str] = mapped_column(Text, primary_key=True)
