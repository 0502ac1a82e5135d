"""Why a request stands as it does, for whoever may see it."""

from marshmallow import fields

from services.kernel.contract import Answer, Request


class ExplainRequest(Request):
    """Why a request, or a place in an activity, was refused, expired, cancelled or is not open.

    ``request_id`` is that of the request or of the place.
    """

    request_id = fields.UUID(required=True)


class ExplainedStep(Answer):
    """What was compared, in words; ``rule`` is the rule of the policy that it comes from."""

    rule = fields.String(required=True, allow_none=True)
    values = fields.Dict(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class RequestExplanation(Answer):
    """``policy_version`` is the one by which it ended, or that it was asked for under."""

    request_id = fields.UUID(required=True)
    state = fields.String(required=True)
    why = fields.String(required=True, allow_none=True)
    policy_version = fields.Integer(required=True, allow_none=True)
    steps = fields.List(fields.Nested(ExplainedStep), required=True)
    visit_id = fields.UUID(required=True, allow_none=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
