"""The first tables of identity."""

import sqlalchemy as sa
from alembic import op

from services.kernel.tables import create_kernel_tables


revision = "0001"
down_revision = None

TIME = sa.DateTime(timezone=True)
RELATIONS = (
    "parent",
    "grandparent",
    "great_grandparent",
    "child",
    "grandchild",
    "great_grandchild",
    "parent_in_law",
    "grandparent_in_law",
    "child_in_law",
    "grandchild_in_law",
    "spouse",
    "sibling",
)
ROLES = ("agency_clerk", "district_officer", "city_officer", "operator")
GROUPS = (
    "economic_hardship",
    "severely_disabled_by_age",
    "dementia",
    "special_family_planning",
    "severely_handicapped",
    "advanced_age",
    "urgent_need",
)
# What has happened to people, and the proof of it, is corrected but never deleted by the service.
KEPT = ("people", "kinships", "special_groups", "policy_adoptions", "signing_keys")


def upgrade() -> None:
    create_kernel_tables(op)
    create_people()
    create_kinships()
    create_policy_adoptions()
    create_signing_keys()
    create_log_in_attempts()
    config = op.get_context().config
    login = config.attributes.get("service_login") if config else None
    if login:
        role = op.get_bind().dialect.identifier_preparer.quote(login)
        op.execute(f"REVOKE DELETE, TRUNCATE ON {', '.join(KEPT)} FROM {role}")


def create_people() -> None:
    op.create_table(
        "people",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        words("state", ("registered", "verified"), "people_state"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("birth_date", sa.Date, nullable=False),
        sa.Column("sealed_id_number", sa.Text, nullable=False),
        sa.Column("id_number_index", sa.Text, nullable=False),
        sa.Column("sealed_phone", sa.Text),
        sa.Column("phone_index", sa.Text),
        sa.Column("password_hash", sa.Text),
        sa.Column("street", sa.Text, nullable=False),
        sa.Column("sealed_address", sa.Text, nullable=False),
        sa.Column("latitude", sa.Float, nullable=False),
        sa.Column("longitude", sa.Float, nullable=False),
        sa.Column("willing_and_healthy", sa.Boolean, nullable=False),
        sa.Column("school", sa.Text),
        sa.Column("guardian_id", sa.Uuid, sa.ForeignKey("people.person_id")),
        sa.Column("registered_at", TIME, nullable=False),
        sa.Column("registered_by", sa.Uuid),
        sa.Column("verified_at", TIME),
        sa.Column("verified_by", sa.Uuid),
        sa.UniqueConstraint("id_number_index", name="people_id_number_once"),
        sa.UniqueConstraint("phone_index", name="people_phone_once"),
        sa.CheckConstraint(
            "(state = 'verified') = (verified_at IS NOT NULL)", name="people_verified_at"
        ),
        sa.CheckConstraint(
            "(phone_index IS NULL) = (sealed_phone IS NULL)", name="people_phone_whole"
        ),
        sa.CheckConstraint("guardian_id <> person_id", name="people_guardian_is_another"),
    )
    op.create_index("people_street", "people", ["street"])
    op.create_index("people_guardian", "people", ["guardian_id"])
    op.create_table(
        "person_roles",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.person_id"), primary_key=True),
        words("role", ROLES, "person_roles_role", primary_key=True),
        sa.Column("area", sa.Text, primary_key=True),
        sa.Column("assigned_at", TIME, nullable=False),
        sa.Column("assigned_by", sa.Uuid),
    )
    op.create_table(
        "special_groups",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.person_id"), primary_key=True),
        words("group", GROUPS, "special_groups_group", primary_key=True),
        sa.Column("sealed_evidence", sa.Text, nullable=False),
        sa.Column("approved_at", TIME, nullable=False),
        sa.Column("approved_by", sa.Uuid, nullable=False),
    )


def create_kinships() -> None:
    op.create_table(
        "kinships",
        sa.Column("kinship_id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.person_id"), nullable=False),
        sa.Column("relative_id", sa.Uuid, sa.ForeignKey("people.person_id"), nullable=False),
        words("relation", RELATIONS, "kinships_relation"),
        words("state", ("claimed", "confirmed"), "kinships_state"),
        sa.Column("claimed_at", TIME, nullable=False),
        sa.Column("claimed_by", sa.Uuid),
        sa.Column("confirmed_at", TIME),
        sa.Column("confirmed_by", sa.Uuid),
        sa.UniqueConstraint("person_id", "relative_id", "relation", name="kinships_claimed_once"),
        sa.CheckConstraint("person_id <> relative_id", name="kinships_two_people"),
        sa.CheckConstraint(
            "(state = 'confirmed') = (confirmed_at IS NOT NULL)", name="kinships_confirmed_at"
        ),
    )
    op.create_index("kinships_relative", "kinships", ["relative_id"])
    op.create_index(
        "kinships_one_confirmed",
        "kinships",
        [sa.text("least(person_id, relative_id)"), sa.text("greatest(person_id, relative_id)")],
        unique=True,
        postgresql_where=sa.text("state = 'confirmed'"),
    )


def create_policy_adoptions() -> None:
    op.create_table(
        "policy_adoptions",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("adopted_at", TIME, nullable=False),
        sa.Column("adopted_by", sa.Uuid),
    )


def create_signing_keys() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("kid", sa.Text, primary_key=True),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("sealed_private_key", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("valid_until", TIME),
    )
    op.create_index(
        "signing_keys_one_signs",
        "signing_keys",
        [sa.text("(valid_until IS NULL)")],
        unique=True,
        postgresql_where=sa.text("valid_until IS NULL"),
    )


def create_log_in_attempts() -> None:
    op.create_table(
        "log_in_attempts",
        sa.Column("attempt_id", sa.Uuid, primary_key=True),
        sa.Column("phone_index", sa.Text, nullable=False),
        words("state", ("pending", "failed"), "log_in_attempts_state"),
        sa.Column("attempted_at", TIME, nullable=False),
    )
    op.create_index("log_in_attempts_phone", "log_in_attempts", ["phone_index", "attempted_at"])
    op.create_index("log_in_attempts_age", "log_in_attempts", ["attempted_at"])


def words(
    column: str, values: tuple[str, ...], check: str, primary_key: bool = False
) -> sa.Column[str]:
    """A column that holds one of these words, with a CHECK of that name."""
    kind = sa.Enum(*values, name=check, native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, primary_key=primary_key, nullable=False)
