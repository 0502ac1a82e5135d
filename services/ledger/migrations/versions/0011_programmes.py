"""Public programmes, whose minutes may be held for a request in an elder's stead."""

import sqlalchemy as sa
from alembic import op


revision = "0011"
down_revision = "0010"

AT = sa.DateTime(timezone=True)

CLOSE_FOR_GOOD = """
create function close_programme_for_good() returns trigger language plpgsql as $$
begin
    if old.state = 'closed' or row(new.programme_id, new.district, new.opened_by, new.opened_at)
        is distinct from row(old.programme_id, old.district, old.opened_by, old.opened_at)
    then
        raise exception 'programme % is what it is', old.programme_id
            using errcode = 'restrict_violation', constraint = 'programmes_closed_for_good';
    end if;
    return new;
end $$
"""

# As before, and a hold also keeps who pays.
SETTLE_ONCE = """
create or replace function settle_once() returns trigger language plpgsql as $$
begin
    if old.state <> 'placed' then
        raise exception 'hold % is % already', old.hold_id, old.state
            using errcode = 'restrict_violation', constraint = 'holds_settled_once';
    end if;
    if row(new.hold_id, new.request_id, new.elder_id, new.district, new.programme_id,
           new.earned_minutes, new.granted_minutes, new.gifted_minutes)
        is distinct from row(old.hold_id, old.request_id, old.elder_id, old.district,
           old.programme_id, old.earned_minutes, old.granted_minutes, old.gifted_minutes)
    then
        raise exception 'hold % keeps what was placed', old.hold_id
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$
"""

TRIGGERS = """
create trigger programmes_closed_for_good before update on programmes
    for each row execute function close_programme_for_good();
create trigger programmes_not_deleted before delete on programmes
    for each row execute function refuse_change();
create trigger programmes_not_truncated before truncate on programmes
    for each statement execute function refuse_change();
"""

ACCOUNT_KINDS = (
    "kind in ('issuance', 'budget', 'escrow', 'wallet', 'charity', 'programme', 'reserve',"
    " 'care_home', 'estate', 'points_issuance', 'points', 'rewards')"
)
ACCOUNT_SHAPE = (
    "(owner_id is not null) = (kind in"
    " ('escrow', 'wallet', 'programme', 'reserve', 'estate', 'points'))"
    " and (district is not null) = (kind in"
    " ('budget', 'charity', 'programme', 'care_home'))"
    " and (provenance is not null) = (kind = 'wallet')"
)
TRANSFER_KINDS = (
    "kind in ('budget_top_up', 'transfer', 'grant', 'gift', 'hold', 'post', 'release', 'donation',"
    " 'allocation', 'programme_funding', 'programme_return', 'reserve', 'reserve_return',"
    " 'admission', 'reversal', 'correction', 'closing', 'settlement', 'points_award',"
    " 'points_exchange')"
)


def upgrade() -> None:
    create_programmes()
    op.add_column("holds", sa.Column("programme_id", sa.Uuid))
    op.create_check_constraint(
        "holds_of_programmes",
        "holds",
        "programme_id is null or earned_minutes + gifted_minutes = 0",
    )
    op.create_index(
        "holds_of_programme",
        "holds",
        ["programme_id"],
        postgresql_where=sa.text("programme_id is not null"),
    )
    for table, name, rule in (
        ("accounts", "accounts_kind", ACCOUNT_KINDS),
        ("accounts", "accounts_shape", ACCOUNT_SHAPE),
        ("transfers", "transfers_kind", TRANSFER_KINDS),
    ):
        op.drop_constraint(name, table)
        op.create_check_constraint(name, table, rule)
    for statement in (CLOSE_FOR_GOOD, SETTLE_ONCE, TRIGGERS):
        op.execute(statement)


def create_programmes() -> None:
    op.create_table(
        "programmes",
        sa.Column("programme_id", sa.Uuid, primary_key=True),
        sa.Column("district", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("ends_on", sa.Date),
        sa.Column("opened_by", sa.Uuid, nullable=False),
        sa.Column("opened_at", AT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("closed_by", sa.Uuid),
        sa.Column("closed_at", AT),
        sa.Column("closing_reason", sa.Text),
        sa.CheckConstraint("state in ('open', 'closed')", name="programmes_state"),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_by is not null)"
            " and (closed_by is null) = (closed_at is null)"
            " and (closed_by is null) = (closing_reason is null)",
            name="programmes_closing",
        ),
    )
    op.create_index(
        "programmes_of_district", "programmes", ["district", "opened_at", "programme_id"]
    )
