"""What a volunteer's ratings add up to by category and district."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.rating.storage.tables import Base


class ReputationPartRow(Base):  # type: ignore[misc, valid-type]
    """Of one kind of service in one district; changed in the transaction of each rating."""

    __tablename__ = "reputation_parts"
    __table_args__ = (
        CheckConstraint("ratings >= 0", name="reputation_parts_ratings"),
        CheckConstraint("stars_sum between ratings and 5 * ratings", name="reputation_parts_stars"),
    )

    volunteer_id: Mapped[UUID] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(Text, primary_key=True)
    district: Mapped[str] = mapped_column(Text, primary_key=True)
    ratings: Mapped[int] = mapped_column(BigInteger)
    stars_sum: Mapped[int] = mapped_column(BigInteger)
