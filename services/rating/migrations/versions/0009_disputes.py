"""Disputes, what they change of the minutes served, and who is close to whom."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY


revision = "0009"
down_revision = "0008"

AT = sa.DateTime(timezone=True)


def column(name: str, kind: object = sa.Uuid, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=null)  # type: ignore[arg-type]


def dispute_id() -> sa.Column[object]:
    key = sa.ForeignKey("disputes.dispute_id")
    return sa.Column("dispute_id", sa.Uuid, key, primary_key=True)


def upgrade() -> None:
    op.create_index("powers_of_agent", "powers", ["agent_id"])
    create_kin()
    create_disputable()
    create_disputes()
    create_parts()
    config = op.get_context().config
    limit_login(config.attributes.get("service_login") if config else None)


def create_kin() -> None:
    op.create_table(
        "kin",
        sa.Column("kinship_id", sa.Uuid, primary_key=True),
        column("person_id"),
        column("relative_id"),
        column("is_ended", sa.Boolean),
        column("sequence", sa.BigInteger),
    )
    op.create_index("kin_of_person", "kin", ["person_id", "relative_id"])
    op.create_index("kin_of_relative", "kin", ["relative_id"])


def create_disputable() -> None:
    op.create_table(
        "disputable",
        sa.Column("visit_id", sa.Uuid, primary_key=True),
        column("request_id"),
        column("elder_id"),
        column("volunteer_id"),
        column("street", sa.Text),
        column("ended_at", AT),
        column("minutes", sa.Integer),
        column("planned_minutes", sa.Integer, null=True),
        column("programme_id", null=True),
        column("acted_by", ARRAY(sa.Uuid)),
        column("category", sa.Text),
        sa.CheckConstraint("minutes >= 0", name="disputable_minutes"),
    )


def create_disputes() -> None:
    op.create_table(
        "disputes",
        sa.Column("dispute_id", sa.Uuid, primary_key=True),
        sa.Column("visit_id", sa.Uuid, sa.ForeignKey("disputable.visit_id"), nullable=False),
        column("request_id"),
        column("elder_id"),
        column("volunteer_id"),
        column("street", sa.Text),
        column("side", sa.Text),
        column("claim", sa.Text),
        column("words", sa.Text),
        column("opened_by"),
        column("opened_at", AT),
        column("policy_version", sa.Integer),
        column("paid_minutes", sa.Integer),
        column("claimed_minutes", sa.Integer, null=True),
        column("planned_minutes", sa.Integer, null=True),
        column("programme_id", null=True),
        column("state", sa.Text),
        column("level", sa.Text),
        column("due_at", AT, null=True),
        column("frozen_minutes", sa.Integer, null=True),
        column("frozen_reason", sa.Text, null=True),
        column("appealed_by", null=True),
        column("returned_minutes", sa.Integer, null=True),
        column("corrected_minutes", sa.Integer, null=True),
        column("refused", sa.Text, null=True),
        column("ending", sa.Text, null=True),
        column("closed_at", AT, null=True),
        sa.CheckConstraint("side in ('elder', 'volunteer', 'clerk')", name="disputes_side"),
        sa.CheckConstraint("claim in ('too_much', 'too_little', 'other')", name="disputes_claim"),
        sa.CheckConstraint("level in ('street', 'district', 'city')", name="disputes_level"),
        sa.CheckConstraint(
            "state in ('awaiting_freeze', 'under_review', 'decided', 'appealed', 'settling',"
            " 'unfunded', 'settled', 'withdrawing', 'withdrawn')",
            name="disputes_state",
        ),
        sa.CheckConstraint(
            "frozen_minutes is not null or"
            " state in ('awaiting_freeze', 'withdrawing', 'withdrawn')",
            name="disputes_frozen",
        ),
        sa.CheckConstraint(
            "coalesce(returned_minutes, 0) between 0 and coalesce(frozen_minutes, 0)",
            name="disputes_returned",
        ),
        sa.CheckConstraint("corrected_minutes >= 0", name="disputes_corrected"),
        sa.CheckConstraint("(ending is null) = (closed_at is null)", name="disputes_ending"),
    )
    create_dispute_indexes()


def create_dispute_indexes() -> None:
    """One open dispute a visit, and one a side; what waits, and what is overtaken next."""
    unique = {
        "disputes_one_open_a_visit": (["visit_id"], "state not in ('settled', 'withdrawn')"),
        "disputes_one_a_side": (["visit_id", "side"], "state <> 'withdrawn'"),
    }
    for name, (columns, where) in unique.items():
        op.create_index(name, "disputes", columns, unique=True, postgresql_where=sa.text(where))
    partial = {
        "disputes_to_decide": (
            ["level", "due_at", "dispute_id"],
            "state in ('under_review', 'appealed', 'unfunded')",
        ),
        "disputes_due": (
            ["due_at"],
            "state = 'decided' or state in ('under_review', 'appealed') and level <> 'city'",
        ),
    }
    for name, (columns, where) in partial.items():
        op.create_index(name, "disputes", columns, postgresql_where=sa.text(where))
    whole = {"elder": "elder_id", "volunteer": "volunteer_id", "opener": "opened_by"}
    for name, of in whole.items():
        op.create_index(f"disputes_of_{name}", "disputes", [of, "opened_at"])
    op.create_index("disputes_opened", "disputes", ["opened_at"])


def create_parts() -> None:
    op.create_table(
        "dispute_evidence",
        sa.Column("evidence_id", sa.Uuid, primary_key=True),
        sa.Column("dispute_id", sa.Uuid, sa.ForeignKey("disputes.dispute_id"), nullable=False),
        column("side", sa.Text),
        column("given_by"),
        column("words", sa.Text),
        column("given_at", AT),
        sa.CheckConstraint("side in ('elder', 'volunteer', 'clerk')", name="dispute_evidence_side"),
    )
    op.create_index("dispute_evidence_of", "dispute_evidence", ["dispute_id", "given_at"])
    op.create_table(
        "dispute_decisions",
        dispute_id(),
        sa.Column("is_appeal", sa.Boolean, primary_key=True),
        column("level", sa.Text),
        column("outcome", sa.Text),
        column("returned_minutes", sa.Integer),
        column("corrected_minutes", sa.Integer),
        column("reason", sa.Text),
        column("decided_by"),
        column("decided_at", AT),
        column("policy_version", sa.Integer),
        sa.CheckConstraint(
            "outcome in ('stand', 'partial', 'reverse', 'correction')",
            name="dispute_decisions_outcome",
        ),
        sa.CheckConstraint(
            "(returned_minutes > 0) = (outcome in ('partial', 'reverse'))"
            " and (corrected_minutes > 0) = (outcome = 'correction')",
            name="dispute_decisions_minutes",
        ),
        sa.CheckConstraint(
            "outcome <> 'correction' or level in ('district', 'city')",
            name="dispute_decisions_budget",
        ),
    )
    op.create_table(
        "dispute_steps",
        dispute_id(),
        sa.Column("number", sa.Integer, primary_key=True),
        column("act", sa.Text),
        column("state", sa.Text),
        column("level", sa.Text),
        column("by", null=True),
        column("words", sa.Text),
        column("at", AT),
    )
    op.create_table(
        "service_changes",
        dispute_id(),
        column("visit_id"),
        column("volunteer_id"),
        column("minutes", sa.Integer),
        column("settled_at", AT),
    )
    op.create_index("service_changes_of_volunteer", "service_changes", ["volunteer_id"])


def limit_login(login: str | None) -> None:
    """What was said and decided stays as it is; a settled dispute is not forgotten."""
    if not login:
        return
    role = op.get_bind().dialect.identifier_preparer.quote(login)
    tables = "dispute_evidence, dispute_decisions, dispute_steps"
    op.execute(f"revoke update, delete, truncate on {tables} from {role}")
    op.execute(f"revoke delete, truncate on disputes, service_changes from {role}")
