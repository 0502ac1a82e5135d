"""The catalogue of rewards, and what points were exchanged for."""

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"

AT = sa.DateTime(timezone=True)

HAND_OVER_ONCE = """
create function hand_over_once() returns trigger language plpgsql as $$
begin
    if old.handed_over_at is not null
        or row(new.exchange_id, new.person_id, new.district, new.code, new.name_zh, new.name_en,
           new.quantity, new.points, new.exchanged_at, new.exchanged_by)
        is distinct from row(old.exchange_id, old.person_id, old.district, old.code, old.name_zh,
           old.name_en, old.quantity, old.points, old.exchanged_at, old.exchanged_by)
    then
        raise exception 'exchange % is only handed over, and once', old.exchange_id
            using errcode = 'restrict_violation', constraint = 'exchanges_once';
    end if;
    return new;
end $$
"""

TRIGGERS = """
create trigger exchanges_handed_over_once before update on exchanges
    for each row execute function hand_over_once();
create trigger exchanges_not_deleted before delete on exchanges
    for each row execute function refuse_change();
create trigger exchanges_not_truncated before truncate on exchanges
    for each statement execute function refuse_change();
"""


def upgrade() -> None:
    create_rewards()
    create_exchanges()
    op.execute(HAND_OVER_ONCE)
    op.execute(TRIGGERS)
    config = op.get_context().config
    limit_login(config.attributes.get("service_login") if config else None)


def create_rewards() -> None:
    op.create_table(
        "rewards",
        sa.Column("reward_id", sa.Uuid, primary_key=True),
        sa.Column("code", sa.Text, nullable=False, unique=True),
        sa.Column("district", sa.Text, nullable=False),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("points", sa.BigInteger, nullable=False),
        sa.Column("stock", sa.BigInteger, nullable=False),
        sa.CheckConstraint("points > 0", name="rewards_points"),
        sa.CheckConstraint("stock >= 0", name="rewards_stock"),
    )


def create_exchanges() -> None:
    op.create_table(
        "exchanges",
        sa.Column("exchange_id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("district", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("points", sa.BigInteger, nullable=False),
        sa.Column("exchanged_at", AT, nullable=False),
        sa.Column("exchanged_by", sa.Uuid, nullable=False),
        sa.Column("handed_over_at", AT),
        sa.Column("handed_over_by", sa.Uuid),
        sa.CheckConstraint("quantity > 0 and points > 0", name="exchanges_amounts"),
        sa.CheckConstraint(
            "(handed_over_at is null) = (handed_over_by is null)", name="exchanges_handed_over"
        ),
    )
    op.create_index("exchanges_of_person", "exchanges", ["person_id", "exchange_id"])


def limit_login(login: str | None) -> None:
    """A reward keeps its code and district; an exchange is only handed over."""
    if not login:
        return
    role = op.get_bind().dialect.identifier_preparer.quote(login)
    op.execute(f"revoke update, delete, truncate on rewards, exchanges from {role}")
    op.execute(f"grant update (name_zh, name_en, points, stock) on rewards to {role}")
    op.execute(f"grant update (handed_over_at, handed_over_by) on exchanges to {role}")
