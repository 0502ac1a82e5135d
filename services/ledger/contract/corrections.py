"""What was booked wrongly is put right by a transfer against the district's budget."""

from marshmallow import ValidationError, fields, validate

from services.kernel.contract import Answer, Event, Minutes, Request
from services.ledger.contract.basics import AMOUNT, REASON


SIGNED_AMOUNT = validate.Range(-AMOUNT.max, AMOUNT.max)


def not_nothing(minutes: int) -> None:
    if not minutes:
        raise ValidationError("A correction of nothing is none.")


class CorrectWallet(Request):
    """A district officer gives earned minutes from the district's budget, or takes some back.

    Positive ``minutes`` come out of the budget, negative ones go back into it: a correction never
    makes coins. ``about`` names the person's transfer that is put right, if it is one.
    """

    person_id = fields.UUID(required=True)
    minutes = Minutes(required=True, validate=[SIGNED_AMOUNT, not_nothing])
    reason = fields.String(required=True, validate=REASON)
    about = fields.UUID(load_default=None, allow_none=True)


class CorrectionAnswer(Answer):
    correction_id = fields.UUID(required=True)
    transfer_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    district = fields.String(required=True)
    minutes = fields.Integer(required=True)
    about = fields.UUID(allow_none=True)


class CoinsCorrected(Event):
    """A person's earned coins were put right against the district's budget; minutes have a sign."""

    source, type, subject = "ledger", "coins.corrected.v1", "correction_id"

    correction_id = fields.UUID(required=True)
    transfer_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True, strict=True)
    reason = fields.String(required=True)
    about = fields.UUID(required=True, allow_none=True)
    corrected_by = fields.UUID(required=True)
