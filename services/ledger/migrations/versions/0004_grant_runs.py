"""Grant runs: lists of grants, and what became of each line."""

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"

AT = sa.DateTime(timezone=True)

KEEP_GRANT_RUN = """
create function keep_grant_run() returns trigger language plpgsql as $$
begin
    if (old.state, new.state) not in (
        ('prepared', 'prepared'), ('prepared', 'running'), ('prepared', 'cancelled'),
        ('running', 'running'), ('running', 'finished'), ('running', 'cancelled'))
    then
        raise exception 'grant run % is % and does not become %',
            old.run_id, old.state, new.state
            using errcode = 'restrict_violation', constraint = 'grant_runs_moves';
    end if;
    if row(new.run_id, new.district, new.reason, new.purpose_id, new.digest, new.prepared_by,
           new.lines)
        is distinct from row(old.run_id, old.district, old.reason, old.purpose_id, old.digest,
           old.prepared_by, old.lines)
        or (old.state <> 'prepared' and (
            row(new.total_minutes, new.started_by, new.started_at)
            is distinct from row(old.total_minutes, old.started_by, old.started_at)
            or new.granted_lines < old.granted_lines or new.refused_lines < old.refused_lines
            or new.granted_minutes < old.granted_minutes))
    then
        raise exception 'grant run % keeps what was prepared and granted', old.run_id
            using errcode = 'restrict_violation', constraint = 'grant_runs_kept';
    end if;
    return new;
end $$
"""

# A line is granted only while its run runs, and keeps for good what became of it then.
KEEP_GRANT_RUN_LINE = """
create function keep_grant_run_line() returns trigger language plpgsql as $$
declare
    run_state text := (select state from grant_runs where run_id = old.run_id);
begin
    if row(new.run_id, new.line, new.purpose_id, new.person_id, new.minutes, new.reason)
        is distinct from row(old.run_id, old.line, old.purpose_id, old.person_id, old.minutes,
           old.reason)
        or (run_state = 'prepared' and new.state = 'granted')
        or (run_state = 'running' and old.state <> 'accepted')
        or run_state not in ('prepared', 'running')
    then
        raise exception 'line % of grant run % is % already', old.line, old.run_id, old.state
            using errcode = 'restrict_violation', constraint = 'grant_run_lines_kept';
    end if;
    return new;
end $$
"""

TRIGGERS = """
create trigger grant_runs_kept before update on grant_runs
    for each row execute function keep_grant_run();
create trigger grant_runs_not_deleted before delete on grant_runs
    for each row execute function refuse_change();
create trigger grant_runs_not_truncated before truncate on grant_runs
    for each statement execute function refuse_change();
create trigger grant_run_lines_kept before update on grant_run_lines
    for each row execute function keep_grant_run_line();
create trigger grant_run_lines_not_deleted before delete on grant_run_lines
    for each row execute function refuse_change();
create trigger grant_run_lines_not_truncated before truncate on grant_run_lines
    for each statement execute function refuse_change();
"""


def upgrade() -> None:
    create_runs()
    create_lines()
    op.execute(KEEP_GRANT_RUN)
    op.execute(KEEP_GRANT_RUN_LINE)
    op.execute(TRIGGERS)
    config = op.get_context().config
    limit_login(config.attributes.get("service_login") if config else None)


def create_runs() -> None:
    op.create_table(
        "grant_runs",
        sa.Column("run_id", sa.Uuid, primary_key=True),
        sa.Column("district", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("purpose_id", sa.Uuid, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("prepared_by", sa.Uuid, nullable=False),
        sa.Column("prepared_at", AT, nullable=False),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("total_minutes", sa.BigInteger, nullable=False),
        sa.Column("refused_lines", sa.Integer, nullable=False),
        sa.Column("granted_lines", sa.Integer, nullable=False),
        sa.Column("granted_minutes", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("started_by", sa.Uuid),
        sa.Column("started_at", AT),
        sa.Column("ended_at", AT),
        sa.Column("correlation_id", sa.Text),
        sa.CheckConstraint(
            "state in ('prepared', 'running', 'finished', 'cancelled')", name="grant_runs_state"
        ),
        sa.CheckConstraint(
            "lines > 0 and least(total_minutes, refused_lines, granted_lines, granted_minutes) >= 0"
            " and granted_minutes <= total_minutes and granted_lines + refused_lines <= lines"
            " and (state <> 'finished' or granted_lines + refused_lines = lines)",
            name="grant_runs_add_up",
        ),
        sa.CheckConstraint(
            "(started_by is null) = (started_at is null)"
            " and (state not in ('running', 'finished') or started_at is not null)"
            " and (state <> 'prepared' or started_at is null)"
            " and (started_at is not null or granted_lines = 0)"
            " and (ended_at is not null) = (state in ('finished', 'cancelled'))",
            name="grant_runs_times",
        ),
    )
    op.create_index(
        "grant_runs_once",
        "grant_runs",
        ["purpose_id", "digest"],
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled' or granted_lines > 0"),
    )
    running = sa.text("state = 'running'")
    op.create_index("grant_runs_running", "grant_runs", ["run_id"], postgresql_where=running)
    op.create_index("grant_runs_of_district", "grant_runs", ["district", "run_id"])


def create_lines() -> None:
    op.create_table(
        "grant_run_lines",
        sa.Column("run_id", sa.Uuid, sa.ForeignKey("grant_runs.run_id"), primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("purpose_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid),
        sa.Column("minutes", sa.BigInteger),
        sa.Column("reason", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("refusal", sa.Text),
        sa.Column(
            "transfer_id",
            sa.Uuid,
            # A block is written after the records that tell of it.
            sa.ForeignKey("transfers.transfer_id", deferrable=True, initially="DEFERRED"),
            unique=True,
        ),
        sa.CheckConstraint(
            "case state"
            " when 'accepted' then refusal is null and transfer_id is null"
            " when 'granted' then refusal is null and transfer_id is not null"
            " when 'refused' then refusal is not null and transfer_id is null"
            " else false end",
            name="grant_run_lines_state",
        ),
        sa.CheckConstraint(
            "state = 'refused' or (person_id is not null and minutes is not null)",
            name="grant_run_lines_whole",
        ),
        sa.CheckConstraint("minutes > 0", name="grant_run_lines_minutes"),
    )
    for name, columns, unique, where in (
        ("grant_run_lines_person_once", ["run_id", "person_id"], True, "state <> 'refused'"),
        ("grant_run_lines_granted_once", ["purpose_id", "person_id"], True, "state = 'granted'"),
        ("grant_run_lines_next", ["run_id", "line"], False, "state = 'accepted'"),
    ):
        op.create_index(
            name, "grant_run_lines", columns, unique=unique, postgresql_where=sa.text(where)
        )


def limit_login(login: str | None) -> None:
    """A run only goes on; what was handed in is kept."""
    if not login:
        return
    role = op.get_bind().dialect.identifier_preparer.quote(login)
    op.execute(f"revoke update, delete, truncate on grant_runs, grant_run_lines from {role}")
    op.execute(
        "grant update (state, total_minutes, refused_lines, granted_lines, granted_minutes,"
        f" started_by, started_at, ended_at, correlation_id) on grant_runs to {role}"
    )
    op.execute(f"grant update (state, refusal, transfer_id) on grant_run_lines to {role}")
