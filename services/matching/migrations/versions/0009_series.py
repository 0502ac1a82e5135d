"""Weekly series, and the dates that are left out of them."""

from alembic import op


revision = "0009"
down_revision = "0008"

STATEMENTS = (
    """
    CREATE TABLE series (
        series_id UUID NOT NULL,
        elder_id UUID NOT NULL,
        submitted_by UUID NOT NULL,
        category TEXT NOT NULL,
        item_code TEXT NOT NULL,
        weekday INTEGER NOT NULL,
        time_of_day TIME WITHOUT TIME ZONE NOT NULL,
        window_minutes INTEGER NOT NULL,
        minutes INTEGER NOT NULL,
        first_on DATE NOT NULL,
        last_on DATE NOT NULL,
        made_until DATE NOT NULL,
        street TEXT NOT NULL,
        district TEXT NOT NULL,
        latitude DOUBLE PRECISION NOT NULL,
        longitude DOUBLE PRECISION NOT NULL,
        address TEXT NOT NULL,
        phone TEXT,
        note TEXT NOT NULL,
        language TEXT,
        preferred_volunteer_id UUID,
        state TEXT NOT NULL,
        pause_reason TEXT,
        refusals INTEGER NOT NULL,
        ended_by UUID,
        end_reason TEXT,
        continues_id UUID UNIQUE REFERENCES series (series_id),
        version INTEGER NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (series_id),
        CONSTRAINT series_state CHECK (state in ('active', 'paused', 'ended')),
        CONSTRAINT series_pause CHECK ((pause_reason is not null) = (state = 'paused')),
        CONSTRAINT series_weekday CHECK (weekday between 1 and 7),
        CONSTRAINT series_minutes CHECK (minutes > 0 and minutes <= window_minutes),
        CONSTRAINT series_refusals CHECK (refusals >= 0)
    )
    """,
    "CREATE INDEX series_of_elder ON series (elder_id, created_at, series_id)",
    "CREATE INDEX series_to_make ON series (made_until) WHERE state = 'active'",
    """
    CREATE TABLE series_skips (
        series_id UUID NOT NULL REFERENCES series (series_id),
        occurs_on DATE NOT NULL,
        skipped_by UUID NOT NULL,
        reason TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (series_id, occurs_on)
    )
    """,
    """
    ALTER TABLE requests ADD CONSTRAINT requests_series_id_fkey
            FOREIGN KEY (series_id) REFERENCES series (series_id)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
