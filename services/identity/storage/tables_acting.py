"""Tables of those who stand for others: guardians, and relatives who may act for an elder."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.contract import (
    ConsentEnd,
    GuardianshipEnd,
    GuardianshipKind,
    Paper,
    Way,
)
from services.identity.domain.consent import ConsentState
from services.identity.domain.guardianship import GuardianshipState
from services.identity.storage.tables import Base, words


class GuardianshipRow(Base):
    """Who guards whom; ``closed_*`` is when, by whom and why it was refused or ended."""

    __tablename__ = "guardianships"
    __table_args__ = (
        Index(
            "guardianships_named_once",
            "ward_id",
            "guardian_id",
            unique=True,
            postgresql_where=text("state in ('named', 'confirmed')"),
        ),
        Index(
            "guardianships_one_confirmed",
            "ward_id",
            unique=True,
            postgresql_where=text("state = 'confirmed'"),
        ),
        CheckConstraint("ward_id <> guardian_id", name="guardianships_two_people"),
        CheckConstraint(
            "(state in ('confirmed', 'ended')) = (confirmed_at IS NOT NULL)",
            name="guardianships_confirmed_at",
        ),
        CheckConstraint(
            "(state in ('refused', 'ended')) = (closed_at IS NOT NULL)",
            name="guardianships_closed_at",
        ),
        CheckConstraint(
            "(state = 'ended') = (end_reason IS NOT NULL)", name="guardianships_end_reason"
        ),
        CheckConstraint(
            "(confirmed_way = 'paper_seen') = (paper IS NOT NULL)", name="guardianships_paper_seen"
        ),
        CheckConstraint(
            "kind <> 'adult' or confirmed_way <> 'by_the_other'", name="guardianships_by_a_court"
        ),
        Index("guardianships_ward", "ward_id"),
        Index("guardianships_guardian", "guardian_id"),
    )

    guardianship_id: Mapped[UUID] = mapped_column(primary_key=True)
    ward_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"))
    guardian_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"))
    kind: Mapped[GuardianshipKind] = mapped_column(words(GuardianshipKind, "guardianships_kind"))
    state: Mapped[GuardianshipState] = mapped_column(
        words(GuardianshipState, "guardianships_state")
    )
    named_at: Mapped[datetime]
    named_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None]
    confirmed_way: Mapped[Way | None] = mapped_column(words(Way, "guardianships_confirmed_way"))
    paper: Mapped[Paper | None] = mapped_column(words(Paper, "guardianships_paper"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]
    close_note: Mapped[str | None] = mapped_column(Text)
    end_reason: Mapped[GuardianshipEnd | None] = mapped_column(
        words(GuardianshipEnd, "guardianships_end")
    )


class ConsentRow(Base):
    """What an elder lets a relative do, until when; a clerk's row names the signed paper."""

    __tablename__ = "consents"
    __table_args__ = (
        Index(
            "consents_one_given",
            "elder_id",
            "agent_id",
            unique=True,
            postgresql_where=text("state = 'given'"),
        ),
        CheckConstraint("elder_id <> agent_id", name="consents_two_people"),
        CheckConstraint("given_at < until", name="consents_until"),
        CheckConstraint("cardinality(scopes) > 0", name="consents_scopes"),
        CheckConstraint(
            "(given_by = elder_id) = (paper_reference IS NULL)", name="consents_signed_paper"
        ),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="consents_ended_at"),
        CheckConstraint("(state = 'ended') = (end_reason IS NOT NULL)", name="consents_end_reason"),
        Index("consents_elder", "elder_id"),
        Index("consents_agent", "agent_id"),
    )

    consent_id: Mapped[UUID] = mapped_column(primary_key=True)
    elder_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"))
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    until: Mapped[datetime]
    state: Mapped[ConsentState] = mapped_column(words(ConsentState, "consents_state"))
    given_at: Mapped[datetime]
    given_by: Mapped[UUID]
    paper_reference: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    end_reason: Mapped[ConsentEnd | None] = mapped_column(words(ConsentEnd, "consents_end"))
