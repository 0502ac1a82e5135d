"""Suspension of a person: tokens are void within seconds, and nobody signs in with the account."""

from marshmallow import fields

from services.kernel.contract import Event


class PersonSuspended(Event):
    """A person may neither serve nor ask nor sign in until reinstated; coins stay as they are."""

    source, type, subject = "identity", "person.suspended.v1", "person_id"

    person_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    suspended_by = fields.UUID(required=True)


class PersonReinstated(Event):
    """A suspension is over: the person signs in anew."""

    source, type, subject = "identity", "person.reinstated.v1", "person_id"

    person_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    reinstated_by = fields.UUID(required=True)
