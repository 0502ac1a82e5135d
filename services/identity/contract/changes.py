"""What changes in a person's life: the phone, the home, and the end of the account."""

from enum import StrEnum

from marshmallow import fields, validate

from services.identity.contract.basics import STREET, TEXT, Position, own_password
from services.kernel.contract import Answer, Error, Event, Request


class ClosingReason(StrEnum):
    """Why an account ends."""

    DEATH = "death"
    LEAVING = "leaving"


class ChangePhone(Request):
    """Another phone number: by the person with the password, or by a clerk at the desk.

    Where codes can be sent, the person first shows with ``ConfirmPhone`` that the number is theirs.
    """

    person_id = fields.UUID(required=True)
    phone = fields.String(required=True, validate=[validate.Length(1, 20), TEXT])
    password = own_password()


class ChangeAddress(Request):
    """Another home, in the same street or in another one of the city."""

    person_id = fields.UUID(required=True)
    street = fields.String(required=True, validate=STREET)
    address = fields.String(required=True, validate=[validate.Length(1, 200), TEXT])
    home = fields.Nested(Position, required=True)


class ClosePerson(Request):
    """End an account for good: at death, with the paper seen, or because somebody leaves.

    Whoever leaves gives the password, or has confirmed the account's phone where there is none.
    """

    person_id = fields.UUID(required=True)
    reason = fields.Enum(ClosingReason, by_value=True, required=True)
    closed_on = fields.Date(load_default=None)
    paper = fields.String(load_default=None, validate=[validate.Length(1, 200), TEXT])
    password = own_password()


class ClosedAnswer(Answer):
    person_id = fields.UUID(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)
    closed_on = fields.Date(required=True)


class PersonChanged(Event):
    """Facts of a verified person have changed; all of them as they are now."""

    source, type, subject = "identity", "person.changed.v1", "person_id"

    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    birth_date = fields.Date(required=True)
    street = fields.String(required=True)
    home = fields.Nested(Position, required=True)
    willing_and_healthy = fields.Boolean(required=True)
    guardian_id = fields.UUID(required=True, allow_none=True)


class PersonClosed(Event):
    """The account has ended for good; what was to come of this person does not come any more."""

    source, type, subject = "identity", "person.closed.v1", "person_id"

    person_id = fields.UUID(required=True)
    reason = fields.Enum(ClosingReason, by_value=True, required=True)
    closed_on = fields.Date(required=True)
    closed_by = fields.UUID(required=True)
    # Whether they were ever verified: of others nobody was told anything that could end.
    was_verified = fields.Boolean(load_default=True)


class PhoneChanged(Event):
    """Somebody is reached, and logs in, by another phone number; the number itself is not told."""

    source, type, subject = "identity", "phone.changed.v1", "person_id"

    person_id = fields.UUID(required=True)
    changed_by = fields.UUID(required=True)


class AccountClosed(Error):
    """This account has been closed for good."""

    code, status = "account_closed", 409


class ProofNeeded(Error):
    """This needs the password, or a clerk at the desk."""

    code, status = "proof_needed", 403


class WrongProof(Error):
    """This is not the password."""

    code, status = "wrong_proof", 403
    keeps_changes = True
