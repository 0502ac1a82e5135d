"""What somebody has declared is looked up by the person."""

from alembic import op


revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_index("acceptances_of_person", "acceptances", ["person_id"])
