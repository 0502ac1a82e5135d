"""What each audit found, and the end of the chain that it saw."""

import sqlalchemy as sa
from alembic import op


revision = "0006"
down_revision = "0005"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "audits",
        sa.Column("audit_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("started_at", AT, nullable=False),
        sa.Column("finished_at", AT, nullable=False),
        sa.Column("height", sa.BigInteger, nullable=False),
        sa.Column("block_hash", sa.LargeBinary, nullable=False),
        sa.Column("transfers", sa.BigInteger, nullable=False),
        sa.Column("difference", sa.Text),
    )
    config = op.get_context().config
    login = config.attributes.get("service_login") if config else None
    if login:
        role = op.get_bind().dialect.identifier_preparer.quote(login)
        op.execute(f"revoke update, delete, truncate on audits from {role}")
