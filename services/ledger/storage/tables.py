"""The ledger's tables. What must never happen is refused here too, whoever asks for it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from services.kernel.database import new_base


Base = new_base()


class XID8(UserDefinedType[str]):
    """PostgreSQL's number of a transaction, which is never used again."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "xid8"


class AccountRow(Base):  # type: ignore[misc, valid-type]
    """One account and its balance. Its kind says which of the other columns it has."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint(
            "kind in ('issuance', 'budget', 'escrow', 'wallet', 'charity', 'programme', 'dispute',"
            " 'reserve', 'care_home', 'estate', 'points_issuance', 'points', 'rewards')",
            name="accounts_kind",
        ),
        CheckConstraint(
            "balance >= 0 or kind in ('issuance', 'points_issuance')", name="accounts_floor"
        ),
        CheckConstraint(
            "(owner_id is not null) = (kind in"
            " ('escrow', 'wallet', 'programme', 'dispute', 'reserve', 'estate', 'points'))"
            " and (district is not null) = (kind in"
            " ('budget', 'charity', 'programme', 'care_home'))"
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
        # Room on each page for new balances, so that indexes need not follow them.
        {"postgresql_with": {"fillfactor": "70"}},
    )

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[UUID | None]
    district: Mapped[str | None] = mapped_column(Text)
    provenance: Mapped[str | None] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(
        Text,
        Computed(
            "case when kind in ('points_issuance', 'points', 'rewards')"
            " then 'points' else 'minutes' end",
            persisted=True,
        ),
    )
    balance: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class HoldRow(Base):  # type: ignore[misc, valid-type]
    """The coins set aside for one request, a programme's or the elder's; what became of them."""

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
        # A programme's minutes are granted ones.
        CheckConstraint(
            "programme_id is null or earned_minutes + gifted_minutes = 0",
            name="holds_of_programmes",
        ),
        Index("holds_of_elder", "elder_id"),
        Index(
            "holds_of_programme",
            "programme_id",
            postgresql_where=text("programme_id is not null"),
        ),
        # Room for how a hold ends, so that no index need follow it.
        {"postgresql_with": {"fillfactor": "70"}},
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
    visit_id: Mapped[UUID | None]
    programme_id: Mapped[UUID | None]


class BlockRow(Base):  # type: ignore[misc, valid-type]
    """One batch of transfers, chained to the one before; written with them in one statement."""

    __tablename__ = "blocks"
    __table_args__ = (
        CheckConstraint("transfers > 0 and first_number > 0", name="blocks_shape"),
        Index("blocks_at", "at"),
    )

    height: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    merkle_root: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    first_number: Mapped[int] = mapped_column(BigInteger, unique=True)
    transfers: Mapped[int]
    at: Mapped[datetime]
    transaction_id: Mapped[str] = mapped_column(XID8(), server_default=text("pg_current_xact_id()"))


TRANSFER_KINDS = (
    "'budget_top_up', 'transfer', 'grant', 'gift', 'hold', 'post', 'release', 'donation',"
    " 'allocation', 'programme_funding', 'programme_return', 'reserve', 'reserve_return',"
    " 'admission', 'reversal', 'correction', 'closing', 'settlement', 'dispute_freeze',"
    " 'dispute_return', 'dispute_release', 'dispute_correction', 'points_dispute',"
    " 'points_award', 'points_exchange'"
)


class TransferRow(Base):  # type: ignore[misc, valid-type]
    """One movement, for good: rows are only ever added, numbered without gaps."""

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint(f"kind in ({TRANSFER_KINDS})", name="transfers_kind"),
        CheckConstraint(
            "(hold_id is not null) = (kind in ('hold', 'post', 'release', 'dispute_freeze',"
            " 'dispute_return', 'dispute_release'))",
            name="transfers_hold",
        ),
        CheckConstraint("(reverses is not null) = (kind = 'reversal')", name="transfers_reversal"),
        CheckConstraint(
            "transfer_id = encode(substring(sha256(convert_to("
            "kind || ':' || reference::text, 'UTF8')) from 1 for 16), 'hex')::uuid",
            name="transfers_named_by_cause",
        ),
        Index(
            "transfers_once_per_hold",
            "hold_id",
            "kind",
            unique=True,
            postgresql_where=text("kind in ('hold', 'post', 'release')"),
        ),
        Index(
            "transfers_reversed_once",
            "reverses",
            unique=True,
            postgresql_where=text("reverses is not null"),
        ),
    )

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    transfer_id: Mapped[UUID] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    reference: Mapped[UUID]
    hold_id: Mapped[UUID | None] = mapped_column(ForeignKey("holds.hold_id"))
    reverses: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(Text)
    acted_by: Mapped[UUID | None]
    policy_version: Mapped[int | None]


class EntryRow(Base):  # type: ignore[misc, valid-type]
    """One side of a transfer, with the account's balance after it; its number is the order."""

    __tablename__ = "entries"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="entries_amount"),
        Index("entries_of_transfer", "transfer_number"),
    )

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    transfer_number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    amount: Mapped[int] = mapped_column(BigInteger)
    balance_after: Mapped[int] = mapped_column(BigInteger)


class PersonRow(Base):  # type: ignore[misc, valid-type]
    """A copy of what identity knows of a verified person; ``sequence`` tells how new it is."""

    __tablename__ = "people"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    birth_date: Mapped[date] = mapped_column(Date)
    street: Mapped[str] = mapped_column(Text)
    district: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    sequence: Mapped[int] = mapped_column(BigInteger)


class WalletStateRow(Base):  # type: ignore[misc, valid-type]
    """Who may not use their wallet freely: frozen or closed, since when, by whom and why."""

    __tablename__ = "wallet_states"
    __table_args__ = (
        CheckConstraint("state in ('open', 'frozen', 'closed')", name="wallet_states_state"),
    )

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[UUID]
    changed_at: Mapped[datetime]


class KinshipRow(Base):  # type: ignore[misc, valid-type]
    """A copy of a confirmed kinship: what the relative is to the person.

    One that has ended stays, lest a word of before revive it; ``sequence`` tells how new it is.
    """

    __tablename__ = "kinships"
    __table_args__ = (Index("kinships_of_relative", "relative_id"),)

    kinship_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(index=True)
    relative_id: Mapped[UUID]
    relation: Mapped[str] = mapped_column(Text)
    is_ended: Mapped[bool]
    sequence: Mapped[int] = mapped_column(BigInteger)


class SpecialGroupRow(Base):  # type: ignore[misc, valid-type]
    """A copy of one membership of a special group; once ended it never comes back."""

    __tablename__ = "special_groups"
    __table_args__ = (
        Index("special_groups_standing", "person_id", postgresql_where=text("not is_ended")),
    )

    membership_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    group_name: Mapped[str] = mapped_column(Text)
    is_ended: Mapped[bool]


class SolvencyDayRow(Base):  # type: ignore[misc, valid-type]
    """Service supplied in a district on a day, and the cover as it was then, in minutes."""

    __tablename__ = "solvency_days"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    district: Mapped[str] = mapped_column(Text, primary_key=True)
    supplied_minutes: Mapped[int] = mapped_column(BigInteger)
    expected_minutes: Mapped[int] = mapped_column(BigInteger)
    redeemable_minutes: Mapped[int] = mapped_column(BigInteger)
