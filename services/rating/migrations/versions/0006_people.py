"""Verified people, guardians of minors, and the kind of each served visit."""

import sqlalchemy as sa
from alembic import op


revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("birth_date", sa.Date, nullable=False),
        sa.Column("street", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
    )
    op.create_index("people_by_street", "people", ["street"])
    op.add_column(
        "powers", sa.Column("of_minor", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.add_column(
        "served_visits", sa.Column("category", sa.Text, nullable=False, server_default="")
    )
    op.execute(
        "update served_visits set category = visits.category"
        " from visits where visits.visit_id = served_visits.visit_id"
    )
