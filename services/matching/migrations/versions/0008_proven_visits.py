"""How visits are proven: codes, devices, proofs of each end; the exceptions queue; strikes.

What a visit's own row said of its exception moves to the queue.
"""

from alembic import op


revision = "0008"
down_revision = "0007"

NEW = (
    """
    CREATE TABLE visit_marks (
        visit_id UUID NOT NULL,
        end_name TEXT NOT NULL,
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        recorded_by UUID NOT NULL,
        method TEXT NOT NULL,
        latitude DOUBLE PRECISION,
        longitude DOUBLE PRECISION,
        distance_metres INTEGER,
        device_index TEXT,
        capture_id UUID,
        PRIMARY KEY (visit_id, end_name),
        CONSTRAINT visit_marks_end CHECK (end_name in ('start', 'end')),
        CONSTRAINT visit_marks_method CHECK (method in ('position', 'code', 'card', 'clerk')),
        CONSTRAINT visit_marks_position CHECK (method <> 'position' or (latitude is not
                null and longitude is not null and distance_metres is not null)),
        FOREIGN KEY(visit_id) REFERENCES visits (visit_id)
    )
    """,
    """
    CREATE TABLE guardian_presences (
        booking_id UUID NOT NULL,
        guardian_id UUID NOT NULL,
        confirmed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        latitude DOUBLE PRECISION NOT NULL,
        longitude DOUBLE PRECISION NOT NULL,
        distance_metres INTEGER NOT NULL,
        device_index TEXT,
        PRIMARY KEY (booking_id, guardian_id),
        FOREIGN KEY(booking_id) REFERENCES bookings (booking_id)
    )
    """,
    """
    CREATE TABLE visit_signals (
        visit_id UUID NOT NULL,
        reason TEXT NOT NULL,
        evidence JSON NOT NULL,
        raised_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (visit_id, reason),
        FOREIGN KEY(visit_id) REFERENCES visits (visit_id)
    )
    """,
    """
    CREATE INDEX visit_signals_of_reason ON visit_signals (reason, visit_id)
    """,
    """
    CREATE TABLE exceptions (
        visit_id UUID NOT NULL,
        street TEXT NOT NULL,
        state TEXT NOT NULL,
        raised_at TIMESTAMP WITH TIME ZONE NOT NULL,
        decided_by UUID,
        decided_at TIMESTAMP WITH TIME ZONE,
        decision_reason TEXT,
        PRIMARY KEY (visit_id),
        CONSTRAINT exceptions_state CHECK (state in ('open', 'decided')),
        CONSTRAINT exceptions_decided CHECK ((state = 'decided') = (decided_by is not null)
                and (decided_by is null) = (decided_at is null) and (decided_by is null) =
                (decision_reason is null)),
        FOREIGN KEY(visit_id) REFERENCES visits (visit_id)
    )
    """,
    """
    CREATE INDEX exceptions_open ON exceptions (raised_at) WHERE state = 'open'
    """,
    """
    CREATE INDEX exceptions_queue ON exceptions (street, state, raised_at, visit_id)
    """,
    """
    CREATE TABLE visit_codes (
        person_id UUID NOT NULL,
        sealed_secret TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (person_id)
    )
    """,
    """
    CREATE TABLE code_cards (
        card_id UUID NOT NULL,
        person_id UUID NOT NULL,
        sealed_secret TEXT NOT NULL,
        codes_count INTEGER NOT NULL,
        issued_by UUID NOT NULL,
        issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
        print_until TIMESTAMP WITH TIME ZONE NOT NULL,
        voided_at TIMESTAMP WITH TIME ZONE,
        PRIMARY KEY (card_id)
    )
    """,
    """
    CREATE UNIQUE INDEX code_cards_one_a_person ON code_cards (person_id) WHERE voided_at
                is null
    """,
    """
    CREATE TABLE used_codes (
        person_id UUID NOT NULL,
        code_key TEXT NOT NULL,
        booking_id UUID NOT NULL,
        used_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (person_id, code_key)
    )
    """,
    """
    CREATE TABLE wrong_codes (
        try_id UUID NOT NULL,
        booking_id UUID NOT NULL,
        tried_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (try_id)
    )
    """,
    """
    CREATE INDEX wrong_codes_of_booking ON wrong_codes (booking_id, tried_at)
    """,
    """
    CREATE TABLE devices (
        device_id UUID NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        owner_id UUID NOT NULL,
        street TEXT,
        public_key TEXT NOT NULL,
        state TEXT NOT NULL,
        registered_at TIMESTAMP WITH TIME ZONE NOT NULL,
        revoked_at TIMESTAMP WITH TIME ZONE,
        revoked_by UUID,
        revoke_reason TEXT,
        PRIMARY KEY (device_id),
        CONSTRAINT devices_kind CHECK (kind in ('phone', 'terminal')),
        CONSTRAINT devices_state CHECK (state in ('active', 'revoked')),
        CONSTRAINT devices_street CHECK ((kind = 'terminal') = (street is not null)),
        CONSTRAINT devices_revoked CHECK ((state = 'revoked') = (revoked_at is not null))
    )
    """,
    """
    CREATE INDEX devices_of_owner ON devices (owner_id) WHERE state = 'active'
    """,
    """
    CREATE INDEX devices_of_street ON devices (street) WHERE state = 'active'
    """,
    """
    CREATE TABLE capture_batches (
        device_id UUID NOT NULL,
        batch_id UUID NOT NULL,
        content_hash TEXT NOT NULL,
        sealed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        received_at TIMESTAMP WITH TIME ZONE NOT NULL,
        received_from UUID NOT NULL,
        skew_seconds INTEGER NOT NULL,
        answer JSON,
        PRIMARY KEY (device_id, batch_id),
        FOREIGN KEY(device_id) REFERENCES devices (device_id)
    )
    """,
    """
    CREATE TABLE captures (
        device_id UUID NOT NULL,
        capture_id UUID NOT NULL,
        batch_id UUID NOT NULL,
        content_hash TEXT NOT NULL,
        outcome TEXT NOT NULL,
        reason TEXT,
        visit_id UUID NOT NULL,
        taken_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (device_id, capture_id),
        CONSTRAINT captures_outcome CHECK (outcome in ('taken', 'queued')),
        FOREIGN KEY(device_id) REFERENCES devices (device_id),
        FOREIGN KEY(visit_id) REFERENCES visits (visit_id)
    )
    """,
    """
    CREATE TABLE seen_devices (
        person_id UUID NOT NULL,
        device_index TEXT NOT NULL,
        seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (person_id, device_index)
    )
    """,
    """
    CREATE TABLE strikes (
        strike_id UUID NOT NULL,
        person_id UUID NOT NULL,
        side TEXT NOT NULL,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        given_at TIMESTAMP WITH TIME ZONE NOT NULL,
        request_id UUID NOT NULL,
        booking_id UUID NOT NULL,
        street TEXT NOT NULL,
        evidence JSON NOT NULL,
        waived_by UUID,
        waived_at TIMESTAMP WITH TIME ZONE,
        waive_reason TEXT,
        PRIMARY KEY (strike_id),
        CONSTRAINT strikes_kind CHECK ((side, kind) in (('volunteer', 'no_show'),
                ('volunteer', 'late_release'), ('elder', 'late_cancel'), ('elder',
                'elder_absent'))),
        CONSTRAINT strikes_state CHECK (state in ('given', 'waived')),
        CONSTRAINT strikes_waived CHECK ((state = 'waived') = (waived_by is not null) and
                (waived_by is null) = (waive_reason is null)),
        CONSTRAINT strikes_once UNIQUE (booking_id, kind),
        FOREIGN KEY(request_id) REFERENCES requests (request_id),
        FOREIGN KEY(booking_id) REFERENCES bookings (booking_id)
    )
    """,
    """
    CREATE INDEX strikes_of_person ON strikes (person_id, given_at)
    """,
)
VISITS = (
    "ALTER TABLE visits ADD COLUMN guardian_proof TEXT",
    "UPDATE visits SET guardian_proof = 'word' WHERE guardian_present",
    "CREATE INDEX visits_of_elder ON visits (elder_id, started_at)",
    """
    INSERT INTO visit_signals (visit_id, reason, evidence, raised_at)
    SELECT visit_id, exception, '{"minutes": 120}', coalesce(ended_at, started_at)
    FROM visits WHERE exception IS NOT NULL
    """,
    """
    INSERT INTO exceptions
        (visit_id, street, state, raised_at, decided_by, decided_at, decision_reason)
    SELECT visits.visit_id, requests.street,
        CASE WHEN visits.state = 'excepted' THEN 'open' ELSE 'decided' END,
        coalesce(visits.ended_at, visits.started_at),
        visits.decided_by,
        CASE WHEN visits.decided_by IS NOT NULL THEN visits.ended_at END,
        visits.decision_reason
    FROM visits JOIN requests USING (request_id) WHERE visits.exception IS NOT NULL
    """,
    "ALTER TABLE visits DROP COLUMN exception",
    "ALTER TABLE visits DROP COLUMN decided_by",
    "ALTER TABLE visits DROP COLUMN decision_reason",
)


def upgrade() -> None:
    for statement in NEW + VISITS:
        op.execute(statement)
