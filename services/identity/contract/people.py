"""Opening an account, and who somebody is."""

from enum import StrEnum

from marshmallow import fields, validate

from services.identity.contract.basics import STREET, TEXT, Position
from services.identity.contract.declarations import Accepted
from services.kernel.contract import Answer, Error, Event, Request


class DocumentKind(StrEnum):
    """The card that shows who somebody is; each bears one number of 18 characters."""

    RESIDENT_ID_CARD = "resident_id_card"
    RESIDENCE_PERMIT = "residence_permit"
    HMT_RESIDENCE_PERMIT = "hmt_residence_permit"
    FOREIGN_PERMANENT_RESIDENCE = "foreign_permanent_residence"


class RegisterPerson(Request):
    """Open a personal account (S1). Somebody under 18 names a school and a verified guardian.

    ``id_number`` is the number on the card, however it is written. ``declarations`` are those that
    were read and accepted; ``willing_and_healthy`` alone accepts that one in the version in force.
    """

    name = fields.String(required=True, validate=[validate.Length(1, 60), TEXT])
    document = fields.Enum(DocumentKind, by_value=True, load_default=None)
    id_number = fields.String(required=True, validate=[validate.Length(15, 32), TEXT])
    phone = fields.String(load_default=None, validate=validate.Regexp(r"^1[3-9][0-9]{9}$(?!\n)"))
    password = fields.String(load_default=None, validate=[validate.Length(8, 128), TEXT])
    street = fields.String(required=True, validate=STREET)
    address = fields.String(required=True, validate=[validate.Length(1, 200), TEXT])
    home = fields.Nested(Position, required=True)
    willing_and_healthy = fields.Boolean(load_default=False)
    school = fields.String(load_default=None, validate=[validate.Length(1, 100), TEXT])
    guardian_id = fields.UUID(load_default=None)
    declarations = fields.List(
        fields.Nested(Accepted), load_default=list, validate=validate.Length(max=10)
    )


class ShowPerson(Request):
    """Read one person's record; what is shown depends on the caller."""

    person_id = fields.UUID(required=True)


class PersonAnswer(Answer):
    person_id = fields.UUID(required=True)
    state = fields.String(required=True)
    name = fields.String(required=True)
    id_number = fields.String(required=True, allow_none=True)
    phone = fields.String(allow_none=True)
    birth_date = fields.Date(required=True)
    district = fields.String(required=True)
    street = fields.String(required=True)
    willing_and_healthy = fields.Boolean(required=True)
    guardian_id = fields.UUID(allow_none=True)
    special_groups = fields.List(fields.String())
    document = fields.String()
    school = fields.String(allow_none=True)
    missing_declarations = fields.List(fields.String())


class PersonRegistered(Event):
    """Somebody has opened an account; not yet verified."""

    source, type, subject = "identity", "person.registered.v1", "person_id"

    person_id = fields.UUID(required=True)
    birth_date = fields.Date(required=True)
    street = fields.String(required=True)
    guardian_id = fields.UUID(required=True, allow_none=True)


class InvalidIdNumber(Error):
    """This is not a valid ID or residence-permit number."""

    code, status = "invalid_id_number", 422


class AlreadyRegistered(Error):
    """This person, or this phone number, already has an account."""

    code, status = "already_registered", 409


class GuardianRequired(Error):
    """Somebody under 18 needs a school and a verified adult guardian."""

    code, status = "guardian_required", 422
