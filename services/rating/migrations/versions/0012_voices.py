"""Shortlists of before each elder had one voice: each rating counts as an elder's there."""

from alembic import op


revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute(
        "update selection_shortlists set lacking = array_replace(lacking, 'ratings', 'raters'),"
        " figures = (figures::jsonb - 'stars_sum' || jsonb_build_object("
        "  'raters', (figures ->> 'ratings')::int,"
        "  'voices', (figures ->> 'stars_sum')::int * 100))::json"
        " where figures::jsonb ? 'stars_sum'"
    )
