"""Memberships of special groups with their states and terms, and the lists that bring many."""

from datetime import timedelta
from uuid import uuid5

import sqlalchemy as sa
from alembic import op

from services.kernel.calendar import city_date


revision = "0013"
down_revision = "0012"

AT = sa.DateTime(timezone=True)
GROUPS = (
    "economic_hardship",
    "severely_disabled_by_age",
    "dementia",
    "special_family_planning",
    "severely_handicapped",
    "advanced_age",
    "urgent_need",
)
STATES = ("applied", "entered", "approved", "refused", "ended")
ENDINGS = ("end_reached", "recheck_failed", "recheck_missed", "officer", "account_closed")
FAULTS = (
    "invalid_line",
    "name_missing",
    "invalid_id_number",
    "unknown_group",
    "evidence_missing",
    "invalid_date",
    "invalid_term",
    "duplicate_line",
    "unknown_person",
    "name_differs",
    "not_verified",
    "too_young",
    "member_already",
    "oneself",
)
# As the policy had it when this was written; the next re-check goes by the policy of its day.
RECHECK_DAYS = 365


def upgrade() -> None:
    create_sheets()
    create_memberships()
    create_lines()
    move_those_known()
    op.drop_table("special_groups")
    config = op.get_context().config
    login = config.attributes.get("service_login") if config else None
    if login:
        role = op.get_bind().dialect.identifier_preparer.quote(login)
        op.execute(
            f"REVOKE DELETE, TRUNCATE ON memberships, group_sheets, group_sheet_lines FROM {role}"
        )


def word(column: str, values: tuple[str, ...], check: str, nullable: bool) -> sa.Column[str]:
    kind = sa.Enum(*values, name=check, native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, nullable=nullable)


def create_sheets() -> None:
    op.create_table(
        "group_sheets",
        sa.Column("sheet_id", sa.Uuid, primary_key=True),
        sa.Column("district", sa.Text, nullable=False),
        word("state", ("prepared", "entered"), "group_sheets_state", False),
        sa.Column("prepared_at", AT, nullable=False),
        sa.Column("prepared_by", sa.Uuid, nullable=False),
        sa.Column("entered_at", AT),
        sa.Column("entered_by", sa.Uuid),
        sa.CheckConstraint(
            "(state = 'entered') = (entered_by IS NOT NULL)", name="group_sheets_entered_whole"
        ),
    )


def create_memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("membership_id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.person_id"), nullable=False),
        word("group", GROUPS, "memberships_group", False),
        word("state", STATES, "memberships_state", False),
        sa.Column("sealed_evidence", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date),
        sa.Column("ends_on", sa.Date),
        sa.Column("recheck_due_on", sa.Date),
        sa.Column("entered_at", AT, nullable=False),
        sa.Column("entered_by", sa.Uuid),
        sa.Column("sheet_id", sa.Uuid, sa.ForeignKey("group_sheets.sheet_id")),
        sa.Column("approved_at", AT),
        sa.Column("approved_by", sa.Uuid),
        sa.Column("told_at", AT),
        sa.Column("rechecked_at", AT),
        sa.Column("rechecked_by", sa.Uuid),
        sa.Column("ended_on", sa.Date),
        sa.Column("ended_by", sa.Uuid),
        word("ending", ENDINGS, "memberships_ending", True),
        sa.Column("reason", sa.Text),
        sa.CheckConstraint("approved_by <> entered_by", name="memberships_two_people"),
        sa.CheckConstraint("approved_by <> person_id", name="memberships_by_another"),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'ended') OR (approved_by IS NOT NULL"
            " AND approved_at IS NOT NULL AND starts_on IS NOT NULL"
            " AND recheck_due_on IS NOT NULL)",
            name="memberships_approved_whole",
        ),
        sa.CheckConstraint(
            "(state = 'ended') = (ended_on IS NOT NULL)"
            " AND (state = 'ended') = (ending IS NOT NULL)",
            name="memberships_ended_whole",
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR reason IS NOT NULL", name="memberships_refused_why"
        ),
        sa.CheckConstraint("ends_on >= starts_on", name="memberships_term"),
    )
    op.create_index(
        "memberships_one_stands",
        "memberships",
        ["person_id", "group"],
        unique=True,
        postgresql_where=sa.text("state IN ('applied', 'entered', 'approved')"),
    )
    op.create_index("memberships_of_person", "memberships", ["person_id", "entered_at"])
    op.create_index("memberships_of_sheet", "memberships", ["sheet_id"])
    op.create_index(
        "memberships_rechecks",
        "memberships",
        ["recheck_due_on", "membership_id"],
        postgresql_where=sa.text("state = 'approved'"),
    )
    op.create_index("memberships_by_state", "memberships", ["state", "entered_at", "membership_id"])


def create_lines() -> None:
    op.create_table(
        "group_sheet_lines",
        sa.Column("sheet_id", sa.Uuid, sa.ForeignKey("group_sheets.sheet_id"), primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("masked_id_number", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.person_id")),
        word("group", GROUPS, "group_sheet_lines_group", True),
        sa.Column("sealed_evidence", sa.Text),
        sa.Column("starts_on", sa.Date),
        sa.Column("ends_on", sa.Date),
        word("fault", FAULTS, "group_sheet_lines_fault", True),
        sa.Column("membership_id", sa.Uuid, sa.ForeignKey("memberships.membership_id")),
        sa.CheckConstraint(
            'fault IS NOT NULL OR (person_id IS NOT NULL AND "group" IS NOT NULL)',
            name="group_sheet_lines_whole",
        ),
    )


def move_those_known() -> None:
    """What was approved before: it began then, and is checked again a year later."""
    connection = op.get_bind()
    known = connection.execute(
        sa.text(
            'SELECT person_id, "group", sealed_evidence, approved_at, approved_by'
            " FROM special_groups"
        )
    )
    add = sa.text(
        'INSERT INTO memberships (membership_id, person_id, "group", state, sealed_evidence,'
        " starts_on, recheck_due_on, entered_at, approved_at, approved_by, told_at)"
        " VALUES (:membership_id, :person_id, :group, 'approved', :evidence,"
        " :starts_on, :recheck_due_on, :at, :at, :approved_by, :at)"
    )
    for person_id, group, evidence, at, approved_by in known.all():
        starts_on = city_date(at)
        values = {
            "membership_id": uuid5(person_id, group),
            "person_id": person_id,
            "group": group,
            "evidence": evidence,
            "starts_on": starts_on,
            "recheck_due_on": starts_on + timedelta(days=RECHECK_DAYS),
            "at": at,
            "approved_by": approved_by,
        }
        connection.execute(add, values)
