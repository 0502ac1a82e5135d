"""Who receives donations by name; and no closed wallet is ever opened again."""

import sqlalchemy as sa
from alembic import op


revision = "0007"
down_revision = "0006"

AT = sa.DateTime(timezone=True)

CLOSE_FOR_GOOD = """
create function close_for_good() returns trigger language plpgsql as $$
begin
    if old.state = 'closed' then
        raise exception 'the wallet of % is closed for good', old.person_id
            using errcode = 'restrict_violation', constraint = 'wallet_states_closed_for_good';
    end if;
    return coalesce(new, old);
end $$
"""

TRIGGERS = """
create trigger wallet_states_closed_for_good before update or delete on wallet_states
    for each row execute function close_for_good();
create trigger wallet_states_not_truncated before truncate on wallet_states
    for each statement execute function refuse_change();
"""


def upgrade() -> None:
    op.create_table(
        "needs",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("published", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("changed_by", sa.Uuid, nullable=False),
        sa.Column("changed_at", AT, nullable=False),
    )
    op.execute(CLOSE_FOR_GOOD)
    op.execute(TRIGGERS)
