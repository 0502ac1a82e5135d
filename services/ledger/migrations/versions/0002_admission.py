"""Applications to public care homes: who waits, who was offered a place, how each ended."""

import sqlalchemy as sa
from alembic import op


revision = "0002"
down_revision = "0001"

AT = sa.DateTime(timezone=True)

KEEP_APPLICATION = """
create function keep_application() returns trigger language plpgsql as $$
begin
    if old.state in ('admitted', 'declined', 'withdrawn') then
        raise exception 'application % is % already', old.application_id, old.state
            using errcode = 'restrict_violation', constraint = 'applications_end_once';
    end if;
    if row(new.application_id, new.person_id, new.district, new.need, new.minutes,
           new.applied_at, new.applied_by)
        is distinct from row(old.application_id, old.person_id, old.district, old.need,
           old.minutes, old.applied_at, old.applied_by)
    then
        raise exception 'application % keeps what was applied for', old.application_id
            using errcode = 'restrict_violation', constraint = 'applications_kept';
    end if;
    return new;
end $$
"""

TRIGGERS = """
create trigger applications_kept before update on applications
    for each row execute function keep_application();
create trigger applications_not_deleted before delete on applications
    for each row execute function refuse_change();
create trigger applications_not_truncated before truncate on applications
    for each statement execute function refuse_change();
create trigger application_steps_unchanged before update or delete on application_steps
    for each row execute function refuse_change();
create trigger application_steps_not_truncated before truncate on application_steps
    for each statement execute function refuse_change();
"""


def upgrade() -> None:
    create_applications()
    create_steps()
    op.execute(KEEP_APPLICATION)
    op.execute(TRIGGERS)
    config = op.get_context().config
    limit_login(config.attributes.get("service_login") if config else None)


def create_applications() -> None:
    op.create_table(
        "applications",
        sa.Column("application_id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("district", sa.Text, nullable=False),
        sa.Column("need", sa.Text, nullable=False),
        sa.Column("minutes", sa.BigInteger, nullable=False),
        sa.Column("applied_at", AT, nullable=False),
        sa.Column("applied_by", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("home", sa.Text),
        sa.Column("answer_by", AT),
        sa.CheckConstraint(
            "state in ('applied', 'reviewed', 'offered', 'admitted', 'declined', 'withdrawn')",
            name="applications_state",
        ),
        sa.CheckConstraint("minutes > 0", name="applications_minutes"),
        sa.CheckConstraint(
            "(home is null) = (answer_by is null)"
            " and (state not in ('offered', 'admitted') or home is not null)"
            " and (state not in ('applied', 'reviewed') or home is null)",
            name="applications_offer",
        ),
    )
    op.create_index(
        "applications_open_once",
        "applications",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("state in ('applied', 'reviewed', 'offered')"),
    )
    in_order = ["district", "applied_at", "application_id"]
    op.create_index("applications_of_district", "applications", in_order)
    op.create_index(
        "applications_queue",
        "applications",
        in_order,
        postgresql_where=sa.text("state = 'reviewed'"),
    )


def create_steps() -> None:
    op.create_table(
        "application_steps",
        sa.Column(
            "application_id",
            sa.Uuid,
            sa.ForeignKey("applications.application_id"),
            primary_key=True,
        ),
        sa.Column("state", sa.Text, primary_key=True),
        sa.Column("move", sa.Text, nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("acted_by", sa.Uuid, nullable=False),
        sa.Column("reason", sa.Text),
    )


def limit_login(login: str | None) -> None:
    """An application only goes on; what it was and how it came there is kept."""
    if not login:
        return
    role = op.get_bind().dialect.identifier_preparer.quote(login)
    op.execute(f"revoke update, delete, truncate on applications, application_steps from {role}")
    op.execute(f"grant update (state, home, answer_by) on applications to {role}")
