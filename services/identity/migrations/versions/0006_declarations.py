"""Declarations of health and consent, each acceptance a row."""

import sqlalchemy as sa
from alembic import op


revision = "0006"
down_revision = "0005"

TIME = sa.DateTime(timezone=True)
DECLARATIONS = ("willing_and_healthy", "privacy_notice", "guardian_consent")
# Whoever had said so until now said so in the words of the first version.
CARRY_OVER = """
insert into acceptances
    (acceptance_id, person_id, declaration, version, accepted_at, accepted_by)
select gen_random_uuid(), person_id, 'willing_and_healthy', 1, registered_at, registered_by
from people where willing_and_healthy
"""


def upgrade() -> None:
    kind = sa.Enum(
        *DECLARATIONS,
        name="acceptances_declaration",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.create_table(
        "acceptances",
        sa.Column("acceptance_id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.person_id"), nullable=False),
        sa.Column("declaration", kind, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("accepted_at", TIME, nullable=False),
        sa.Column("accepted_by", sa.Uuid),
        sa.Column("withdrawn_at", TIME),
        sa.Column("withdrawn_by", sa.Uuid),
        sa.Column("withdraw_reason", sa.Text),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="acceptances_withdrawn_whole"
        ),
    )
    op.create_index(
        "acceptances_stand_once",
        "acceptances",
        ["person_id", "declaration", "version"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.execute(CARRY_OVER)
