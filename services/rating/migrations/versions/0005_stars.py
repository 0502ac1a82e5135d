"""Proven service, and the stars that it brought."""

import sqlalchemy as sa
from alembic import op


revision = "0005"
down_revision = "0004"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "served_visits",
        sa.Column("visit_id", sa.Uuid, primary_key=True),
        sa.Column("volunteer_id", sa.Uuid, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("ended_at", AT, nullable=False),
        sa.CheckConstraint("minutes >= 0", name="served_visits_minutes"),
    )
    op.create_index("served_visits_of_volunteer", "served_visits", ["volunteer_id"])
    op.create_table(
        "served",
        sa.Column("volunteer_id", sa.Uuid, primary_key=True),
        sa.Column("minutes", sa.BigInteger, nullable=False),
        sa.CheckConstraint("minutes >= 0", name="served_minutes"),
    )
    op.create_table(
        "stars",
        sa.Column("volunteer_id", sa.Uuid, primary_key=True),
        sa.Column("star", sa.Integer, primary_key=True),
        sa.Column("hours", sa.Integer, nullable=False),
        sa.Column("minutes", sa.BigInteger, nullable=False),
        sa.Column("ratings", sa.BigInteger, nullable=False),
        sa.Column("stars_sum", sa.BigInteger, nullable=False),
        sa.Column("policy_version", sa.Integer, nullable=False),
        sa.Column("reached_at", AT, nullable=False),
        sa.CheckConstraint("star >= 1", name="stars_star"),
        sa.CheckConstraint("minutes >= 60 * hours", name="stars_hours"),
    )
    config = op.get_context().config
    limit_login(config.attributes.get("service_login") if config else None)


def limit_login(login: str | None) -> None:
    """A star that was reached is never lost, and a proven minute stays proven."""
    if not login:
        return
    role = op.get_bind().dialect.identifier_preparer.quote(login)
    op.execute(f"revoke update, delete, truncate on stars, served_visits from {role}")
