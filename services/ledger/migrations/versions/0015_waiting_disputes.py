"""Disputes that wait for their visit are found by its request, whose hold ends either way."""

import sqlalchemy as sa
from alembic import op


revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_index(
        "disputes_waiting",
        "disputes",
        ["request_id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
