"""Group activities and their places."""

from alembic import op


revision = "0011"
down_revision = "0010"

TAKEN = "state in ('submitted', 'held', 'attended', 'absent')"
STATEMENTS = (
    "ALTER TABLE requests ADD COLUMN is_activity BOOLEAN DEFAULT false NOT NULL",
    """
    CREATE INDEX requests_activities ON requests (starts_at, request_id) WHERE is_activity
    """,
    """
    CREATE TABLE activities (
        request_id UUID NOT NULL REFERENCES requests (request_id),
        smallest_places INTEGER NOT NULL,
        largest_places INTEGER NOT NULL,
        held_minutes INTEGER NOT NULL,
        PRIMARY KEY (request_id),
        CONSTRAINT activities_places CHECK (smallest_places > 0 and
            smallest_places <= largest_places),
        CONSTRAINT activities_held CHECK (held_minutes > 0)
    )
    """,
    """
    CREATE TABLE seats (
        seat_id UUID NOT NULL,
        request_id UUID NOT NULL REFERENCES activities (request_id),
        elder_id UUID NOT NULL,
        submitted_by UUID NOT NULL,
        place INTEGER NOT NULL,
        state TEXT NOT NULL,
        refusal TEXT,
        is_absent BOOLEAN NOT NULL,
        held_minutes INTEGER NOT NULL,
        paid_minutes INTEGER,
        visit_id UUID UNIQUE,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (seat_id),
        CONSTRAINT seats_state CHECK (state in ('submitted', 'refused', 'held', 'attended',
            'absent', 'cancelled', 'expired')),
        CONSTRAINT seats_place CHECK (place > 0),
        CONSTRAINT seats_paid CHECK (paid_minutes >= 0 and paid_minutes <= held_minutes),
        CONSTRAINT seats_visit CHECK ((state = 'attended') = (visit_id is not null))
    )
    """,
    f"CREATE UNIQUE INDEX seats_one_a_place ON seats (request_id, place) WHERE {TAKEN}",
    f"CREATE UNIQUE INDEX seats_one_an_elder ON seats (request_id, elder_id) WHERE {TAKEN}",
    "CREATE INDEX seats_of_elder ON seats (elder_id, created_at)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
