"""People, requests, bookings and visits, and the rules that the database itself keeps."""

from alembic import op

from services.kernel.tables import create_kernel_tables


revision = "0001"
down_revision = None

# btree_gist lets one exclusion constraint look at a volunteer and a span of time together.
STATEMENTS = (
    "create extension if not exists btree_gist",
    """
    CREATE TABLE people (
        person_id UUID NOT NULL,
        name TEXT NOT NULL,
        birth_date DATE NOT NULL,
        street TEXT NOT NULL,
        latitude DOUBLE PRECISION NOT NULL,
        longitude DOUBLE PRECISION NOT NULL,
        willing_and_healthy BOOLEAN NOT NULL,
        guardian_id UUID,
        sequence BIGINT NOT NULL,
        PRIMARY KEY (person_id)
    )
    """,
    """
    CREATE TABLE requests (
        request_id UUID NOT NULL,
        elder_id UUID NOT NULL,
        submitted_by UUID NOT NULL,
        category TEXT NOT NULL,
        starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
        minutes INTEGER NOT NULL,
        street TEXT NOT NULL,
        district TEXT NOT NULL,
        latitude DOUBLE PRECISION NOT NULL,
        longitude DOUBLE PRECISION NOT NULL,
        address TEXT NOT NULL,
        note TEXT NOT NULL,
        state TEXT NOT NULL,
        refusal TEXT,
        cancelled_by UUID,
        cancel_reason TEXT,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (request_id),
        CONSTRAINT requests_window CHECK (starts_at < ends_at),
        CONSTRAINT requests_minutes CHECK (minutes > 0),
        CONSTRAINT requests_refusal CHECK ((refusal is not null) = (state = 'refused')),
        CONSTRAINT requests_state CHECK (state in ('submitted', 'refused', 'open', 'accepted',
            'underway', 'excepted', 'completed', 'cancelled', 'expired', 'no_show'))
    )
    """,
    """
    CREATE INDEX requests_due ON requests (starts_at) WHERE state in ('submitted', 'open',
            'accepted', 'underway')
    """,
    """
    CREATE INDEX requests_of_elder ON requests (elder_id, created_at, request_id)
    """,
    """
    CREATE INDEX requests_open_places ON requests USING gist (point(longitude, latitude)) WHERE
            state = 'open'
    """,
    """
    CREATE TABLE bookings (
        booking_id UUID NOT NULL,
        request_id UUID NOT NULL,
        volunteer_id UUID NOT NULL,
        starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
        state TEXT NOT NULL,
        accepted_at TIMESTAMP WITH TIME ZONE NOT NULL,
        release_reason TEXT,
        released_late BOOLEAN,
        PRIMARY KEY (booking_id),
        CONSTRAINT bookings_state CHECK (state in ('accepted', 'underway', 'excepted', 'completed',
            'released', 'cancelled', 'no_show')),
        CONSTRAINT bookings_one_place_at_a_time EXCLUDE USING gist (volunteer_id WITH =,
            tstzrange(starts_at, ends_at) WITH &&) WHERE (state in ('accepted', 'underway')),
        FOREIGN KEY(request_id) REFERENCES requests (request_id)
    )
    """,
    """
    CREATE INDEX bookings_of_volunteer ON bookings (volunteer_id, accepted_at)
    """,
    """
    CREATE UNIQUE INDEX bookings_one_volunteer_a_request ON bookings (request_id) WHERE state not
            in ('released', 'cancelled')
    """,
    """
    CREATE TABLE visits (
        visit_id UUID NOT NULL,
        booking_id UUID NOT NULL,
        request_id UUID NOT NULL,
        elder_id UUID NOT NULL,
        volunteer_id UUID NOT NULL,
        state TEXT NOT NULL,
        started_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ended_at TIMESTAMP WITH TIME ZONE,
        guardian_present BOOLEAN NOT NULL,
        minutes INTEGER,
        policy_version INTEGER NOT NULL,
        explanation JSON,
        exception TEXT,
        decided_by UUID,
        decision_reason TEXT,
        PRIMARY KEY (visit_id),
        CONSTRAINT visits_state CHECK (state in ('underway', 'excepted', 'completed')),
        CONSTRAINT visits_order CHECK (ended_at >= started_at),
        CONSTRAINT visits_minutes CHECK (minutes >= 0),
        CONSTRAINT visits_completed CHECK (state <> 'completed' or (minutes is not null and
            ended_at is not null)),
        UNIQUE (booking_id),
        FOREIGN KEY(booking_id) REFERENCES bookings (booking_id),
        UNIQUE (request_id),
        FOREIGN KEY(request_id) REFERENCES requests (request_id)
    )
    """,
    """
    CREATE INDEX visits_of_volunteer ON visits (volunteer_id, started_at)
    """,
)


def upgrade() -> None:
    create_kernel_tables(op)
    for statement in STATEMENTS:
        op.execute(statement)
