"""A person's reward points, line by line (S10)."""

from marshmallow import fields, validate

from services.kernel.contract import Answer, Request


class ListPoints(Request):
    """A person's points: what came and went, what for, newest first (S10)."""

    person_id = fields.UUID(required=True)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class PointsLine(Answer):
    """What came or went, and why, also as a sentence in Chinese and English.

    Of a service, a rating or stars, ``reference`` is the visit; of a reward, the exchange; of what
    a dispute took or added, the dispute.
    """

    transfer_id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    kind = fields.String(required=True)
    points = fields.Integer(required=True)
    balance_points = fields.Integer(required=True)
    reference = fields.UUID(required=True)
    reason = fields.String(required=True, allow_none=True)
    name_zh = fields.String(required=True, allow_none=True)
    name_en = fields.String(required=True, allow_none=True)
    policy_version = fields.Integer(required=True, allow_none=True)
    acted_by = fields.UUID(required=True, allow_none=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class PointsAnswer(Answer):
    person_id = fields.UUID(required=True)
    points = fields.Integer(required=True)
    items = fields.List(fields.Nested(PointsLine), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
