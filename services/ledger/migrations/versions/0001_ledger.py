"""The ledger's tables and the rules that the database itself keeps."""

import sqlalchemy as sa
from alembic import op

from services.kernel.tables import create_kernel_tables


revision = "0001"
down_revision = None

AT = sa.DateTime(timezone=True)

# A balance is what the entries say: each entry continues the one before it on its account, and the
# account shows the last. Checked at COMMIT, so that a transaction may write in any order.
CHECK_ENTRY = """
create function check_entry() returns trigger language plpgsql as $$
declare
    total numeric;
    legs bigint;
    before bigint;
begin
    select sum(amount), count(*) into total, legs from entries
        where transfer_id = new.transfer_id;
    if total <> 0 or legs < 2 then
        raise exception 'transfer % does not balance: % entries, sum %',
            new.transfer_id, legs, total
            using errcode = 'check_violation', constraint = 'transfers_balance';
    end if;
    select balance_after into before from entries
        where account_id = new.account_id and position < new.position
        order by position desc limit 1;
    if new.balance_after <> coalesce(before, 0) + new.amount then
        raise exception 'entry % does not continue the balance of account %',
            new.position, new.account_id
            using errcode = 'check_violation', constraint = 'entries_chain';
    end if;
    perform check_balance(new.account_id);
    return null;
end $$
"""

CHECK_BALANCE = """
create function check_balance(id uuid) returns void language plpgsql as $$
declare
    shown bigint;
    posted bigint;
begin
    select balance into shown from accounts where account_id = id;
    select balance_after into posted from entries
        where account_id = id order by position desc limit 1;
    if shown <> coalesce(posted, 0) then
        raise exception 'account % shows %, its entries say %', id, shown, coalesce(posted, 0)
            using errcode = 'check_violation', constraint = 'accounts_follow_entries';
    end if;
end $$
"""

CHECK_ACCOUNT = """
create function check_account() returns trigger language plpgsql as $$
begin
    perform check_balance(new.account_id);
    return null;
end $$
"""

CHECK_TRANSFER = """
create function check_transfer() returns trigger language plpgsql as $$
begin
    if not exists (select from entries where transfer_id = new.transfer_id) then
        raise exception 'transfer % has no entries', new.transfer_id
            using errcode = 'check_violation', constraint = 'transfers_balance';
    end if;
    return null;
end $$
"""

REFUSE_CHANGE = """
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'posted % are never changed: % refused', tg_table_name, lower(tg_op)
        using errcode = 'restrict_violation';
end $$
"""

# Which account it is never changes; only its balance does.
KEEP_ACCOUNT = """
create function keep_account() returns trigger language plpgsql as $$
begin
    if row(new.account_id, new.kind, new.owner_id, new.district, new.provenance)
        is distinct from row(old.account_id, old.kind, old.owner_id, old.district, old.provenance)
    then
        raise exception 'account % is what it is', old.account_id
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$
"""

SETTLE_ONCE = """
create function settle_once() returns trigger language plpgsql as $$
begin
    if old.state <> 'placed' then
        raise exception 'hold % is % already', old.hold_id, old.state
            using errcode = 'restrict_violation', constraint = 'holds_settled_once';
    end if;
    if row(new.hold_id, new.request_id, new.elder_id, new.district,
           new.earned_minutes, new.granted_minutes, new.gifted_minutes)
        is distinct from row(old.hold_id, old.request_id, old.elder_id, old.district,
           old.earned_minutes, old.granted_minutes, old.gifted_minutes)
    then
        raise exception 'hold % keeps what was placed', old.hold_id
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$
"""

TRIGGERS = """
create constraint trigger entries_checked after insert on entries
    deferrable initially deferred for each row execute function check_entry();
create constraint trigger transfers_checked after insert on transfers
    deferrable initially deferred for each row execute function check_transfer();
create constraint trigger accounts_checked after insert or update of balance on accounts
    deferrable initially deferred for each row execute function check_account();
create trigger accounts_kept before update on accounts
    for each row execute function keep_account();
create trigger holds_settled_once before update on holds
    for each row execute function settle_once();
create trigger transfers_unchanged before update or delete on transfers
    for each row execute function refuse_change();
create trigger transfers_not_truncated before truncate on transfers
    for each statement execute function refuse_change();
create trigger entries_unchanged before update or delete on entries
    for each row execute function refuse_change();
create trigger entries_not_truncated before truncate on entries
    for each statement execute function refuse_change();
create trigger accounts_not_truncated before truncate on accounts
    for each statement execute function refuse_change();
create trigger accounts_not_deleted before delete on accounts
    for each row execute function refuse_change();
create trigger holds_not_truncated before truncate on holds
    for each statement execute function refuse_change();
create trigger holds_not_deleted before delete on holds
    for each row execute function refuse_change();
"""


def upgrade() -> None:
    create_kernel_tables(op)
    create_accounts()
    create_holds()
    create_postings()
    create_copies()
    for statement in (
        CHECK_BALANCE,
        CHECK_ENTRY,
        CHECK_ACCOUNT,
        CHECK_TRANSFER,
        REFUSE_CHANGE,
        KEEP_ACCOUNT,
        SETTLE_ONCE,
        TRIGGERS,
    ):
        op.execute(statement)
    config = op.get_context().config
    limit_login(config.attributes.get("service_login") if config else None)


