"""Being verified."""

from marshmallow import fields, validate

from services.identity.contract.basics import Position
from services.kernel.contract import Error, Event, Request


class VerifyPerson(Request):
    """An agency clerk has seen the card and the person at the desk (S1, S14)."""

    person_id = fields.UUID(required=True)
    card_seen = fields.Boolean(required=True, validate=validate.Equal(True))


class PersonVerified(Event):
    """A clerk has verified who somebody is: from here on they may ask for help and give it."""

    source, type, subject = "identity", "person.verified.v1", "person_id"

    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    birth_date = fields.Date(required=True)
    street = fields.String(required=True)
    home = fields.Nested(Position, required=True)
    willing_and_healthy = fields.Boolean(required=True)
    guardian_id = fields.UUID(required=True, allow_none=True)
    verified_by = fields.UUID(required=True, allow_none=True)


class AlreadyVerified(Error):
    """This person is verified already."""

    code, status = "already_verified", 409


class NotVerified(Error):
    """This person has not been verified at the desk yet."""

    code, status = "not_verified", 403
