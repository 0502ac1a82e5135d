"""Why an amount is what it is: each earned coin back to its visit and its policy."""

from marshmallow import fields, validate

from services.kernel.contract import Answer, Request


class ExplainTransfer(Request):
    """What moved, why, by whose act and under which version of the policy."""

    transfer_id = fields.UUID(required=True)


class ListEarnings(Request):
    """Where a person's earned coins came from, newest first, and what is left of each."""

    person_id = fields.UUID(required=True)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class ExplainedHold(Answer):
    request_id = fields.UUID(required=True)
    visit_id = fields.UUID(allow_none=True)
    elder_id = fields.UUID(required=True)
    programme_id = fields.UUID(allow_none=True)
    state = fields.String(required=True)
    earned_minutes = fields.Integer(required=True)
    granted_minutes = fields.Integer(required=True)
    gifted_minutes = fields.Integer(required=True)
    posted_minutes = fields.Integer(required=True)
    released_minutes = fields.Integer(required=True)


class ExplainedLeg(Answer):
    kind = fields.String(required=True)
    provenance = fields.String(allow_none=True)
    district = fields.String(allow_none=True)
    amount = fields.Integer(required=True)


class TransferStep(Answer):
    """A side of what was moved, or a rule of the policy with the value that it had, in words."""

    rule = fields.String(required=True, allow_none=True)
    values = fields.Dict(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class Explanation(Answer):
    """What moved and why, also as a sentence in Chinese and English."""

    transfer_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    reference = fields.UUID(required=True)
    reason = fields.String(allow_none=True)
    acted_by = fields.UUID(allow_none=True)
    policy_version = fields.Integer(allow_none=True)
    reverses = fields.UUID(allow_none=True)
    is_reversed = fields.Boolean(required=True)
    legs = fields.List(fields.Nested(ExplainedLeg), required=True)
    hold = fields.Nested(ExplainedHold, required=True, allow_none=True)
    zh = fields.String()
    en = fields.String()
    steps = fields.List(fields.Nested(TransferStep))


class Earning(Answer):
    number = fields.Integer(required=True)
    transfer_id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    kind = fields.String(required=True)
    reference = fields.UUID(required=True)
    visit_id = fields.UUID(allow_none=True)
    policy_version = fields.Integer(allow_none=True)
    minutes = fields.Integer(required=True)
    left_minutes = fields.Integer(required=True)


class EarningsAnswer(Answer):
    person_id = fields.UUID(required=True)
    earned_minutes = fields.Integer(required=True)
    items = fields.List(fields.Nested(Earning), required=True)
    next_cursor = fields.String(allow_none=True)
