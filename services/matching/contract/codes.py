"""One-time codes that prove a visit: on a phone, or printed on a card for whoever has none."""

from marshmallow import fields

from services.kernel.contract import Answer, Error, Request


class SetUpVisitCode(Request):
    """Make a new secret for one's codes; an earlier one stops working."""

    person_id = fields.UUID(required=True)


class ShowVisitCode(Request):
    """The code of this moment, for the volunteer to type, and the secret for an authenticator."""

    person_id = fields.UUID(required=True)


class IssueCodeCard(Request):
    """The agency makes a card of numbered codes for an elder without a phone; old cards lapse."""

    person_id = fields.UUID(required=True)


class PrintCodeCard(Request):
    """The codes of a card just issued, to be printed; a while later nobody can read them."""

    person_id = fields.UUID(required=True)


class VisitCodeSetUp(Answer):
    person_id = fields.UUID(required=True)
    created_at = fields.AwareDateTime(required=True)


class VisitCodeAnswer(Answer):
    person_id = fields.UUID(required=True)
    code = fields.String(required=True)
    valid_until = fields.AwareDateTime(required=True)
    otpauth_uri = fields.String(required=True)


class CodeCardIssued(Answer):
    card_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    issued_at = fields.AwareDateTime(required=True)
    codes_count = fields.Integer(required=True)
    print_until = fields.AwareDateTime(required=True)


class NumberedCode(Answer):
    number = fields.Integer(required=True)
    code = fields.String(required=True)


class CodeCard(Answer):
    card_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    issued_at = fields.AwareDateTime(required=True)
    codes = fields.List(fields.Nested(NumberedCode), required=True)


class CardNotPrintable(Error):
    """The time for printing this card is over. Issue a new one."""

    code, status = "card_not_printable", 409
