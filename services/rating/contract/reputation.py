"""What a volunteer's ratings add up to."""

from marshmallow import fields

from services.kernel.contract import Answer, Event, Request


class ShowReputation(Request):
    """A volunteer's average."""

    person_id = fields.UUID(required=True)


class ReputationAnswer(Answer):
    person_id = fields.UUID(required=True)
    ratings = fields.Integer(required=True)
    stars_sum = fields.Integer(required=True)
    average = fields.String(allow_none=True)


class ReputationChanged(Event):
    """A volunteer's ratings add up to this now."""

    source, type, subject = "rating", "reputation.changed.v1", "volunteer_id"

    volunteer_id = fields.UUID(required=True)
    ratings = fields.Integer(required=True, strict=True)
    stars_sum = fields.Integer(required=True, strict=True)
