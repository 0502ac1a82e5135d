"""The steps of verifications, and the jobs at providers outside."""

import sqlalchemy as sa
from alembic import op


revision = "0008"
down_revision = "0007"

TIME = sa.DateTime(timezone=True)
PERSON_STATES = ("unverified", "pending", "verified", "refused", "closed")
WAYS = ("desk", "online", "brought_in")
KINDS = ("verification", "sms")
JOB_STATES = ("open", "done", "given_up", "dropped")


def upgrade() -> None:
    create_steps()
    create_jobs()
    config = op.get_context().config
    login = config.attributes.get("service_login") if config else None
    if login:
        role = op.get_bind().dialect.identifier_preparer.quote(login)
        op.execute(f"REVOKE DELETE, TRUNCATE ON verification_steps FROM {role}")


def create_steps() -> None:
    op.create_table(
        "verification_steps",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.person_id"), nullable=False),
        words("state", PERSON_STATES, "verification_steps_state"),
        words("way", WAYS, "verification_steps_way", nullable=True),
        sa.Column("reason", sa.Text),
        sa.Column("sealed_words", sa.Text),
        sa.Column("at", TIME, nullable=False),
        sa.Column("acted_by", sa.Uuid),
    )
    op.create_index("verification_steps_person", "verification_steps", ["person_id", "number"])


def create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("job_id", sa.Uuid, primary_key=True),
        words("kind", KINDS, "jobs_kind"),
        words("state", JOB_STATES, "jobs_state"),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.person_id")),
        sa.Column("sealed_text", sa.Text),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("asked_at", TIME, nullable=False, server_default=sa.func.now()),
        sa.Column("due_at", TIME),
        sa.Column("useful_until", TIME),
        sa.Column("lease", sa.Uuid),
        sa.Column("leased_until", TIME),
        sa.Column("trouble", sa.Text),
        sa.Column("ended_at", TIME),
        sa.CheckConstraint("(lease IS NULL) = (leased_until IS NULL)", name="jobs_lease_whole"),
        sa.CheckConstraint(
            "state = 'open' OR (lease IS NULL AND sealed_text IS NULL)", name="jobs_ended_clean"
        ),
    )
    op.create_index(
        "jobs_one_verification",
        "jobs",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'verification' AND state = 'open'"),
    )
    op.create_index(
        "jobs_open", "jobs", ["kind", "job_id"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_index("jobs_person", "jobs", ["person_id"])
    op.create_index("jobs_ended", "jobs", ["ended_at"], postgresql_where=sa.text("state <> 'open'"))


def words(
    column: str, values: tuple[str, ...], check: str, nullable: bool = False
) -> sa.Column[str]:
    """A column that holds one of these words, with a CHECK of that name."""
    kind = sa.Enum(*values, name=check, native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, nullable=nullable)
