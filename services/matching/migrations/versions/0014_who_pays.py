"""A place costs the elder nothing exactly when a programme pays for the activity."""

from alembic import op


revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_check_constraint(
        "activities_payer", "activities", "(held_minutes = 0) = (programme_id is not null)"
    )
