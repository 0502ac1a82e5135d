"""What volunteers say: an answer to a rating, and how safe it was there."""

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "replies",
        sa.Column("visit_id", sa.Uuid, sa.ForeignKey("visits.visit_id"), primary_key=True),
        sa.Column("rating_id", sa.Uuid, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("answered_at", AT, nullable=False),
        sa.CheckConstraint("words <> ''", name="replies_words"),
    )
    op.create_table(
        "conditions",
        sa.Column("visit_id", sa.Uuid, sa.ForeignKey("visits.visit_id"), primary_key=True),
        sa.Column("elder_id", sa.Uuid, nullable=False),
        sa.Column("volunteer_id", sa.Uuid, nullable=False),
        sa.Column("safety", sa.SmallInteger, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("rated_at", AT, nullable=False),
        sa.CheckConstraint("safety between 1 and 5", name="conditions_safety"),
    )
    config = op.get_context().config
    limit_login(config.attributes.get("service_login") if config else None)


def limit_login(login: str | None) -> None:
    """What was said stays as it was said."""
    if not login:
        return
    role = op.get_bind().dialect.identifier_preparer.quote(login)
    op.execute(f"revoke update, delete, truncate on replies, conditions from {role}")