def create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("owner_id", sa.Uuid),
        sa.Column("district", sa.Text),
        sa.Column("provenance", sa.Text),
        sa.Column("balance", sa.BigInteger, nullable=False, server_default="0"),
        sa.CheckConstraint(
            "kind in ('issuance', 'budget', 'escrow', 'wallet')", name="accounts_kind"
        ),
        sa.CheckConstraint("balance >= 0 or kind = 'issuance'", name="accounts_floor"),
        sa.CheckConstraint(
            "(owner_id is not null) = (kind in ('escrow', 'wallet'))"
            " and (district is not null) = (kind = 'budget')"
            " and (provenance is not null) = (kind = 'wallet')",
            name="accounts_shape",
        ),
        sa.CheckConstraint(
            "provenance in ('earned', 'granted', 'gifted')", name="accounts_provenance"
        ),
        sa.UniqueConstraint(
            "kind",
            "owner_id",
            "district",
            "provenance",
            name="accounts_once",
            postgresql_nulls_not_distinct=True,
        ),
    )


def create_holds() -> None:
    op.create_table(
        "holds",
        sa.Column("hold_id", sa.Uuid, primary_key=True),
        sa.Column("request_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("elder_id", sa.Uuid, nullable=False),
        sa.Column("district", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("earned_minutes", sa.BigInteger, nullable=False),
        sa.Column("granted_minutes", sa.BigInteger, nullable=False),
        sa.Column("gifted_minutes", sa.BigInteger, nullable=False),
        sa.Column("posted_minutes", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("released_minutes", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("visit_id", sa.Uuid, unique=True),
        sa.CheckConstraint("state in ('placed', 'posted', 'released')", name="holds_state"),
        sa.CheckConstraint(
            "least(earned_minutes, granted_minutes, gifted_minutes,"
            " posted_minutes, released_minutes) >= 0",
            name="holds_floor",
        ),
        sa.CheckConstraint(
            "case state"
            " when 'placed' then posted_minutes = 0 and released_minutes = 0"
            " and earned_minutes + granted_minutes + gifted_minutes > 0"
            " when 'released' then posted_minutes = 0"
            " and released_minutes = earned_minutes + granted_minutes + gifted_minutes"
            " else posted_minutes > 0 and visit_id is not null and posted_minutes"
            " + released_minutes = earned_minutes + granted_minutes + gifted_minutes end",
            name="holds_accounted_for",
        ),
    )
    op.create_index(
        "holds_placed", "holds", ["elder_id"], postgresql_where=sa.text("state = 'placed'")
    )


def create_postings() -> None:
    op.create_table(
        "transfers",
        sa.Column("transfer_id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("reference", sa.Uuid, nullable=False),
        sa.Column("hold_id", sa.Uuid, sa.ForeignKey("holds.hold_id")),
        sa.Column("reason", sa.Text),
        sa.Column("acted_by", sa.Uuid),
        sa.Column("policy_version", sa.Integer),
        sa.CheckConstraint(
            "kind in ('budget_top_up', 'grant', 'gift', 'hold', 'post', 'release')",
            name="transfers_kind",
        ),
        sa.CheckConstraint(
            "(hold_id is not null) = (kind in ('hold', 'post', 'release'))", name="transfers_hold"
        ),
        sa.UniqueConstraint("kind", "reference", name="transfers_once"),
        sa.UniqueConstraint("hold_id", "kind", name="transfers_once_per_hold"),
    )
    op.create_table(
        "entries",
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("transfer_id", sa.Uuid, sa.ForeignKey("transfers.transfer_id"), nullable=False),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("accounts.account_id"), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("balance_after", sa.BigInteger, nullable=False),
        sa.CheckConstraint("amount <> 0", name="entries_amount"),
        sa.UniqueConstraint("transfer_id", "account_id", name="entries_once_per_transfer"),
    )
    op.create_index("entries_of_account", "entries", ["account_id", "position"], unique=True)


def create_copies() -> None:
    op.create_table(
        "people",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("birth_date", sa.Date, nullable=False),
        sa.Column("street", sa.Text, nullable=False),
        sa.Column("district", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "kinships",
        sa.Column("kinship_id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False, index=True),
        sa.Column("relative_id", sa.Uuid, nullable=False),
        sa.Column("relation", sa.Text, nullable=False),
    )
    op.create_index("kinships_of_relative", "kinships", ["relative_id"])
    op.create_table(
        "special_groups",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("group_name", sa.Text, primary_key=True),
    )


def limit_login(login: str | None) -> None:
    """What is posted is not even the service's own to change."""
    if not login:
        return
    role = op.get_bind().dialect.identifier_preparer.quote(login)
    op.execute(f"revoke update, delete, truncate on transfers, entries from {role}")
    op.execute(f"revoke delete, truncate on accounts, holds from {role}")
    op.execute(f"revoke update on accounts, holds from {role}")
    op.execute(f"grant update (balance) on accounts to {role}")
    op.execute(
        f"grant update (state, posted_minutes, released_minutes, visit_id) on holds to {role}"
    )
