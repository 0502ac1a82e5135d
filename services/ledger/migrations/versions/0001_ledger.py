"""The ledger's tables and the rules that the database itself keeps."""

import sqlalchemy as sa
from alembic import op

from services.kernel.tables import create_kernel_tables


revision = "0001"
down_revision = None

AT = sa.DateTime(timezone=True)

# A block is written by one statement, with its transfers, their entries and the new balances. So
# everything can be checked when that statement ends: at no moment are there books that do not
# balance, and no later statement of the same transaction slips in behind the check.
CHECK_BLOCK = """
create function check_block() returns trigger language plpgsql as $$
declare
    flaw text;
begin
    select format('block %s does not follow the one before', n.height) into flaw
        from new_rows n left join blocks b on b.height = n.height - 1
        where n.transaction_id <> pg_current_xact_id()
            or n.first_number <> coalesce(b.first_number + b.transfers, 1)
            or n.previous_hash <> coalesce(b.hash, decode(repeat('00', 32), 'hex'))
            or (b.height is null and n.height <> 1);
    if flaw is not null then
        raise exception '%', flaw using errcode = 'check_violation', constraint = 'blocks_chain';
    end if;
    select format('block %s has %s transfers, not %s', n.height, count(t.number), n.transfers)
        into flaw from new_rows n left join transfers t
        on t.number >= n.first_number and t.number < n.first_number + n.transfers
        group by n.height, n.transfers having count(t.number) <> n.transfers;
    if flaw is not null then
        raise exception '%', flaw using errcode = 'check_violation', constraint = 'blocks_whole';
    end if;
    return null;
end $$
"""

# Whether a number belongs to the block that this very transaction has made.
IN_OWN_BLOCK = """
create function in_own_block(lowest bigint, highest bigint) returns boolean language sql as $$
    select coalesce((
        select lowest >= first_number and highest < first_number + transfers
            and transaction_id = pg_current_xact_id()
        from blocks order by height desc limit 1), false)
$$
"""

# The last block, with a lock that is taken last and kept until COMMIT: blocks of several processes
# follow one another. A volatile function looks anew once it has the lock.
LOCK_CHAIN = """
create function lock_chain() returns setof blocks language plpgsql as $$
begin
    perform pg_advisory_xact_lock(1667785065);
    return query select * from blocks order by height desc limit 1;
end $$
"""

CHECK_TRANSFERS = """
create function check_transfers() returns trigger language plpgsql as $$
declare
    flaw text;
    lowest bigint;
    highest bigint;
begin
    select min(number), max(number) into lowest, highest from new_rows;
    if lowest is not null and not in_own_block(lowest, highest) then
        raise exception 'transfers % to % are not in a block of this transaction', lowest, highest
            using errcode = 'check_violation', constraint = 'transfers_in_a_block';
    end if;
    select format('transfer %s does not balance: it has no entries', n.number) into flaw
        from new_rows n
        where not exists (select from entries e where e.transfer_number = n.number) limit 1;
    if flaw is not null then
        raise exception '%', flaw
            using errcode = 'check_violation', constraint = 'transfers_balance';
    end if;
    return null;
end $$
"""

# A balance is what the entries say: each continues the one before it on its account, and the
# account shows the last.
CHECK_ENTRIES = """
create function check_entries() returns trigger language plpgsql as $$
declare
    flaw text;
    lowest bigint;
    highest bigint;
begin
    select min(transfer_number), max(transfer_number) into lowest, highest from new_rows;
    if lowest is null then
        return null;
    end if;
    if not in_own_block(lowest, highest) then
        raise exception 'entries of transfers % to % are not in a block of this transaction',
            lowest, highest
            using errcode = 'check_violation', constraint = 'entries_in_a_block';
    end if;
    select format('transfer %s does not balance: %s entries, sum %s, units %s and %s',
            transfer_number, count(*), sum(amount), min(unit), max(unit)) into flaw
        from entries left join accounts using (account_id)
        where transfer_number between lowest and highest
        group by transfer_number
        having sum(amount) <> 0 or count(*) < 2 or count(unit) <> count(*)
            or min(unit) <> max(unit) limit 1;
    if flaw is not null then
        raise exception '%', flaw
            using errcode = 'check_violation', constraint = 'transfers_balance';
    end if;
    select format('entry %s of account %s does not continue its balance',
            transfer_number, account_id)
        into flaw from (
            select n.*, lag(balance_after) over own as before,
                lead(balance_after) over own as after
            from new_rows n
            window own as (partition by account_id order by transfer_number)) chained
        where balance_after <> amount + coalesce(before, (
                select e.balance_after from entries e
                where e.account_id = chained.account_id
                    and e.transfer_number < chained.transfer_number
                order by e.transfer_number desc limit 1), 0)
            or after is null and balance_after is distinct from (
                select a.balance from accounts a where a.account_id = chained.account_id)
        limit 1;
    if flaw is not null then
        raise exception '%', flaw using errcode = 'check_violation', constraint = 'entries_chain';
    end if;
    return null;
end $$
"""

CHECK_BALANCES = """
create function check_balances() returns trigger language plpgsql as $$
declare
    flaw text;
begin
    select format('account %s shows %s, its entries say %s', n.account_id, n.balance,
            coalesce(last.balance_after, 0))
        into flaw from new_rows n left join lateral (
            select e.balance_after from entries e where e.account_id = n.account_id
            order by e.transfer_number desc limit 1) last on true
        where n.balance <> coalesce(last.balance_after, 0) limit 1;
    if flaw is not null then
        raise exception '%', flaw
            using errcode = 'check_violation', constraint = 'accounts_follow_entries';
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

KEEP_ACCOUNT = """
create function keep_account() returns trigger language plpgsql as $$
begin
    raise exception 'account % is what it is', old.account_id
        using errcode = 'restrict_violation';
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
create trigger blocks_checked after insert on blocks
    referencing new table as new_rows for each statement execute function check_block();
