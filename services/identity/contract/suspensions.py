"""Suspension of a person: tokens are void within seconds, and nobody signs in with the account."""

from marshmallow import fields, validate

from services.identity.contract.basics import TEXT
from services.kernel.contract import Answer, Error, Event, Request


REASON = [validate.Length(1, 200), TEXT]


class SuspendPerson(Request):
    """An officer stops an account: its tokens are void within seconds, and it takes no new one.

    Officers themselves and operators are suspended by the city alone.
    """

    person_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)


class ReinstatePerson(Request):
    """An officer ends a suspension: the person signs in anew."""

    person_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)


class ListSuspensions(Request):
    """The suspensions of a person, newest first: for the person and the officers over them."""

    person_id = fields.UUID(required=True)


class SuspensionAnswer(Answer):
    suspension_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    suspended_at = fields.AwareDateTime(required=True)
    suspended_by = fields.UUID(required=True)
    reinstated_at = fields.AwareDateTime(required=True, allow_none=True)
    reinstated_by = fields.UUID(required=True, allow_none=True)
    reinstated_because = fields.String(required=True, allow_none=True)


class SuspensionsAnswer(Answer):
    items = fields.List(fields.Nested(SuspensionAnswer), required=True)


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


class AccountSuspended(Error):
    """This account is suspended. An officer of the district can say why, and end it."""

    code, status = "account_suspended", 403


class AlreadySuspended(Error):
    """This person is suspended already."""

    code, status = "already_suspended", 409


class NotSuspended(Error):
    """This person is not suspended."""

    code, status = "not_suspended", 409
