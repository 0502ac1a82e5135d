"""The read log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY


revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "reads",
        sa.Column("read_id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.person_id"), nullable=False),
        sa.Column("read_by", sa.Uuid, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("fields_read", ARRAY(sa.Text), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.CheckConstraint("person_id <> read_by", name="reads_by_another"),
        sa.CheckConstraint("cardinality(fields_read) > 0", name="reads_something"),
    )
    op.create_index("reads_of_person", "reads", ["person_id", "read_at", "read_id"])
    config = op.get_context().config
    login = config.attributes.get("service_login") if config else None
    if login:
        role = op.get_bind().dialect.identifier_preparer.quote(login)
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON reads FROM {role}")
