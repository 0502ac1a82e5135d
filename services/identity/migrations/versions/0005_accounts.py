"""Which card somebody showed; accounts that end, whose contact data goes."""

import sqlalchemy as sa
from alembic import op


revision = "0005"
down_revision = "0004"

TIME = sa.DateTime(timezone=True)
KINDS = (
    "resident_id_card",
    "residence_permit",
    "hmt_residence_permit",
    "foreign_permanent_residence",
)
WHOLE = "state = 'closed' OR num_nulls(sealed_id_number, sealed_address, latitude, longitude) = 0"
CONTACT_ERASED = (
    "state <> 'closed' OR num_nonnulls(sealed_phone, sealed_address, latitude, longitude,"
    " password_hash) = 0"
)


def upgrade() -> None:
    # Until now all were taken for holders of the ID card; a permit bears the same number.
    op.add_column(
        "people",
        sa.Column("document", word(KINDS, "people_document"), server_default=KINDS[0]),
    )
    op.alter_column("people", "document", nullable=False, server_default=None)
    op.add_column("people", sa.Column("earlier_id", sa.Uuid, sa.ForeignKey("people.person_id")))
    for column in ("sealed_id_number", "sealed_address", "latitude", "longitude"):
        op.alter_column("people", column, nullable=True)
    op.create_check_constraint("people_whole", "people", WHOLE)
    op.create_check_constraint("people_contact_erased", "people", CONTACT_ERASED)
    create_closings()


def create_closings() -> None:
    op.create_table(
        "closings",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.person_id"), primary_key=True),
        sa.Column("reason", word(("death", "leaving"), "closings_reason"), nullable=False),
        sa.Column("closed_on", sa.Date, nullable=False),
        sa.Column("closed_at", TIME, nullable=False),
        sa.Column("closed_by", sa.Uuid, nullable=False),
        sa.Column("sealed_paper", sa.Text),
        sa.Column("id_number_erased_at", TIME),
        sa.CheckConstraint("reason <> 'death' OR sealed_paper IS NOT NULL", name="closings_paper"),
    )
    op.create_index(
        "closings_id_number_kept",
        "closings",
        ["closed_at"],
        postgresql_where=sa.text("id_number_erased_at IS NULL"),
    )


def word(values: tuple[str, ...], check: str) -> sa.Enum:
    return sa.Enum(*values, name=check, native_enum=False, create_constraint=True, length=40)
