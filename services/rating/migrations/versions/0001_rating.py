"""Visits, ratings and what they add up to."""

import sqlalchemy as sa
from alembic import op

from services.kernel.tables import create_kernel_tables


revision = "0001"
down_revision = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_kernel_tables(op)
    op.create_table(
        "visits",
        sa.Column("visit_id", sa.Uuid, primary_key=True),
        sa.Column("elder_id", sa.Uuid, nullable=False),
        sa.Column("volunteer_id", sa.Uuid, nullable=False),
        sa.Column("street", sa.Text, nullable=False),
        sa.Column("ended_at", AT, nullable=False),
        sa.CheckConstraint("elder_id <> volunteer_id", name="visits_two_people"),
    )
    op.create_table(
        "ratings",
        sa.Column("rating_id", sa.Uuid, primary_key=True),
        sa.Column(
            "visit_id", sa.Uuid, sa.ForeignKey("visits.visit_id"), nullable=False, unique=True
        ),
        sa.Column("elder_id", sa.Uuid, nullable=False),
        sa.Column("volunteer_id", sa.Uuid, nullable=False),
        sa.Column("stars", sa.SmallInteger, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("rated_by", sa.Uuid, nullable=False),
        sa.Column("rated_at", AT, nullable=False),
        sa.CheckConstraint("stars between 1 and 5", name="ratings_stars"),
        sa.CheckConstraint(
            "channel in ('platform', 'phone_call', 'home_visit', 'paper_form')",
            name="ratings_channel",
        ),
        sa.CheckConstraint("(rated_by = elder_id) = (channel = 'platform')", name="ratings_acted"),
        sa.CheckConstraint("rated_by <> volunteer_id", name="ratings_not_by_volunteer"),
    )
    op.create_index("ratings_of_volunteer", "ratings", ["volunteer_id"])
    op.create_table(
        "reputation",
        sa.Column("volunteer_id", sa.Uuid, primary_key=True),
        sa.Column("ratings", sa.BigInteger, nullable=False),
        sa.Column("stars_sum", sa.BigInteger, nullable=False),
        sa.CheckConstraint("ratings >= 0", name="reputation_ratings"),
        sa.CheckConstraint("stars_sum between ratings and 5 * ratings", name="reputation_stars"),
    )
    config = op.get_context().config
    limit_login(config.attributes.get("service_login") if config else None)


def limit_login(login: str | None) -> None:
    """A rating that was given is not even the service's own to change."""
    if not login:
        return
    role = op.get_bind().dialect.identifier_preparer.quote(login)
    op.execute(f"revoke update, delete, truncate on ratings from {role}")
