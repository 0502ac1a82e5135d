"""Who accepted which version of which declaration, and took it back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.contract import Declaration
from services.identity.storage.tables import Base, words


class AcceptanceRow(Base):
    """One acceptance; ``accepted_by`` is nobody when the person opened the account alone."""

    __tablename__ = "acceptances"
    __table_args__ = (
        Index(
            "acceptances_stand_once",
            "person_id",
            "declaration",
            "version",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("acceptances_of_person", "person_id"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="acceptances_withdrawn_whole"
        ),
    )

    acceptance_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"))
    declaration: Mapped[Declaration] = mapped_column(words(Declaration, "acceptances_declaration"))
    version: Mapped[int]
    accepted_at: Mapped[datetime]
    accepted_by: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]
    withdraw_reason: Mapped[str | None] = mapped_column(Text)
