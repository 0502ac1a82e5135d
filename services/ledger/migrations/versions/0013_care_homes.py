"""Public care homes, and the place in one of them that an application was offered."""

import sqlalchemy as sa
from alembic import op


revision = "0013"
down_revision = "0012"

# An offer takes a place, and whoever moved in has it until their wallet is closed. The home's row
# is locked meanwhile, so that of two who offer the last place at once one is refused.
KEEP_PLACES = """
create function keep_places() returns trigger language plpgsql as $$
declare
    most integer;
    taken integer;
begin
    select places into most from care_homes
        where care_home_id = new.care_home_id for no key update;
    select count(*) into taken from applications left join wallet_states using (person_id)
        where care_home_id = new.care_home_id and (applications.state = 'offered'
            or applications.state = 'admitted'
            and coalesce(wallet_states.state, 'open') <> 'closed');
    if taken > most then
        raise exception 'care home % has % places', new.care_home_id, most
            using errcode = 'check_violation', constraint = 'care_homes_full';
    end if;
    return null;
end $$
"""

TRIGGER = """
create trigger applications_places after insert or update of state on applications
    for each row when (new.state = 'offered' and new.care_home_id is not null)
    execute function keep_places()
"""


def upgrade() -> None:
    op.create_table(
        "care_homes",
        sa.Column("care_home_id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("district", sa.Text, nullable=False),
        sa.Column("places", sa.Integer, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.CheckConstraint("places > 0", name="care_homes_places"),
    )
    op.create_index("care_homes_of_district", "care_homes", ["district", "name"])
    op.add_column(
        "applications",
        sa.Column("care_home_id", sa.Uuid, sa.ForeignKey("care_homes.care_home_id")),
    )
    op.create_check_constraint(
        "applications_home", "applications", "care_home_id is null or home is not null"
    )
    op.create_index(
        "applications_in_home",
        "applications",
        ["care_home_id"],
        postgresql_where=sa.text("state in ('offered', 'admitted')"),
    )
    op.execute(KEEP_PLACES)
    op.execute(TRIGGER)
    config = op.get_context().config
    limit_login(config.attributes.get("service_login") if config else None)


def limit_login(login: str | None) -> None:
    """A home that was known stays; an application's home is set with its offer."""
    if not login:
        return
    role = op.get_bind().dialect.identifier_preparer.quote(login)
    op.execute(f"revoke delete, truncate on care_homes from {role}")
    op.execute(f"grant update (care_home_id) on applications to {role}")
