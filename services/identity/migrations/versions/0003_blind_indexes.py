"""Blind indexes get a table of their own: one row for each number and data key."""

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"

# The key that sealed a number is the one that indexed it; its id stands before the point.
CARRY_OVER = """
insert into blind_indexes (field, value_index, key_id, person_id)
select 'id_number', id_number_index, split_part(sealed_id_number, '.', 1), person_id from people
union all
select 'phone', phone_index, split_part(sealed_phone, '.', 1), person_id from people
where phone_index is not null
"""


def upgrade() -> None:
    op.create_table(
        "blind_indexes",
        sa.Column("field", sa.Text, primary_key=True),
        sa.Column("value_index", sa.Text, primary_key=True),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.person_id"), nullable=False),
    )
    op.create_index(
        "blind_indexes_once_a_key", "blind_indexes", ["person_id", "field", "key_id"], unique=True
    )
    op.execute(CARRY_OVER)
    op.drop_constraint("people_phone_whole", "people")
    op.drop_column("people", "id_number_index")
    op.drop_column("people", "phone_index")
