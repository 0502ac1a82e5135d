"""Suspended accounts, roles that were taken back, and the officers of streets."""

import sqlalchemy as sa
from alembic import op


revision = "0011"
down_revision = "0010"

AT = sa.DateTime(timezone=True)
ROLES = ("agency_clerk", "street_officer", "district_officer", "city_officer", "operator")
# What was done to people is kept.
KEPT = ("suspensions", "ended_roles")


def upgrade() -> None:
    words = ", ".join(f"'{role}'" for role in ROLES)
    op.drop_constraint("person_roles_role", "person_roles", type_="check")
    op.create_check_constraint("person_roles_role", "person_roles", f"role IN ({words})")
    create_suspensions()
    create_ended_roles(words)
    config = op.get_context().config
    login = config.attributes.get("service_login") if config else None
    if login:
        role = op.get_bind().dialect.identifier_preparer.quote(login)
        op.execute(f"REVOKE DELETE, TRUNCATE ON {', '.join(KEPT)} FROM {role}")


def create_suspensions() -> None:
    op.create_table(
        "suspensions",
        sa.Column("suspension_id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.person_id"), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("suspended_at", AT, nullable=False),
        sa.Column("suspended_by", sa.Uuid, nullable=False),
        sa.Column("reinstated_at", AT),
        sa.Column("reinstated_by", sa.Uuid),
        sa.Column("reinstated_because", sa.Text),
        sa.CheckConstraint(
            "(reinstated_at IS NULL) = (reinstated_by IS NULL)"
            " AND (reinstated_at IS NULL) = (reinstated_because IS NULL)",
            name="suspensions_ended_whole",
        ),
        sa.CheckConstraint("suspended_by <> person_id", name="suspensions_by_another"),
    )
    op.create_index(
        "suspensions_one_stands",
        "suspensions",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("reinstated_at IS NULL"),
    )
    op.create_index("suspensions_of_person", "suspensions", ["person_id", "suspended_at"])


def create_ended_roles(words: str) -> None:
    op.create_table(
        "ended_roles",
        sa.Column("ended_role_id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.person_id"), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("assigned_at", AT, nullable=False),
        sa.Column("assigned_by", sa.Uuid),
        sa.Column("ended_at", AT, nullable=False),
        sa.Column("ended_by", sa.Uuid),
        sa.Column("reason", sa.Text, nullable=False),
        sa.CheckConstraint(f"role IN ({words})", name="ended_roles_role"),
    )
    op.create_index("ended_roles_of_person", "ended_roles", ["person_id", "ended_at"])
