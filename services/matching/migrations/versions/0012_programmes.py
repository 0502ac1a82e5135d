"""Public programmes that pay for activities."""

from alembic import op


revision = "0012"
down_revision = "0011"

STATEMENTS = (
    """
    CREATE TABLE programmes (
        programme_id UUID NOT NULL,
        district TEXT NOT NULL,
        name TEXT NOT NULL,
        opened_by UUID NOT NULL,
        opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (programme_id)
    )
    """,
    "CREATE INDEX programmes_of_district ON programmes (district, opened_at)",
    """
    ALTER TABLE activities
        ADD COLUMN programme_id UUID REFERENCES programmes (programme_id),
        ADD COLUMN is_funded BOOLEAN DEFAULT true NOT NULL,
        DROP CONSTRAINT activities_held,
        ADD CONSTRAINT activities_held CHECK (held_minutes >= 0)
    """,
    "ALTER TABLE activities ALTER COLUMN is_funded DROP DEFAULT",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
