"""Volunteers' profiles, invitations, plans; and nearest neighbours on the globe."""

from alembic import op


revision = "0010"
down_revision = "0009"

# A place as a point on a globe of radius 1: the straight line between two of them grows with the
# way along the ground, so an index of cubes finds true nearest neighbours. Its body is parsed here
# and now, so that it means the same under every search path (docs/decisions/ says more).
ON_GLOBE = """
CREATE FUNCTION on_globe(latitude double precision, longitude double precision) RETURNS cube
    IMMUTABLE STRICT PARALLEL SAFE
    RETURN cube(ARRAY[
        cos(radians(latitude)) * cos(radians(longitude)),
        cos(radians(latitude)) * sin(radians(longitude)),
        sin(radians(latitude))
    ])
"""
STATEMENTS = (
    "create extension if not exists cube",
    ON_GLOBE,
    "DROP INDEX requests_open_places",
    """
    CREATE INDEX requests_open_places ON requests
            USING gist (on_globe(public_latitude, public_longitude)) WHERE state = 'open'
    """,
    "CREATE INDEX requests_open_days ON requests (district, starts_at) WHERE state = 'open'",
    """
    CREATE TABLE volunteers (
        person_id UUID NOT NULL,
        skills TEXT[] NOT NULL,
        languages TEXT[] NOT NULL,
        free_times JSON NOT NULL,
        days_off DATE[] NOT NULL,
        most_minutes_a_day INTEGER NOT NULL,
        radius_metres INTEGER NOT NULL,
        dispatchable BOOLEAN NOT NULL,
        at_home BOOLEAN NOT NULL,
        latitude DOUBLE PRECISION NOT NULL,
        longitude DOUBLE PRECISION NOT NULL,
        changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (person_id),
        CONSTRAINT volunteers_minutes CHECK (most_minutes_a_day > 0),
        CONSTRAINT volunteers_radius CHECK (radius_metres > 0),
        FOREIGN KEY(person_id) REFERENCES people (person_id)
    )
    """,
    "CREATE INDEX volunteers_places ON volunteers USING gist (on_globe(latitude, longitude))",
    """
    CREATE TABLE certificates (
        certificate_id UUID NOT NULL,
        person_id UUID NOT NULL,
        skill TEXT NOT NULL,
        evidence TEXT NOT NULL,
        certified_by UUID NOT NULL,
        certified_at TIMESTAMP WITH TIME ZONE NOT NULL,
        valid_until DATE,
        withdrawn_by UUID,
        withdrawn_at TIMESTAMP WITH TIME ZONE,
        withdraw_reason TEXT,
        PRIMARY KEY (certificate_id),
        CONSTRAINT certificates_withdrawn CHECK ((withdrawn_by is null) = (withdrawn_at is null)
            and (withdrawn_by is null) = (withdraw_reason is null)),
        FOREIGN KEY(person_id) REFERENCES people (person_id)
    )
    """,
    """
    CREATE UNIQUE INDEX certificates_one_of_a_skill ON certificates (person_id, skill)
            WHERE withdrawn_at is null
    """,
    """
    CREATE TABLE reputations (
        volunteer_id UUID NOT NULL,
        ratings INTEGER NOT NULL,
        stars_sum INTEGER NOT NULL,
        sequence BIGINT NOT NULL,
        PRIMARY KEY (volunteer_id)
    )
    """,
    """
    CREATE TABLE invitations (
        invitation_id UUID NOT NULL,
        request_id UUID NOT NULL,
        volunteer_id UUID NOT NULL,
        invited_by UUID NOT NULL,
        state TEXT NOT NULL,
        sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
        answer_by TIMESTAMP WITH TIME ZONE NOT NULL,
        ended_at TIMESTAMP WITH TIME ZONE,
        booking_id UUID,
        PRIMARY KEY (invitation_id),
        CONSTRAINT invitations_state CHECK (state in ('invited', 'accepted', 'declined', 'lapsed',
            'withdrawn')),
        CONSTRAINT invitations_ended CHECK ((state = 'invited') = (ended_at is null)),
        CONSTRAINT invitations_booked CHECK ((state = 'accepted') = (booking_id is not null)),
        FOREIGN KEY(request_id) REFERENCES requests (request_id),
        FOREIGN KEY(booking_id) REFERENCES bookings (booking_id)
    )
    """,
    "CREATE UNIQUE INDEX invitations_once ON invitations (request_id, volunteer_id)",
    """
    CREATE INDEX invitations_of_request ON invitations (request_id, sent_at, invitation_id)
    """,
    """
    CREATE INDEX invitations_of_volunteer ON invitations (volunteer_id, sent_at, invitation_id)
    """,
    "CREATE INDEX invitations_due ON invitations (answer_by) WHERE state = 'invited'",
    """
    CREATE TABLE plans (
        plan_id UUID NOT NULL,
        area TEXT NOT NULL,
        day DATE NOT NULL,
        state TEXT NOT NULL,
        asked_by UUID NOT NULL,
        asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        taken_until TIMESTAMP WITH TIME ZONE,
        attempts INTEGER NOT NULL,
        reason TEXT,
        policy_version INTEGER,
        computed_at TIMESTAMP WITH TIME ZONE,
        requests INTEGER,
        served INTEGER,
        walking_metres INTEGER,
        decided_by UUID,
        decided_at TIMESTAMP WITH TIME ZONE,
        booked INTEGER,
        overtaken INTEGER,
        PRIMARY KEY (plan_id),
        CONSTRAINT plans_state CHECK (state in ('asked', 'computed', 'accepted', 'rejected',
            'stale', 'failed')),
        CONSTRAINT plans_computed CHECK (state not in ('computed', 'accepted', 'rejected')
            or computed_at is not null),
        CONSTRAINT plans_decided CHECK ((state in ('accepted', 'rejected'))
            = (decided_by is not null))
    )
    """,
    "CREATE UNIQUE INDEX plans_one_asked ON plans (area, day) WHERE state = 'asked'",
    "CREATE INDEX plans_of_area ON plans (area, asked_at, plan_id)",
    "CREATE INDEX plans_standing ON plans (day) WHERE state in ('asked', 'computed')",
    """
    CREATE TABLE plan_lines (
        plan_id UUID NOT NULL,
        request_id UUID NOT NULL,
        volunteer_id UUID,
        metres INTEGER,
        parts JSON NOT NULL,
        unserved TEXT,
        outcome TEXT,
        booking_id UUID,
        PRIMARY KEY (plan_id, request_id),
        CONSTRAINT plan_lines_served CHECK ((volunteer_id is null) = (unserved is not null)),
        CONSTRAINT plan_lines_booked CHECK ((coalesce(outcome, '') = 'booked')
            = (booking_id is not null)),
        FOREIGN KEY(plan_id) REFERENCES plans (plan_id),
        FOREIGN KEY(request_id) REFERENCES requests (request_id),
        FOREIGN KEY(booking_id) REFERENCES bookings (booking_id)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
