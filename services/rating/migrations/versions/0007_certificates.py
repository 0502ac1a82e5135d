"""Certificates of service, and their revocations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB


revision = "0007"
down_revision = "0006"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "certificates",
        sa.Column("certificate_id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("volunteer_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("from_date", sa.Date, nullable=False),
        sa.Column("until_date", sa.Date, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("visits", sa.Integer, nullable=False),
        sa.Column("parts", JSONB, nullable=False),
        sa.Column("visit_ids", ARRAY(sa.Uuid), nullable=False),
        sa.Column("issuer_zh", sa.Text, nullable=False),
        sa.Column("issuer_en", sa.Text, nullable=False),
        sa.Column("policy_version", sa.Integer, nullable=False),
        sa.Column("issued_by", sa.Uuid, nullable=False),
        sa.Column("issued_at", AT, nullable=False),
        sa.CheckConstraint("number ~ '^[0-9A-HJKMNP-TV-Z]{16}$'", name="certificates_number"),
        sa.CheckConstraint("minutes >= 1 and visits >= 1", name="certificates_something"),
        sa.CheckConstraint("cardinality(visit_ids) = visits", name="certificates_visits"),
        sa.CheckConstraint("from_date <= until_date", name="certificates_days"),
    )
    op.create_index("certificates_by_number", "certificates", ["number"], unique=True)
    op.create_index(
        "certificates_of_volunteer",
        "certificates",
        ["volunteer_id", "issued_at", "certificate_id"],
    )
    op.create_table(
        "revocations",
        sa.Column(
            "certificate_id",
            sa.Uuid,
            sa.ForeignKey("certificates.certificate_id"),
            primary_key=True,
        ),
        sa.Column("revoked_by", sa.Uuid, nullable=False),
        sa.Column("revoked_at", AT, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.CheckConstraint("reason <> ''", name="revocations_reason"),
    )
    config = op.get_context().config
    limit_login(config.attributes.get("service_login") if config else None)


def limit_login(login: str | None) -> None:
    """What was certified stays as it was certified, and what is void stays void."""
    if not login:
        return
    role = op.get_bind().dialect.identifier_preparer.quote(login)
    op.execute(f"revoke update, delete, truncate on certificates, revocations from {role}")
