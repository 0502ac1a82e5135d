"""Organisations with the streets that confirm them, their staff and their projects."""

import sqlalchemy as sa
from alembic import op


revision = "0014"
down_revision = "0013"

AT = sa.DateTime(timezone=True)
KINDS = ("agency", "volunteer_organisation", "care_home")
STATES = ("proposed", "confirmed", "suspended", "closed")
STAFF_STATES = ("active", "suspended", "ended")
ROLES = ("agency_clerk", "street_officer", "district_officer", "city_officer", "operator")
KEPT = ("organisations", "organisation_streets", "organisation_steps", "staff", "projects")


def upgrade() -> None:
    create_organisations()
    create_staff()
    create_projects()
    config = op.get_context().config
    login = config.attributes.get("service_login") if config else None
    if login:
        role = op.get_bind().dialect.identifier_preparer.quote(login)
        op.execute(f"REVOKE DELETE, TRUNCATE ON {', '.join(KEPT)} FROM {role}")


def word(column: str, values: tuple[str, ...], check: str, nullable: bool) -> sa.Column[str]:
    kind = sa.Enum(*values, name=check, native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, nullable=nullable)


def organisation_id(primary_key: bool = False) -> sa.Column[object]:
    return sa.Column(
        "organisation_id",
        sa.Uuid,
        sa.ForeignKey("organisations.organisation_id"),
        primary_key=primary_key,
        nullable=False,
    )


def create_organisations() -> None:
    op.create_table(
        "organisations",
        sa.Column("organisation_id", sa.Uuid, primary_key=True),
        word("kind", KINDS, "organisations_kind", False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("district", sa.Text, nullable=False),
        word("state", STATES, "organisations_state", False),
        sa.Column("places", sa.Integer),
        sa.Column("proposed_at", AT, nullable=False),
        sa.Column("proposed_by", sa.Uuid, sa.ForeignKey("people.person_id"), nullable=False),
        sa.CheckConstraint(
            "(kind = 'care_home') = (places IS NOT NULL)", name="organisations_places"
        ),
    )
    op.create_index(
        "organisations_known_once",
        "organisations",
        ["district", "kind", "name"],
        unique=True,
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_table(
        "organisation_streets",
        organisation_id(primary_key=True),
        sa.Column("street", sa.Text, primary_key=True),
        sa.Column("confirmed_at", AT),
        sa.Column("confirmed_by", sa.Uuid),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="organisation_streets_whole"
        ),
    )
    op.create_table(
        "organisation_steps",
        sa.Column("step_id", sa.Uuid, primary_key=True),
        organisation_id(),
        word("state", STATES, "organisation_steps_state", False),
        sa.Column("at", AT, nullable=False),
        sa.Column("acted_by", sa.Uuid, nullable=False),
        sa.Column("reason", sa.Text),
    )
    op.create_index("organisation_steps_of", "organisation_steps", ["organisation_id", "at"])


def create_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("staff_id", sa.Uuid, primary_key=True),
        organisation_id(),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.person_id"), nullable=False),
        sa.Column("is_lead", sa.Boolean, nullable=False),
        word("role", ROLES, "staff_role", True),
        sa.Column("area", sa.Text),
        word("state", STAFF_STATES, "staff_state", False),
        sa.Column("added_at", AT, nullable=False),
        sa.Column("added_by", sa.Uuid, nullable=False),
        sa.Column("changed_at", AT),
        sa.Column("changed_by", sa.Uuid),
        sa.Column("reason", sa.Text),
        sa.CheckConstraint("(role IS NULL) = (area IS NULL)", name="staff_role_whole"),
        sa.CheckConstraint("added_by <> person_id", name="staff_added_by_another"),
    )
    op.create_index(
        "staff_known_once",
        "staff",
        ["organisation_id", "person_id", sa.text("coalesce(area, '')")],
        unique=True,
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_index("staff_of_person", "staff", ["person_id"])


def create_projects() -> None:
    op.create_table(
        "projects",
        sa.Column("project_id", sa.Uuid, primary_key=True),
        organisation_id(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date),
        sa.Column("added_by", sa.Uuid, nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name="projects_term"),
    )
    op.create_index("projects_of", "projects", ["organisation_id", "starts_on"])