create trigger transfers_checked after insert on transfers
    referencing new table as new_rows for each statement execute function check_transfers();
create trigger entries_checked after insert on entries
    referencing new table as new_rows for each statement execute function check_entries();
create trigger accounts_opened_empty after insert on accounts
    referencing new table as new_rows for each statement execute function check_balances();
create trigger accounts_checked after update on accounts
    referencing new table as new_rows for each statement execute function check_balances();
create trigger accounts_kept before update of account_id, kind, owner_id, district, provenance
    on accounts for each row execute function keep_account();
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
create trigger blocks_unchanged before update or delete on blocks
    for each row execute function refuse_change();
create trigger blocks_not_truncated before truncate on blocks
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
    create_blocks()
    create_postings()
    create_copies()
    for statement in (
        CHECK_BLOCK,
        IN_OWN_BLOCK,
        LOCK_CHAIN,
        CHECK_TRANSFERS,
        CHECK_ENTRIES,
        CHECK_BALANCES,
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
        sa.Column(
            "unit",
            sa.Text,
            sa.Computed(
                "case when kind in ('points_issuance', 'points', 'rewards')"
                " then 'points' else 'minutes' end",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind in ('issuance', 'budget', 'escrow', 'wallet', 'charity', 'reserve', 'care_home',"
            " 'estate', 'points_issuance', 'points', 'rewards')",
            name="accounts_kind",
        ),
        sa.CheckConstraint(
            "balance >= 0 or kind in ('issuance', 'points_issuance')", name="accounts_floor"
        ),
        sa.CheckConstraint(
            "(owner_id is not null) = (kind in ('escrow', 'wallet', 'reserve', 'estate', 'points'))"
            " and (district is not null) = (kind in ('budget', 'charity', 'care_home'))"
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
        postgresql_with={"fillfactor": "70"},
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
        sa.Column("visit_id", sa.Uuid),
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
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index("holds_of_elder", "holds", ["elder_id"])


def create_blocks() -> None:
    op.create_table(
        "blocks",
        sa.Column("height", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("previous_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("merkle_root", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("first_number", sa.BigInteger, nullable=False, unique=True),
        sa.Column("transfers", sa.Integer, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.CheckConstraint("transfers > 0 and first_number > 0", name="blocks_shape"),
    )
    op.execute(
        "alter table blocks add column transaction_id xid8 not null default pg_current_xact_id()"
    )
    op.create_index("blocks_at", "blocks", ["at"])


def create_postings() -> None:
    op.create_table(
        "transfers",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("transfer_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("reference", sa.Uuid, nullable=False),
        sa.Column("hold_id", sa.Uuid, sa.ForeignKey("holds.hold_id")),
        sa.Column("reverses", sa.Uuid),
        sa.Column("reason", sa.Text),
        sa.Column("acted_by", sa.Uuid),
        sa.Column("policy_version", sa.Integer),
        sa.CheckConstraint(
            "kind in ('budget_top_up', 'transfer', 'grant', 'gift', 'hold', 'post', 'release',"
            " 'donation', 'allocation', 'reserve', 'reserve_return', 'admission', 'reversal',"
            " 'correction', 'closing', 'settlement', 'points_award', 'points_exchange')",
            name="transfers_kind",
        ),
        sa.CheckConstraint(
            "(hold_id is not null) = (kind in ('hold', 'post', 'release'))", name="transfers_hold"
        ),
        sa.CheckConstraint(
            "(reverses is not null) = (kind = 'reversal')", name="transfers_reversal"
        ),
        # An id is the digest of kind and reference, so the same cause can only happen once.
        sa.CheckConstraint(
            "transfer_id = encode(substring(sha256(convert_to("
            "kind || ':' || reference::text, 'UTF8')) from 1 for 16), 'hex')::uuid",
            name="transfers_named_by_cause",
        ),
    )
    op.create_index(
        "transfers_once_per_hold",
        "transfers",
        ["hold_id", "kind"],
        unique=True,
        postgresql_where=sa.text("hold_id is not null"),
    )
    op.create_index(
        "transfers_reversed_once",
        "transfers",
        ["reverses"],
        unique=True,
        postgresql_where=sa.text("reverses is not null"),
    )
    op.create_table(
        "entries",
        sa.Column("account_id", sa.Uuid, primary_key=True),
        sa.Column("transfer_number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("balance_after", sa.BigInteger, nullable=False),
        sa.CheckConstraint("amount <> 0", name="entries_amount"),
    )
    op.create_index("entries_of_transfer", "entries", ["transfer_number"])


def create_copies() -> None:
    op.create_table(
        "people",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("birth_date", sa.Date, nullable=False),
        sa.Column("street", sa.Text, nullable=False),
        sa.Column("district", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("sequence", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "wallet_states",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("changed_by", sa.Uuid, nullable=False),
        sa.Column("changed_at", AT, nullable=False),
        sa.CheckConstraint("state in ('open', 'frozen', 'closed')", name="wallet_states_state"),
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
    op.execute(f"revoke update, delete, truncate on blocks, transfers, entries from {role}")
    op.execute(f"revoke delete, truncate on accounts, holds from {role}")
    op.execute(f"revoke update on accounts, holds from {role}")
    op.execute(f"grant update (balance) on accounts to {role}")
    op.execute(
        f"grant update (state, posted_minutes, released_minutes, visit_id) on holds to {role}"
    )
