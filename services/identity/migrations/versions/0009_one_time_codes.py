"""One-time codes."""

import sqlalchemy as sa
from alembic import op


revision = "0009"
down_revision = "0008"

TIME = sa.DateTime(timezone=True)
PURPOSES = ("log_in", "new_phone")
STATES = ("open", "used", "taken", "spent", "replaced")


def upgrade() -> None:
    op.create_table(
        "one_time_codes",
        sa.Column("code_id", sa.Uuid, primary_key=True),
        sa.Column("phone_index", sa.Text, nullable=False),
        words("purpose", PURPOSES, "one_time_codes_purpose"),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.person_id")),
        sa.Column("code_hash", sa.Text, nullable=False),
        words("state", STATES, "one_time_codes_state"),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
        sa.CheckConstraint(
            "(state IN ('used', 'taken')) = (used_at IS NOT NULL)", name="one_time_codes_used_at"
        ),
    )
    op.create_index(
        "one_time_codes_one_open",
        "one_time_codes",
        ["phone_index", "purpose", "person_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("one_time_codes_phone", "one_time_codes", ["phone_index", "asked_at"])
    op.create_index("one_time_codes_age", "one_time_codes", ["asked_at"])


def words(column: str, values: tuple[str, ...], check: str) -> sa.Column[str]:
    """A column that holds one of these words, with a CHECK of that name."""
    kind = sa.Enum(*values, name=check, native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, nullable=False)
