"""The tables of identity: people, roles, kinships, keys, log-in attempts."""

from datetime import date, datetime
from enum import Enum as PythonEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Enum, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.contract import (
    DocumentKind,
    KinshipEnd,
    Paper,
    Relation,
    Role,
    Way,
)
from services.identity.domain.kinship import KinshipState
from services.identity.domain.sessions import AttemptState
from services.identity.domain.states import PersonState
from services.kernel.database import new_base


# Any, because a type checker cannot derive from a class that a function made.
Base: Any = new_base()


def words(kind: type[PythonEnum], name: str) -> Enum:
    """An enum stored as its words, with a CHECK of that name."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


class PersonRow(Base):
    """A person. ``sealed_*`` is ciphertext; what is looked up by is in ``blind_indexes``."""

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint(
            "state <> 'verified' OR verified_at IS NOT NULL", name="people_verified_at"
        ),
        CheckConstraint("guardian_id <> person_id", name="people_guardian_is_another"),
        CheckConstraint(
            "state = 'closed' OR num_nulls(sealed_id_number, sealed_address, latitude, longitude)"
            " = 0",
            name="people_whole",
        ),
        CheckConstraint(
            "state <> 'closed' OR num_nonnulls(sealed_phone, sealed_address, latitude, longitude,"
            " password_hash) = 0",
            name="people_contact_erased",
        ),
        Index("people_street", "street"),
        Index("people_guardian", "guardian_id"),
    )

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[PersonState] = mapped_column(words(PersonState, "people_state"))
    name: Mapped[str] = mapped_column(Text)
    birth_date: Mapped[date]
    document: Mapped[DocumentKind] = mapped_column(words(DocumentKind, "people_document"))
    sealed_id_number: Mapped[str | None] = mapped_column(Text)
    sealed_phone: Mapped[str | None] = mapped_column(Text)
    password_hash: Mapped[str | None] = mapped_column(Text)
    street: Mapped[str] = mapped_column(Text)
    sealed_address: Mapped[str | None] = mapped_column(Text)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    willing_and_healthy: Mapped[bool]
    school: Mapped[str | None] = mapped_column(Text)
    guardian_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.person_id"))
    earlier_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.person_id"))
    registered_at: Mapped[datetime]
    registered_by: Mapped[UUID | None]
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[UUID | None]


class RoleRow(Base):
    """A role that a person holds in an area."""

    __tablename__ = "person_roles"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"), primary_key=True)
    role: Mapped[Role] = mapped_column(words(Role, "person_roles_role"), primary_key=True)
    area: Mapped[str] = mapped_column(Text, primary_key=True)
    assigned_at: Mapped[datetime]
    assigned_by: Mapped[UUID | None]


class KinshipRow(Base):
    """A kinship in its canonical direction; a pair may have several claims but one confirmed.

    ``closed_*`` is when, by whom and why it was refused or ended.
    """

    __tablename__ = "kinships"
    __table_args__ = (
        Index(
            "kinships_claimed_once",
            "person_id",
            "relative_id",
            "relation",
            unique=True,
            postgresql_where=text("state in ('claimed', 'confirmed')"),
        ),
        CheckConstraint("person_id <> relative_id", name="kinships_two_people"),
        CheckConstraint(
            "(state in ('confirmed', 'ended')) = (confirmed_at IS NOT NULL)",
            name="kinships_confirmed_at",
        ),
        CheckConstraint(
            "(state in ('refused', 'ended')) = (closed_at IS NOT NULL)", name="kinships_closed_at"
        ),
        CheckConstraint("(state = 'ended') = (end_reason IS NOT NULL)", name="kinships_end_reason"),
        CheckConstraint(
            "(confirmed_way = 'paper_seen') = (paper IS NOT NULL)", name="kinships_paper_seen"
        ),
        Index("kinships_person", "person_id"),
        Index("kinships_relative", "relative_id"),
        Index(
            "kinships_one_confirmed",
            text("least(person_id, relative_id)"),
            text("greatest(person_id, relative_id)"),
            unique=True,
            postgresql_where=text("state = 'confirmed'"),
        ),
    )

    kinship_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"))
    relative_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"))
    relation: Mapped[Relation] = mapped_column(words(Relation, "kinships_relation"))
    state: Mapped[KinshipState] = mapped_column(words(KinshipState, "kinships_state"))
    claimed_at: Mapped[datetime]
    claimed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None]
    confirmed_way: Mapped[Way | None] = mapped_column(words(Way, "kinships_confirmed_way"))
    paper: Mapped[Paper | None] = mapped_column(words(Paper, "kinships_paper"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]
    close_note: Mapped[str | None] = mapped_column(Text)
    end_reason: Mapped[KinshipEnd | None] = mapped_column(words(KinshipEnd, "kinships_end"))


class PolicyAdoptionRow(Base):
    """Who put a version in force, with its sources and reasons; its values are the kernel's."""

    __tablename__ = "policy_adoptions"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    adopted_at: Mapped[datetime]
    adopted_by: Mapped[UUID | None]
    document: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class SigningKeyRow(Base):
    """A key pair for tokens; the one without ``valid_until`` signs, the others only check."""

    __tablename__ = "signing_keys"
    __table_args__ = (
        Index(
            "signing_keys_one_signs",
            text("(valid_until IS NULL)"),
            unique=True,
            postgresql_where=text("valid_until IS NULL"),
        ),
    )

    kid: Mapped[str] = mapped_column(Text, primary_key=True)
    public_key: Mapped[str] = mapped_column(Text)
    sealed_private_key: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    valid_until: Mapped[datetime | None]


class LogInAttemptRow(Base):
    """A try to log in by a phone number (keyed hash), gone when it succeeds or grows old."""

    __tablename__ = "log_in_attempts"
    __table_args__ = (
        Index("log_in_attempts_phone", "phone_index", "attempted_at"),
        Index("log_in_attempts_age", "attempted_at"),
    )

    attempt_id: Mapped[UUID] = mapped_column(primary_key=True)
    phone_index: Mapped[str] = mapped_column(Text)
    state: Mapped[AttemptState] = mapped_column(words(AttemptState, "log_in_attempts_state"))
    attempted_at: Mapped[datetime]
