"""Disputes over paid visits: coins set aside on an account of each, which is emptied once."""

import sqlalchemy as sa
from alembic import op


revision = "0012"
down_revision = "0011"

SETTLE_ONCE = """
create function settle_dispute_once() returns trigger language plpgsql as $$
begin
    if new is not distinct from old then
        return new;
    end if;
    if (old.state, new.state) not in (('waiting', 'frozen'),
        ('waiting', 'uncorrected'), ('waiting', 'settled'), ('frozen', 'uncorrected'),
        ('frozen', 'settled'), ('uncorrected', 'settled'))
    then
        raise exception 'dispute % is %, not % next', old.dispute_id, old.state, new.state
            using errcode = 'restrict_violation', constraint = 'disputes_settled_once';
    end if;
    if row(new.dispute_id, new.visit_id, new.request_id, new.volunteer_id, new.district,
           new.freezes)
        is distinct from row(old.dispute_id, old.visit_id, old.request_id, old.volunteer_id,
           old.district, old.freezes)
        or old.state <> 'waiting' and row(new.paid_minutes, new.frozen_minutes)
        is distinct from row(old.paid_minutes, old.frozen_minutes)
        or old.state = 'uncorrected' and row(new.returned_minutes, new.released_minutes)
        is distinct from row(old.returned_minutes, old.released_minutes)
    then
        raise exception 'dispute % keeps what was frozen and settled', old.dispute_id
            using errcode = 'restrict_violation', constraint = 'disputes_settled_once';
    end if;
    return new;
end $$
"""

# At COMMIT, for a dispute's row is written before the block with its coins.
CHECK_COINS = """
create function check_dispute_coins() returns trigger language plpgsql as $$
declare
    wanted uuid;
    flaw text;
begin
    if tg_table_name = 'disputes' then
        wanted := new.dispute_id;
    else
        wanted := new.owner_id;
    end if;
    select format('dispute %s is %s with %s minutes frozen, its account has %s',
            key, state, frozen_minutes, coalesce(balance, 0))
        into flaw from (select wanted as key) named
        left join disputes d on d.dispute_id = key
        left join accounts a on a.kind = 'dispute' and a.owner_id = key
        where coalesce(balance, 0) <> case when state = 'frozen' then frozen_minutes else 0 end;
    if flaw is not null then
        raise exception '%', flaw
            using errcode = 'check_violation', constraint = 'disputes_have_their_coins';
    end if;
    return null;
end $$
"""

TRIGGERS = """
create trigger disputes_settled_once before update on disputes
    for each row execute function settle_dispute_once();
create trigger disputes_not_deleted before delete on disputes
    for each row execute function refuse_change();
create trigger disputes_not_truncated before truncate on disputes
    for each statement execute function refuse_change();
create constraint trigger disputes_have_their_coins after insert or update on disputes
    deferrable initially deferred for each row execute function check_dispute_coins();
create constraint trigger disputes_account_has_its_dispute after insert or update on accounts
    deferrable initially deferred for each row when (new.kind = 'dispute')
    execute function check_dispute_coins();
"""

ACCOUNT_KINDS = (
    "kind in ('issuance', 'budget', 'escrow', 'wallet', 'charity', 'programme', 'dispute',"
    " 'reserve', 'care_home', 'estate', 'points_issuance', 'points', 'rewards')"
)
ACCOUNT_SHAPE = (
    "(owner_id is not null) = (kind in"
    " ('escrow', 'wallet', 'programme', 'dispute', 'reserve', 'estate', 'points'))"
    " and (district is not null) = (kind in"
    " ('budget', 'charity', 'programme', 'care_home'))"
    " and (provenance is not null) = (kind = 'wallet')"
)
TRANSFER_KINDS = (
    "kind in ('budget_top_up', 'transfer', 'grant', 'gift', 'hold', 'post', 'release', 'donation',"
    " 'allocation', 'programme_funding', 'programme_return', 'reserve', 'reserve_return',"
    " 'admission', 'reversal', 'correction', 'closing', 'settlement', 'dispute_freeze',"
    " 'dispute_return', 'dispute_release', 'dispute_correction', 'points_dispute',"
    " 'points_award', 'points_exchange')"
)
# What a dispute moves of a visit's coins names the hold that they were paid from.
TRANSFER_HOLD = (
    "(hold_id is not null) = (kind in ('hold', 'post', 'release', 'dispute_freeze',"
    " 'dispute_return', 'dispute_release'))"
)


def upgrade() -> None:
    create_disputes()
    for table, name, rule in (
        ("accounts", "accounts_kind", ACCOUNT_KINDS),
        ("accounts", "accounts_shape", ACCOUNT_SHAPE),
        ("transfers", "transfers_kind", TRANSFER_KINDS),
        ("transfers", "transfers_hold", TRANSFER_HOLD),
    ):
        op.drop_constraint(name, table)
        op.create_check_constraint(name, table, rule)
    op.drop_index("transfers_once_per_hold", "transfers")
    op.create_index(
        "transfers_once_per_hold",
        "transfers",
        ["hold_id", "kind"],
        unique=True,
        postgresql_where=sa.text("kind in ('hold', 'post', 'release')"),
    )
    for statement in (SETTLE_ONCE, CHECK_COINS, TRIGGERS):
        op.execute(statement)


def create_disputes() -> None:
    op.create_table(
        "disputes",
        sa.Column("dispute_id", sa.Uuid, primary_key=True),
        sa.Column("visit_id", sa.Uuid, nullable=False),
        sa.Column("request_id", sa.Uuid, nullable=False),
        sa.Column("volunteer_id", sa.Uuid, nullable=False),
        sa.Column("district", sa.Text, nullable=False),
        sa.Column("freezes", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("shortfall", sa.Text),
        sa.Column("paid_minutes", sa.BigInteger, nullable=False),
        sa.Column("frozen_minutes", sa.BigInteger, nullable=False),
        sa.Column("returned_minutes", sa.BigInteger, nullable=False),
        sa.Column("released_minutes", sa.BigInteger, nullable=False),
        sa.Column("corrected_minutes", sa.BigInteger, nullable=False),
        sa.Column("refused", sa.Text),
        sa.CheckConstraint(
            "state in ('waiting', 'frozen', 'uncorrected', 'settled')", name="disputes_state"
        ),
        sa.CheckConstraint(
            "least(paid_minutes, frozen_minutes, returned_minutes, released_minutes,"
            " corrected_minutes) >= 0 and frozen_minutes <= paid_minutes",
            name="disputes_floor",
        ),
        sa.CheckConstraint(
            "case state"
            " when 'waiting' then paid_minutes + returned_minutes + released_minutes"
            " + corrected_minutes = 0"
            " when 'frozen' then returned_minutes + released_minutes + corrected_minutes = 0"
            " else returned_minutes + released_minutes = frozen_minutes end",
            name="disputes_accounted_for",
        ),
        sa.CheckConstraint(
            "(state = 'uncorrected') = (refused is not null)"
            " and (refused is null or corrected_minutes = 0)",
            name="disputes_refused",
        ),
        sa.CheckConstraint("freezes or frozen_minutes = 0", name="disputes_freeze_if_claimed"),
    )
    op.create_index(
        "disputes_freeze_a_visit_once_at_a_time",
        "disputes",
        ["visit_id"],
        unique=True,
        postgresql_where=sa.text("freezes and state in ('waiting', 'frozen')"),
    )
    op.create_index("disputes_of_visit", "disputes", ["visit_id"])
    op.create_index("disputes_of_volunteer", "disputes", ["volunteer_id"])
