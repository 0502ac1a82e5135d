"""One-time codes sent to a phone: to log in, or to show that a new phone is one's own."""

from enum import StrEnum

from marshmallow import fields, validate

from services.identity.contract.basics import TEXT
from services.kernel.contract import Answer, Error, Request


PHONE = [validate.Length(1, 20), TEXT]
CODE = validate.Regexp(r"^[0-9]{6}$(?!\n)", error="Six digits.")


class CodePurpose(StrEnum):
    """What a code is good for; one for one purpose opens nothing else."""

    LOG_IN = "log_in"
    NEW_PHONE = "new_phone"


class RequestLoginCode(Request):
    """Have a one-time code sent to a phone; the answer does not tell whether it is known."""

    phone = fields.String(required=True, validate=PHONE)


class LogInWithCode(Request):
    """Exchange phone and one-time code for a token."""

    phone = fields.String(required=True, validate=PHONE)
    code = fields.String(required=True, validate=CODE)


class RequestPhoneCode(Request):
    """Have a code sent to one's new phone, before it becomes the account's."""

    person_id = fields.UUID(required=True)
    phone = fields.String(required=True, validate=PHONE)


class ConfirmPhone(Request):
    """Show with the code that the new phone is one's own; changing to it is the next step."""

    person_id = fields.UUID(required=True)
    phone = fields.String(required=True, validate=PHONE)
    code = fields.String(required=True, validate=CODE)


class CodeSentAnswer(Answer):
    expires_at = fields.AwareDateTime(required=True)
    ask_again_at = fields.AwareDateTime(required=True)


class PhoneConfirmedAnswer(Answer):
    person_id = fields.UUID(required=True)
    phone = fields.String(required=True)
    confirmed_until = fields.AwareDateTime(required=True)


class BadCode(Error):
    """The code is wrong, was used, or is too old. Ask for a new one."""

    code, status = "bad_code", 401


class CodesUnavailable(Error):
    """Codes cannot be sent here. Log in with the password, or ask at the desk."""

    code, status = "codes_unavailable", 501


class PhoneNotConfirmed(Error):
    """Show first, with the code sent to it, that this phone is yours."""

    code, status = "phone_not_confirmed", 403
