"""All disputes of a visit are looked at whenever another is opened."""

from alembic import op


revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index("disputes_of_visit", "disputes", ["visit_id"])
