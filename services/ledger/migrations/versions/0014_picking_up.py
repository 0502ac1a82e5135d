"""Exchanges that are picked up by a code, cancelled, lapse or are returned; points for ratings."""

import sqlalchemy as sa
from alembic import op


revision = "0014"
down_revision = "0013"

AT = sa.DateTime(timezone=True)

# An exchange that is waiting changes only how many wrong codes were typed for it; what has ended
# changes no more, so that its points can come back once only.
MOVE_EXCHANGE = """
create function move_exchange() returns trigger language plpgsql as $$
begin
    if row(new.exchange_id, new.person_id, new.district, new.code, new.name_zh, new.name_en,
           new.quantity, new.points, new.exchanged_at, new.exchanged_by, new.pickup_street,
           new.pick_up_by)
        is distinct from row(old.exchange_id, old.person_id, old.district, old.code, old.name_zh,
           old.name_en, old.quantity, old.points, old.exchanged_at, old.exchanged_by,
           old.pickup_street, old.pick_up_by)
        or old.state <> 'reserved' and row(new.handed_over_at, new.handed_over_by, new.return_by)
        is distinct from row(old.handed_over_at, old.handed_over_by, old.return_by)
    then
        raise exception 'exchange % keeps what was agreed', old.exchange_id
            using errcode = 'restrict_violation', constraint = 'exchanges_kept';
    end if;
    if not (old.state, new.state) in (('reserved', 'reserved'), ('reserved', 'handed_over'),
        ('reserved', 'cancelled'), ('reserved', 'lapsed'), ('handed_over', 'returned'))
    then
        raise exception 'exchange % is % and does not become %', old.exchange_id, old.state,
            new.state using errcode = 'restrict_violation', constraint = 'exchanges_once';
    end if;
    return new;
end $$
"""

TRIGGERS = """
drop trigger exchanges_handed_over_once on exchanges;
drop function hand_over_once();
create trigger exchanges_moved before update on exchanges
    for each row execute function move_exchange();
"""

# Who waits for a reward already is given time from now on, since nobody was told of any before.
FILL = """
update exchanges e set
    pickup_street = coalesce(
        (select street from people p where p.person_id = e.person_id), e.district || '000'),
    pick_up_by = greatest(exchanged_at, now()) + interval '30 days',
    state = case when handed_over_at is null then 'reserved' else 'handed_over' end,
    damaged = false,
    wrong_codes = 0
"""

STATES = (
    "state in ('reserved', 'handed_over', 'cancelled', 'lapsed', 'returned')"
    " and (state in ('handed_over', 'returned')) = (handed_over_at is not null)"
    " and (state in ('cancelled', 'lapsed', 'returned')) = (ended_at is not null)"
    " and (state in ('cancelled', 'returned')) = (ended_by is not null)"
    " and (state <> 'returned' or end_reason is not null)"
    " and (state = 'returned' or not damaged)"
)
NEW_KINDS = ("points_rating", "points_stars", "points_return")
FILLED = ("pickup_street", "pick_up_by", "state", "damaged", "wrong_codes")


def upgrade() -> None:
    change_rewards()
    add_columns()
    op.execute("alter table exchanges disable trigger user")
    op.execute(FILL)
    op.execute("alter table exchanges enable trigger user")
    for name in FILLED:
        op.alter_column("exchanges", name, nullable=False)
    op.create_check_constraint("exchanges_state", "exchanges", STATES)
    waiting = sa.text("state = 'reserved'")
    op.create_index(
        "exchanges_to_pick_up",
        "exchanges",
        ["pickup_street", "exchange_id"],
        postgresql_where=waiting,
    )
    op.create_index("exchanges_due", "exchanges", ["pick_up_by"], postgresql_where=waiting)
    op.execute(MOVE_EXCHANGE)
    op.execute(TRIGGERS)
    add_kinds()
    config = op.get_context().config
    limit_login(config.attributes.get("service_login") if config else None)


def change_rewards() -> None:
    op.add_column("rewards", sa.Column("most_a_person", sa.BigInteger))
    op.add_column("rewards", sa.Column("state", sa.Text))
    op.execute("update rewards set state = 'active'")
    op.alter_column("rewards", "state", nullable=False)
    op.create_check_constraint("rewards_most_a_person", "rewards", "most_a_person > 0")
    op.create_check_constraint("rewards_state", "rewards", "state in ('active', 'withdrawn')")


def add_columns() -> None:
    for column in (
        sa.Column("pickup_street", sa.Text),
        sa.Column("pick_up_by", AT),
        sa.Column("state", sa.Text),
        sa.Column("return_by", AT),
        sa.Column("ended_at", AT),
        sa.Column("ended_by", sa.Uuid),
        sa.Column("end_reason", sa.Text),
        sa.Column("damaged", sa.Boolean),
        sa.Column("wrong_codes", sa.BigInteger),
        sa.Column("wrong_codes_since", AT),
    ):
        op.add_column("exchanges", column)


def add_kinds() -> None:
    """The kinds of transfer there are, whichever came before, and these."""
    connection = op.get_bind()
    known = connection.scalars(
        sa.text(
            "select (regexp_matches(pg_get_constraintdef(oid), '''(\\w+)''', 'g'))[1]"
            " from pg_constraint where conname = 'transfers_kind'"
        )
    )
    kinds = ", ".join(f"'{kind}'" for kind in (*known, *NEW_KINDS))
    op.drop_constraint("transfers_kind", "transfers")
    op.create_check_constraint("transfers_kind", "transfers", f"kind in ({kinds})")


def limit_login(login: str | None) -> None:
    """A reward keeps its code and district; an exchange keeps what was agreed."""
    if not login:
        return
    role = op.get_bind().dialect.identifier_preparer.quote(login)
    op.execute(f"grant update (most_a_person, state) on rewards to {role}")
    op.execute(
        "grant update (state, return_by, ended_at, ended_by, end_reason, damaged, wrong_codes,"
        f" wrong_codes_since) on exchanges to {role}"
    )
